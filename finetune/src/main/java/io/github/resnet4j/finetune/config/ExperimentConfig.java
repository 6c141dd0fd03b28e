package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Default;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.report.Numbers;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * An experiment: runs that differ in one thing, and what they are to show. Immutable; every value is in range.
 *
 * @param name key {@code name}, required: the folder of all its runs and results in {@link OutputConfig#dir}; a folder
 *     name as that of a run
 * @param title key {@code title}, required: the heading of its report
 * @param source key {@code source}: the paper, and the figure or table in it; default: none, an experiment of one's own
 * @param question key {@code question}, required: what it asks, in words
 * @param seeds key {@code seeds}, default {@code [1]}: every run is trained once with each; different whole
 *     numbers, negative ones too, as of {@code train.seed}
 * @param runs key {@code runs}, required: at least one
 * @param claims key {@code claims}, required: at least one; what is true if the answer to the question is yes
 * @param output key {@code output}, default: all its defaults
 */
public record ExperimentConfig(
        String name,
        String title,
        Optional<String> source,
        String question,
        @Default("[1]") List<Long> seeds,
        List<Run> runs,
        List<Claim> claims,
        @Default("{}") OutputConfig output) {

    /**
     * A configuration to train.
     *
     * @param label key {@code label}, required: what to call it. Letters, digits, {@code . _ -}, at most 60, beginning
     *     with a letter or digit; with the seed it makes the name of the run's folder
     * @param config key {@code config}, required: the path of a run's configuration, relative to this file, or a map of
     *     such keys, with the path as its {@code base}. Its name, seed and output folder are not used; in its {@code
     *     data.labels}, <code>{seed}</code> stands for the seed, so that every seed may have images of its own
     * @param fullEpochs key {@code full-epochs}: epochs of the published training; default: those of {@code config},
     *     before the command line changes them
     * @param published key {@code published}: the published result; default: that which {@code config} expects
     */
    public record Run(String label, RunConfig config, Optional<Integer> fullEpochs, Optional<Published> published) {
        private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,59}");

        /** Throws {@link IllegalArgumentException} for a label that cannot be part of a portable folder name. */
        public Run {
            new Requirements()
                    .that(
                            LABEL.matcher(label).matches(),
                            "label",
                            "must be at most 60 letters, digits, '.', '_', '-', beginning with a letter or digit")
                    .atLeast("full-epochs", fullEpochs, 1)
                    .verify();
        }

        /** The published result, from whichever file. */
        public Optional<Published> expected() {
            return published.or(() -> config.expect()
                    .map(expect -> new Published(
                            Optional.of(100 - expect.top1()), Optional.empty(), Optional.empty(), expect.source())));
        }

        /** Epochs of the published training. */
        public int epochsInFull() {
            return fullEpochs.orElse(config.train().epochs());
        }

        /** Whether it is trained for fewer epochs than published. */
        public boolean isShortened() {
            return config.train().epochs() < epochsInFull();
        }
    }

    /**
     * A published test error.
     *
     * @param error key {@code error}: percent, 0 to 100; either this or {@code error-above} is required
     * @param errorAbove key {@code error-above}: percent, where no more is said than that the error is higher
     * @param deviation key {@code deviation}: standard deviation over the paper's runs, in percentage points
     * @param source key {@code source}, required: where it was published
     */
    public record Published(
            Optional<Double> error, Optional<Double> errorAbove, Optional<Double> deviation, String source) {
        /** Throws {@link IllegalArgumentException} for numbers out of range, a blank source, and none or both errors. */
        public Published {
            new Requirements()
                    .that(isPercentage(error), "error", "must be a percentage, 0 to 100")
                    .that(isPercentage(errorAbove), "error-above", "must be a percentage, 0 to 100")
                    .that(isPercentage(deviation), "deviation", "must be percentage points, 0 to 100")
                    .together(error.isPresent() != errorAbove.isPresent(), "give either error or error-above")
                    .written("source", source)
                    .verify();
        }

        private static boolean isPercentage(Optional<Double> value) {
            return value.map(percent -> percent >= 0 && percent <= 100).orElse(true);
        }

        /** The figure: {@code 6.97%}, {@code 6.61% ± 0.16}, {@code above 20%}. */
        public String figure() {
            return error.map(percent -> Numbers.percent(percent / 100)
                            + deviation
                                    .map(points -> " ± " + Numbers.fixed(points, 2))
                                    .orElse(""))
                    .orElseGet(() -> "above " + Numbers.decimal(errorAbove.orElseThrow()) + "%");
        }
    }

    /**
     * Throws {@link IllegalArgumentException} for a name that is not a portable folder name, for blank text, for no runs,
     * claims or seeds, for seeds and labels that are there twice, and for two runs that would train the same.
     */
    public ExperimentConfig {
        seeds = List.copyOf(seeds);
        runs = List.copyOf(runs);
        claims = List.copyOf(claims);
        Requirements check = new Requirements()
                .that(RunConfig.isFolderName(name), "name", RunConfig.NOT_A_FOLDER_NAME)
                .written("title", title)
                .written("source", source.orElse("of our own"))
                .written("question", question)
                .that(!seeds.isEmpty(), "seeds", "must be at least one whole number")
                .that(!runs.isEmpty(), "runs", "must be at least one")
                .that(!claims.isEmpty(), "claims", "must be at least one");
        Set<Long> earlier = new HashSet<>();
        for (int i = 0; i < seeds.size(); i++) {
            check.that(earlier.add(seeds.get(i)), "seeds[" + i + "]", seeds.get(i) + " is there twice");
        }
        for (int i = 0; i < runs.size(); i++) {
            for (int j = 0; j < i; j++) {
                requireDifferent(check, i, runs.get(i), runs.get(j));
            }
        }
        check.verify();
    }

    private static void requireDifferent(Requirements check, int index, Run run, Run earlier) {
        String key = "runs[" + index + "]";
        if (run.label().equalsIgnoreCase(earlier.label())) {
            check.that(
                    false,
                    key + ".label",
                    run.label() + " is the label of an earlier run, too; every run needs a folder of its own");
        } else {
            check.that(
                    !run.config().differences(earlier.config()).isEmpty()
                            || !run.config()
                                    .data()
                                    .labels()
                                    .equals(earlier.config().data().labels()),
                    key,
                    run.label() + " would train the same as " + earlier.label() + "; change one of them or remove it");
        }
    }

    /**
     * The same with all runs trained for {@code epochs}, and the milestones of their schedules moved in proportion.
     *
     * @throws UsageException if a run has fewer epochs
     */
    public ExperimentConfig shortened(int epochs) {
        for (Run run : runs) {
            int all = run.config().train().epochs();
            if (epochs < 1 || epochs > all) {
                throw new UsageException("cannot shorten " + run.label() + " to "
                        + Numbers.count(epochs, "epoch", "epochs") + ": choose 1 to " + all + ", its length");
            }
        }
        List<Run> shorter = runs.stream()
                .map(run -> new Run(
                        run.label(), run.config().shortened(epochs), Optional.of(run.epochsInFull()), run.published()))
                .toList();
        return new ExperimentConfig(name, title, source, question, seeds, shorter, claims, output);
    }
}
