package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Default;
import io.github.resnet4j.finetune.report.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The learning-rate schedule; key {@code type} selects the record by its name in kebab case. */
public sealed interface ScheduleConfig {
    /** The warm-up before it; key {@code warmup}. */
    Optional<Warmup> warmup();

    /** The same for a run of {@code epochs} instead of {@code of}. */
    ScheduleConfig scaled(int epochs, int of);

    /**
     * {@code type: constant}: the optimizer's learning rate throughout.
     *
     * @param warmup key {@code warmup}, default none
     */
    record Constant(Optional<Warmup> warmup) implements ScheduleConfig {
        @Override
        public Constant scaled(int epochs, int of) {
            return new Constant(warmup.map(start -> start.scaled(epochs, of)));
        }
    }

    /**
     * {@code type: multi-step}: the learning rate is multiplied by {@code gamma} at every milestone.
     *
     * @param milestones key {@code milestones}, required: epochs since the start, growing, greater than 0; 1.5 is the
     *     middle of the second epoch
     * @param gamma key {@code gamma}, default 0.1 (He et al. 2015, section 4.2), greater than 0
     * @param warmup key {@code warmup}, default none
     */
    record MultiStep(
            List<Double> milestones, @Default("0.1") double gamma, Optional<Warmup> warmup) implements ScheduleConfig {
        /** Throws {@link IllegalArgumentException} unless the milestones grow from above 0 and gamma is positive. */
        public MultiStep {
            milestones = List.copyOf(milestones);
            new Requirements()
                    .that(
                            growing(milestones),
                            "milestones",
                            "must be epochs greater than 0, each later than the one before")
                    .positive("gamma", gamma)
                    .verify();
        }

        /** Milestones are rounded to whole epochs, and each is later than the one before. */
        @Override
        public MultiStep scaled(int epochs, int of) {
            List<Double> scaled = new ArrayList<>();
            double last = 0;
            for (double milestone : milestones) {
                last = Math.max(last + 1, Math.round(milestone * epochs / of));
                scaled.add(last);
            }
            return new MultiStep(scaled, gamma, warmup.map(start -> start.scaled(epochs, of)));
        }

        private static boolean growing(List<Double> milestones) {
            double last = 0;
            for (double milestone : milestones) {
                if (!(milestone > last) || Double.isInfinite(milestone)) {
                    return false;
                }
                last = milestone;
            }
            return !milestones.isEmpty();
        }
    }

    /**
     * {@code type: cosine}: half a cosine from the optimizer's learning rate to {@code min-lr} at the end of the run
     * (Loshchilov and Hutter 2017, without restarts).
     *
     * @param minLr key {@code min-lr}, default 0, at least 0
     * @param warmup key {@code warmup}, default none
     */
    record Cosine(@Default("0") double minLr, Optional<Warmup> warmup) implements ScheduleConfig {
        /** Throws {@link IllegalArgumentException} for a negative learning rate. */
        public Cosine {
            new Requirements().atLeast("min-lr", minLr, 0.0).verify();
        }

        @Override
        public Cosine scaled(int epochs, int of) {
            return new Cosine(minLr, warmup.map(start -> start.scaled(epochs, of)));
        }
    }

    /**
     * {@code type: one-cycle}: half a cosine up from {@code max-lr / div} to {@code max-lr}, then half a cosine down to
     * {@code max-lr / div / final-div} (Smith and Topin 2018; defaults and meaning of PyTorch's {@code OneCycleLR}).
     *
     * @param maxLr key {@code max-lr}, greater than 0; default: the optimizer's learning rate
     * @param pctStart key {@code pct-start}, default 0.3: share of the run spent rising, between 0 and 1
     * @param div key {@code div}, default 25, at least 1
     * @param finalDiv key {@code final-div}, default 1e4, at least 1
     */
    record OneCycle(
            Optional<Double> maxLr,
            @Default("0.3") double pctStart,
            @Default("25") double div,
            @Default("1e4") double finalDiv)
            implements ScheduleConfig {
        /** Throws {@link IllegalArgumentException} for numbers out of range. */
        public OneCycle {
            new Requirements()
                    .positive("max-lr", maxLr)
                    .that(
                            pctStart > 0 && pctStart < 1,
                            "pct-start",
                            "must be between 0 and 1, not " + Numbers.decimal(pctStart))
                    .atLeast("div", div, 1.0)
                    .atLeast("final-div", finalDiv, 1.0)
                    .verify();
        }

        @Override
        public OneCycle scaled(int epochs, int of) {
            return this;
        }

        /** None: the rising phase already is a warm-up. */
        @Override
        public Optional<Warmup> warmup() {
            return Optional.empty();
        }
    }
}
