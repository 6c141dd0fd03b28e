package io.github.resnet4j.finetune.train;

import io.github.resnet4j.finetune.config.ScheduleConfig;
import io.github.resnet4j.finetune.config.Warmup;
import java.util.Optional;

/** The learning rate at every iteration of a run: a pure function of the iteration, so that a resumed run agrees. */
public final class LearningRate {
    private final ScheduleConfig schedule;
    private final double base;
    private final int epochs;
    private final int perEpoch;

    /**
     * @param schedule how the rate moves
     * @param base the optimiser's learning rate
     * @param epochs of the whole run
     * @param perEpoch iterations of one epoch
     */
    public LearningRate(ScheduleConfig schedule, double base, int epochs, int perEpoch) {
        this.schedule = schedule;
        this.base = base;
        this.epochs = epochs;
        this.perEpoch = perEpoch;
    }

    /** The rate of {@code iteration}, which counts from 0. */
    public double at(long iteration) {
        double scheduled = scheduled(iteration);
        Optional<Warmup> warmup = schedule.warmup();
        if (warmup.isEmpty()) {
            return scheduled;
        }
        long length = warmup.get().iterations(perEpoch);
        if (iteration >= length) {
            return scheduled;
        }
        double start = warmup.get().startLr(base);
        return switch (warmup.get().kind()) {
            case CONSTANT -> start;
            case LINEAR -> start + (scheduled - start) * iteration / length;
        };
    }

    private double scheduled(long iteration) {
        long total = (long) epochs * perEpoch;
        if (schedule instanceof ScheduleConfig.MultiStep steps) {
            long passed = steps.milestones().stream()
                    .filter(milestone -> iteration >= Math.round(milestone * perEpoch))
                    .count();
            return base * Math.pow(steps.gamma(), passed);
        }
        if (schedule instanceof ScheduleConfig.Cosine cosine) {
            return between(base, cosine.minLr(), (double) iteration / total);
        }
        if (schedule instanceof ScheduleConfig.OneCycle cycle) {
            double max = cycle.maxLr().orElse(base);
            double first = max / cycle.div();
            // As PyTorch's OneCycleLR, to the iteration: a rise that is shorter than one iteration is left out.
            double peak = cycle.pctStart() * total - 1;
            return iteration < peak
                    ? between(first, max, iteration / peak)
                    : between(max, first / cycle.finalDiv(), (iteration - peak) / (total - 1 - peak));
        }
        return base;
    }

    /** Half a cosine from {@code start} to {@code end}. */
    private static double between(double start, double end, double share) {
        return end + (start - end) / 2 * (1 + Math.cos(Math.PI * share));
    }
}
