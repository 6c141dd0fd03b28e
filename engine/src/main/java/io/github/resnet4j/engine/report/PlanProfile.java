package io.github.resnet4j.engine.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The time that each step of a plan takes.
 *
 * @param batch images processed together
 * @param lanes how many copies run at the same time, one per core; 1 if all cores work together
 * @param timings one for each step, in the order of their execution
 */
public record PlanProfile(int batch, int lanes, List<Timing> timings) {
    public PlanProfile {
        timings = List.copyOf(timings);
    }

    /**
     * One step.
     *
     * @param step its description
     * @param nanoseconds the median of several executions
     */
    public record Timing(PlanReport.Step step, long nanoseconds) {}

    /**
     * The medians of several executions.
     *
     * @param nanoseconds of each execution, those of each step
     */
    public static PlanProfile of(int batch, List<PlanReport.Step> steps, List<long[]> nanoseconds) {
        List<Timing> timings = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            int step = i;
            long[] sorted = nanoseconds.stream()
                    .mapToLong(times -> times[step])
                    .sorted()
                    .toArray();
            timings.add(new Timing(steps.get(i), sorted[sorted.length / 2]));
        }
        return new PlanProfile(batch, 1, timings);
    }

    /** The same, {@code count} times at once. */
    public PlanProfile times(int count) {
        return new PlanProfile(batch, count, timings);
    }

    /** Images in a second. */
    public double imagesPerSecond() {
        return lanes * batch * 1e9 / nanoseconds();
    }

    /** Multiplications and additions of all steps together, in GFLOP/s. */
    public double gigaflops() {
        return gigaflops(timings);
    }

    private double gigaflops(List<Timing> some) {
        long multiplyAdds =
                some.stream().mapToLong(timing -> timing.step().multiplyAdds()).sum();
        return 2.0 * lanes * multiplyAdds / nanoseconds(some);
    }

    /** Time of all steps together. */
    public long nanoseconds() {
        return nanoseconds(timings);
    }

    private static long nanoseconds(List<Timing> some) {
        return some.stream().mapToLong(Timing::nanoseconds).sum();
    }

    /**
     * A readable table of the kinds of steps.
     *
     * @param peak the machine's GFLOP/s, as measured by {@code PeakFlops}
     */
    public String table(double peak) {
        Map<String, List<Timing>> kinds = new TreeMap<>();
        for (Timing timing : timings) {
            String kind = timing.step().what() + "  " + timing.step().implementation();
            kinds.computeIfAbsent(kind, k -> new ArrayList<>()).add(timing);
        }
        StringBuilder text = new StringBuilder();
        String row = "%-64s %5s %9s %7s %8s %8s%n";
        text.append(String.format(Locale.ROOT, row, "step", "count", "ms", "of all", "GFLOP/s", "of peak"));
        kinds.forEach((kind, some) -> text.append(line(row, kind, some, peak)));
        return text.append(line(row, "all", timings, peak)).toString();
    }

    private String line(String row, String name, List<Timing> some, double peak) {
        double speed = gigaflops(some);
        return String.format(
                Locale.ROOT,
                row,
                name,
                some.size(),
                String.format(Locale.ROOT, "%.2f", nanoseconds(some) / 1e6),
                String.format(Locale.ROOT, "%.1f %%", 100.0 * nanoseconds(some) / nanoseconds()),
                speed == 0 ? "" : String.format(Locale.ROOT, "%.0f", speed),
                speed == 0 ? "" : String.format(Locale.ROOT, "%.0f %%", 100 * speed / peak));
    }
}
