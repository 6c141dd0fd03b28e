package io.github.resnet4j.engine.report;

import java.util.List;
import java.util.Locale;

/**
 * The steps of a compiled plan.
 *
 * @param batch images processed together
 * @param lanes how many copies run at the same time, one per core; 1 if all cores work together
 * @param steps one for each primitive and each step in Java, in the order of their execution
 * @param arenaBytes memory for everything between the steps, of each lane
 * @param leastBytes what the steps need at the same time, below which no arena can go
 * @param preparedBytes parameters in oneDNN's layouts that do not change from batch to batch
 */
public record PlanReport(int batch, int lanes, List<Step> steps, long arenaBytes, long leastBytes, long preparedBytes) {
    public PlanReport {
        steps = List.copyOf(steps);
    }

    /**
     * One step of a plan.
     *
     * @param vertex of the graph that it belongs to; the last one if several were fused
     * @param what it does
     * @param implementation oneDNN's name of the code, or {@code java}
     * @param tensors what it reads and writes, with their layouts
     * @param bytes of all of these
     * @param multiplyAdds of a convolution or a dense layer, 0 for others
     */
    public record Step(
            String vertex, String what, String implementation, String tensors, long bytes, long multiplyAdds) {}

    /** The same, {@code count} times at once. */
    public PlanReport times(int count) {
        return new PlanReport(batch, count, steps, arenaBytes, leastBytes, preparedBytes);
    }

    /** Steps that only copy from one layout to another. */
    public long reorders() {
        return steps.stream().filter(step -> step.what().equals("reorder")).count();
    }

    /** A readable table. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        String row = "%-28s %-32s %-28s %9s  %s%n";
        text.append(String.format(Locale.ROOT, row, "vertex", "what", "implementation", "MiB", "tensors"));
        for (Step step : steps) {
            text.append(String.format(
                    Locale.ROOT,
                    row,
                    step.vertex(),
                    step.what(),
                    step.implementation(),
                    String.format(Locale.ROOT, "%.2f", step.bytes() / 1048576.0),
                    step.tensors()));
        }
        return text.append(String.format(
                        Locale.ROOT,
                        "%d steps at batch %d%s, %d of them reorders; arena %.1f MiB (no less than %.1f), parameters %.1f"
                                + " MiB%n",
                        steps.size(),
                        batch,
                        lanes == 1 ? "" : " on each of " + lanes + " cores",
                        reorders(),
                        arenaBytes / 1048576.0,
                        leastBytes / 1048576.0,
                        preparedBytes / 1048576.0))
                .toString();
    }
}
