package io.github.resnet4j.engine;

import io.github.resnet4j.engine.lower.Lowering;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the steps of a plan take.
 *
 * @param batch pictures in a batch
 * @param timings one for each step, in the order of their execution
 */
public record PlanProfile(int batch, List<Timing> timings) {
    public PlanProfile {
        timings = List.copyOf(timings);
    }

    /**
     * One step.
     *
     * @param step what it is
     * @param nanoseconds the median of several executions
     */
    public record Timing(PlanReport.Step step, long nanoseconds) {}

    /** Measures {@code lowering} on the pictures at {@code address}, {@code rounds} times. */
    static PlanProfile of(Lowering lowering, int batch, long address, int rounds) {
        if (rounds < 1) {
            throw new IllegalArgumentException(rounds + " rounds measure nothing");
        }
        List<PlanReport.Step> steps = lowering.executable().steps();
        long[][] taken = new long[rounds][steps.size()];
        lowering.run(address);
        for (long[] round : taken) {
            lowering.run(address, round);
        }
        List<Timing> timings = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            int step = i;
            long[] sorted = Arrays.stream(taken)
                    .mapToLong(round -> round[step])
                    .sorted()
                    .toArray();
            timings.add(new Timing(steps.get(i), sorted[rounds / 2]));
        }
        return new PlanProfile(batch, timings);
    }

    /** Multiplications and additions of all steps together, in thousand millions in a second. */
    public double gigaflops() {
        return gigaflops(timings);
    }

    private static double gigaflops(List<Timing> some) {
        long multiplyAdds =
                some.stream().mapToLong(timing -> timing.step().multiplyAdds()).sum();
        return 2.0 * multiplyAdds / nanoseconds(some);
    }

    /** Time of all steps together. */
    public long nanoseconds() {
        return nanoseconds(timings);
    }

    private static long nanoseconds(List<Timing> some) {
        return some.stream().mapToLong(Timing::nanoseconds).sum();
    }

    /**
     * A table of the kinds of steps, for people.
     *
     * @param peak the machine's GFLOP/s, such as {@link Peak} measures
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
