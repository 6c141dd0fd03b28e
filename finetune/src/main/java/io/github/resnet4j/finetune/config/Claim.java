package io.github.resnet4j.finetune.config;

import java.util.HashSet;
import java.util.List;

/**
 * Something that an experiment's runs show to be true or false; key {@code type} selects the record by its name in kebab
 * case.
 */
public sealed interface Claim {
    /** What the runs are compared by; key {@code measure}. */
    Measure measure();

    /** The runs that it names. */
    List<RunLabel> runs();

    /**
     * {@code type: comparison}: one run has a higher or a lower value than another.
     *
     * @param run key {@code run}, required
     * @param has key {@code has}, required: {@code higher} or {@code lower}
     * @param measure key {@code measure}, required
     * @param than key {@code than}, required: the other run
     */
    record Comparison(RunLabel run, Relation has, Measure measure, RunLabel than) implements Claim {
        /** Throws {@link IllegalArgumentException} for a run that is compared with itself. */
        public Comparison {
            new Requirements()
                    .that(!run.equals(than), "than", "must be another run than " + run)
                    .verify();
        }

        @Override
        public List<RunLabel> runs() {
            return List.of(run, than);
        }
    }

    /**
     * {@code type: lowest}: one run has the lowest value of all runs.
     *
     * @param run key {@code run}, required
     * @param measure key {@code measure}, required
     */
    record Lowest(RunLabel run, Measure measure) implements Claim {
        @Override
        public List<RunLabel> runs() {
            return List.of(run);
        }
    }

    /**
     * {@code type: ranking}: the runs' values grow in this order.
     *
     * @param runs key {@code runs}, required: at least two, the lowest first
     * @param measure key {@code measure}, required
     */
    record Ranking(List<RunLabel> runs, Measure measure) implements Claim {
        /** Throws {@link IllegalArgumentException} for fewer than two runs, and for a run that is there twice. */
        public Ranking {
            runs = List.copyOf(runs);
            new Requirements()
                    .that(runs.size() > 1, "runs", "must be at least two, the lowest first")
                    .that(new HashSet<>(runs).size() == runs.size(), "runs", "must be different runs")
                    .verify();
        }
    }

    /**
     * {@code type: within}: two runs' values differ by no more than a margin.
     *
     * @param run key {@code run}, required
     * @param of key {@code of}, required: the other run
     * @param measure key {@code measure}, required: an error
     * @param margin key {@code margin}, required: percentage points, greater than 0
     */
    record Within(RunLabel run, RunLabel of, Measure measure, double margin) implements Claim {
        /** Throws {@link IllegalArgumentException} for numbers out of range, a time, and a run compared with itself. */
        public Within {
            new Requirements()
                    .positive("margin", margin)
                    .that(
                            measure != Measure.TRAINING_TIME,
                            "measure",
                            "must be an error, since the margin is in percentage points; for times use type: ratio")
                    .that(!run.equals(of), "of", "must be another run than " + run)
                    .verify();
        }

        @Override
        public List<RunLabel> runs() {
            return List.of(run, of);
        }
    }

    /**
     * {@code type: ratio}: one run's value is about so many times another's.
     *
     * @param run key {@code run}, required
     * @param to key {@code to}, required: the run to divide by
     * @param measure key {@code measure}, required
     * @param about key {@code about}, required: the ratio, greater than 0
     * @param tolerance key {@code tolerance}, required: how far the ratio may be from {@code about}, greater than 0
     */
    record Ratio(RunLabel run, RunLabel to, Measure measure, double about, double tolerance) implements Claim {
        /** Throws {@link IllegalArgumentException} for numbers out of range, and for a run compared with itself. */
        public Ratio {
            new Requirements()
                    .positive("about", about)
                    .positive("tolerance", tolerance)
                    .that(!run.equals(to), "to", "must be another run than " + run)
                    .verify();
        }

        @Override
        public List<RunLabel> runs() {
            return List.of(run, to);
        }
    }

    /** Which of two values is larger. */
    enum Relation {
        /** {@code higher}: the first. */
        HIGHER,
        /** {@code lower}: the second. */
        LOWER
    }
}
