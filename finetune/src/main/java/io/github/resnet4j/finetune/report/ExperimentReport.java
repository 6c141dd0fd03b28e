package io.github.resnet4j.finetune.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Everything that the page of an experiment shows.
 *
 * @param title the heading
 * @param source the paper, and the figure or table in it, if there is one
 * @param question in words
 * @param findings whether each claim holds
 * @param lines one for each run, in the experiment's order
 * @param warnings what the reader must know before trusting the numbers
 * @param facts about data, software and machine
 */
public record ExperimentReport(
        String title,
        Optional<String> source,
        String question,
        List<Finding> findings,
        List<Line> lines,
        List<String> warnings,
        Map<String, String> facts) {
    public ExperimentReport {
        findings = List.copyOf(findings);
        lines = List.copyOf(lines);
        warnings = List.copyOf(warnings);
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }

    /** Whether a claim holds. */
    public enum Answer {
        YES,
        NO,
        /** Runs are missing that it speaks of. */
        OPEN
    }

    /**
     * Whether a claim holds, and by which figures.
     *
     * @param claim {@code plain-56 has the higher training error than plain-20}
     * @param figures {@code 24.10% against 15.30%}, or what is missing
     */
    public record Finding(String claim, Answer answer, String figures) {
        /** In one line: {@code plain-56 has …: yes, 24.10% against 15.30%}. */
        public String line() {
            return claim + ": "
                    + switch (answer) {
                        case YES -> "yes, ";
                        case NO -> "no, ";
                        case OPEN -> "not known yet, ";
                    }
                    + figures;
        }
    }

    /**
     * A run of the experiment with all its seeds.
     *
     * @param label what it is called
     * @param network the architecture
     * @param published the published test error, if any
     * @param source where that was published
     * @param epochs of the training
     * @param fullEpochs of the published training
     * @param trials one for each seed
     * @param testError after the last epoch, over the seeds that are done; so are the others
     * @param trainingError in the last epoch
     * @param secondsPerImage to train on one image, in the median epoch
     * @param lesionError without one block, the median one; of no seeds if that was not measured
     */
    public record Line(
            String label,
            String network,
            Optional<String> published,
            Optional<String> source,
            int epochs,
            int fullEpochs,
            List<Trial> trials,
            Spread testError,
            Spread trainingError,
            Spread secondsPerImage,
            Spread lesionError) {
        public Line {
            trials = List.copyOf(trials);
        }

        /** Seconds that the runs which are done took as a whole. */
        public Spread seconds() {
            return Spread.of(trials.stream()
                    .filter(Trial::done)
                    .flatMapToDouble(trial -> trial.seconds().stream())
                    .toArray());
        }

        /** How many seeds are done. */
        long done() {
            return trials.stream().filter(Trial::done).count();
        }

        /** The length: {@code 12 of 164}. */
        public String length() {
            return epochs < fullEpochs ? epochs + " of " + fullEpochs : String.valueOf(epochs);
        }

        /** What is not done: {@code epoch 7 of 12}, {@code 1 of 3 seeds}; empty if nothing is. */
        public String progress() {
            if (done() == trials.size()) {
                return "";
            }
            if (trials.size() > 1) {
                return done() + " of " + trials.size() + " seeds";
            }
            Trial only = trials.get(0);
            return only.epochs().isEmpty()
                    ? only.state()
                    : only.state() + ", epoch "
                            + only.epochs().get(only.epochs().size() - 1).epoch() + " of " + epochs;
        }

        /** The mean over the seeds, epoch by epoch as far as all of them are that have begun. */
        public List<EpochErrors> curve() {
            List<List<EpochRow>> begun = trials.stream()
                    .map(Trial::epochs)
                    .filter(rows -> !rows.isEmpty())
                    .toList();
            int shortest = begun.stream().mapToInt(List::size).min().orElse(0);
            return IntStream.range(0, shortest)
                    .mapToObj(i -> new EpochErrors(
                            begun.get(0).get(i).epoch(),
                            begun.stream()
                                    .mapToDouble(rows -> 1 - rows.get(i).train(Metric.TOP1))
                                    .average()
                                    .orElseThrow(),
                            begun.stream()
                                    .mapToDouble(rows -> 1 - rows.get(i).val(Metric.TOP1))
                                    .average()
                                    .orElseThrow()))
                    .toList();
        }
    }

    /**
     * One training.
     *
     * @param folder of the run, relative to the page
     * @param done whether it is complete
     * @param state {@code done}, {@code half-done}, {@code missing} or {@code diverged}
     * @param epochs those that are done
     * @param seconds that the process took which completed it, from reading the configuration to the last evaluation
     * @param lesionError test error without one block, the median one, if that was measured
     */
    public record Trial(
            long seed,
            String folder,
            boolean done,
            String state,
            List<EpochRow> epochs,
            OptionalDouble seconds,
            OptionalDouble lesionError) {
        public Trial {
            epochs = List.copyOf(epochs);
        }

        /** Seconds to train on one image, in the median epoch. */
        public OptionalDouble secondsPerImage() {
            return Spread.median(epochs.stream()
                    .filter(row -> row.imagesPerSecond() > 0)
                    .mapToDouble(row -> 1 / row.imagesPerSecond())
                    .toArray());
        }
    }

    /** A point of both curves, as shares; NaN where nothing was measured. */
    public record EpochErrors(int epoch, double training, double test) {}

    /** The answer to the whole question: yes if all claims hold. */
    public Answer answer() {
        List<Answer> answers = findings.stream().map(Finding::answer).distinct().toList();
        return answers.contains(Answer.OPEN) ? Answer.OPEN : answers.contains(Answer.NO) ? Answer.NO : Answer.YES;
    }

    /** How many of its trainings are done, and how many there are: {@code 3 of 4 runs}. */
    public String progress() {
        long all = lines.stream().mapToLong(line -> line.trials().size()).sum();
        return lines.stream().mapToLong(Line::done).sum() + " of " + Numbers.count(all, "run", "runs");
    }

    /** How many claims hold: {@code 1 of 2 claims holds}. */
    public String claimsThatHold() {
        long hold = findings.stream()
                .filter(finding -> finding.answer() == Answer.YES)
                .count();
        return hold + " of " + Numbers.count(findings.size(), "claim", "claims") + (hold == 1 ? " holds" : " hold");
    }

    /** The answer in words: {@code yes}, {@code no: 1 of 2 claims holds}, {@code not known yet}. */
    public String verdict() {
        return switch (answer()) {
            case YES -> "yes";
            case NO -> findings.size() == 1 ? "no" : "no: " + claimsThatHold();
            case OPEN -> "not known yet";
        };
    }
}
