package io.github.resnet4j.finetune.experiment;

import io.github.resnet4j.finetune.config.Claim;
import io.github.resnet4j.finetune.config.Measure;
import io.github.resnet4j.finetune.config.RunLabel;
import io.github.resnet4j.finetune.report.ExperimentReport.Answer;
import io.github.resnet4j.finetune.report.ExperimentReport.Finding;
import io.github.resnet4j.finetune.report.ExperimentReport.Line;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.Spread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Judges claims by the runs' figures. */
final class Findings {
    private final Map<String, Line> lines = new LinkedHashMap<>();

    Findings(List<Line> lines) {
        lines.forEach(line -> this.lines.put(line.label(), line));
    }

    /** Whether a claim holds; open while a run that it speaks of has no result. */
    Finding of(Claim claim) {
        // The lowest of all is known when all are.
        Stream<String> needed = claim instanceof Claim.Lowest
                ? lines.keySet().stream()
                : claim.runs().stream().map(RunLabel::text);
        List<String> missing = needed.filter(
                        label -> spread(label, claim.measure()).count() == 0)
                .toList();
        String words = words(claim);
        if (!missing.isEmpty()) {
            return new Finding(
                    words,
                    Answer.OPEN,
                    "since " + String.join(" and ", missing) + " " + (missing.size() == 1 ? "has" : "have")
                            + " no result");
        }
        if (claim instanceof Claim.Comparison comparison) {
            return comparison(words, comparison);
        }
        if (claim instanceof Claim.Lowest lowest) {
            return lowest(words, lowest);
        }
        if (claim instanceof Claim.Ranking ranking) {
            return ranking(words, ranking);
        }
        if (claim instanceof Claim.Within within) {
            return within(words, within);
        }
        return ratio(words, (Claim.Ratio) claim);
    }

    /** {@code plain-56 has a higher training error than plain-20}. */
    static String words(Claim claim) {
        String measure = claim.measure().words();
        if (claim instanceof Claim.Comparison comparison) {
            String has = comparison.has().name().toLowerCase(Locale.ROOT);
            return comparison.run() + " has a " + has + " " + measure + " than " + comparison.than();
        }
        if (claim instanceof Claim.Lowest lowest) {
            return lowest.run() + " has the lowest " + measure + " of all";
        }
        if (claim instanceof Claim.Ranking ranking) {
            return measure + " grows in the order "
                    + ranking.runs().stream().map(RunLabel::text).collect(Collectors.joining(", "));
        }
        if (claim instanceof Claim.Within within) {
            return within.run() + " and " + within.of() + " differ in " + measure + " by at most "
                    + points(within.margin() / 100);
        }
        Claim.Ratio ratio = (Claim.Ratio) claim;
        return ratio.run() + " has about " + Numbers.decimal(ratio.about()) + " times the " + measure + " of "
                + ratio.to();
    }

    private Finding comparison(String words, Claim.Comparison claim) {
        Spread one = spread(claim.run().text(), claim.measure());
        Spread other = spread(claim.than().text(), claim.measure());
        double above = one.mean() - other.mean();
        boolean holds = claim.has() == Claim.Relation.HIGHER ? above > 0 : above < 0;
        return new Finding(words, answer(holds), against(claim.measure(), one, other));
    }

    private Finding lowest(String words, Claim.Lowest claim) {
        String label = claim.run().text();
        Spread own = spread(label, claim.measure());
        Optional<String> rival = lines.keySet().stream()
                .filter(other -> !other.equals(label))
                .min(Comparator.comparingDouble(
                        other -> spread(other, claim.measure()).mean()));
        if (rival.isEmpty()) {
            return new Finding(words, Answer.YES, figure(claim.measure(), own) + ", the only run");
        }
        Spread next = spread(rival.get(), claim.measure());
        boolean holds = own.mean() < next.mean();
        return new Finding(
                words,
                answer(holds),
                against(claim.measure(), own, next) + (holds ? " of the next, " : " of ") + rival.get());
    }

    private Finding ranking(String words, Claim.Ranking claim) {
        List<String> labels = claim.runs().stream().map(RunLabel::text).toList();
        int pairs = 0;
        int right = 0;
        List<String> close = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            for (int j = i + 1; j < labels.size(); j++) {
                Spread lower = spread(labels.get(i), claim.measure());
                Spread upper = spread(labels.get(j), claim.measure());
                pairs++;
                right += lower.mean() < upper.mean() ? 1 : 0;
                if (Math.abs(upper.mean() - lower.mean()) <= deviation(lower, upper)) {
                    close.add(labels.get(i) + " and " + labels.get(j));
                }
            }
        }
        String measured = labels.stream()
                .sorted(Comparator.comparingDouble(
                        label -> spread(label, claim.measure()).mean()))
                .map(label -> label + " " + figure(claim.measure(), spread(label, claim.measure())))
                .collect(Collectors.joining(", "));
        return new Finding(
                words,
                answer(right == pairs),
                measured
                        + (right == pairs ? "" : "; " + right + " of " + pairs + " pairs are in this order")
                        + (close.isEmpty() ? "" : "; within the spread over the seeds: " + String.join("; ", close)));
    }

    private Finding within(String words, Claim.Within claim) {
        Spread one = spread(claim.run().text(), claim.measure());
        Spread other = spread(claim.of().text(), claim.measure());
        double difference = Math.abs(one.mean() - other.mean());
        return new Finding(
                words,
                answer(difference <= claim.margin() / 100),
                figure(claim.measure(), one) + " and " + figure(claim.measure(), other) + ", a difference of "
                        + points(difference) + seeds(difference, one, other));
    }

    private Finding ratio(String words, Claim.Ratio claim) {
        Spread one = spread(claim.run().text(), claim.measure());
        Spread other = spread(claim.to().text(), claim.measure());
        double ratio = one.mean() / other.mean();
        return new Finding(
                words,
                answer(Math.abs(ratio - claim.about()) <= claim.tolerance()),
                Numbers.fixed(ratio, 3) + " times, " + figure(claim.measure(), one) + " against "
                        + figure(claim.measure(), other) + " (accepted: "
                        + Numbers.decimal(claim.about()) + " ± " + Numbers.decimal(claim.tolerance()) + ")");
    }

    private static Answer answer(boolean holds) {
        return holds ? Answer.YES : Answer.NO;
    }

    private Spread spread(String label, Measure measure) {
        Line line = lines.get(label);
        if (line == null) {
            throw new IllegalArgumentException("the experiment has no run " + label);
        }
        return switch (measure) {
            case TEST_ERROR -> line.testError();
            case TRAINING_ERROR -> line.trainingError();
            case TRAINING_TIME -> line.secondsPerImage();
            case LESION_ERROR -> line.lesionError();
        };
    }

    private static String figure(Measure measure, Spread spread) {
        return measure == Measure.TRAINING_TIME ? spread.millis() + " per image" : spread.percent();
    }

    private static String against(Measure measure, Spread one, Spread other) {
        String figures = figure(measure, one) + " against " + figure(measure, other);
        return measure == Measure.TRAINING_TIME
                ? figures
                : figures + seeds(Math.abs(one.mean() - other.mean()), one, other);
    }

    /** Whether chance alone could have made the difference; one seed does not tell. */
    private static String seeds(double difference, Spread one, Spread other) {
        double deviation = deviation(one, other);
        if (Double.isNaN(deviation)) {
            return "";
        }
        return difference > deviation
                ? "; the difference, " + points(difference) + ", exceeds the spread over the seeds, "
                        + points(deviation)
                : "; the difference, " + points(difference) + ", is within the spread over the seeds, "
                        + points(deviation) + ": more seeds would tell";
    }

    /** The standard deviation of the difference of two results; NaN unless both have several seeds. */
    private static double deviation(Spread one, Spread other) {
        return Math.hypot(one.deviation(), other.deviation());
    }

    private static String points(double share) {
        return Numbers.fixed(100 * share, 2) + " points";
    }
}
