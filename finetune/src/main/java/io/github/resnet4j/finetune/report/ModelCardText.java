package io.github.resnet4j.finetune.report;

import io.github.resnet4j.finetune.quality.Interval;
import io.github.resnet4j.finetune.quality.TemperatureScaling;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code MODEL_CARD.md}: what people should know before they use a model (Mitchell et al. 2019), in plain Markdown. It is
 * part of {@code model.zip}, of which a resumed run makes the same bytes; so nothing in it depends on time or machine.
 */
public final class ModelCardText {
    private static final int MOST_CLASSES_NAMED = 200;
    private static final int EXTREMES = 3;

    private ModelCardText() {}

    /**
     * The text.
     *
     * @param card of the model
     * @param facts of its run
     * @param confusion of the model on the validation images
     * @param epoch that it is from
     */
    public static String of(
            ModelCard card, RunFacts facts, Confusion confusion, TemperatureScaling scaling, EpochRow epoch) {
        StringBuilder text = new StringBuilder();
        text.append("# ").append(escape(facts.title())).append("\n\n");
        text.append(escape(Verdict.of(confusion))).append("\n\n");
        text.append("## Model\n\n");
        rows(text, facts.model());
        text.append("- Epoch: ").append(epoch.epoch()).append("\n");
        text.append("- Preprocessing: ")
                .append(escape(card.preprocessing().toString()))
                .append("\n");
        text.append("- Licence: ")
                .append(escape(card.provenance()
                        .getOrDefault("licence", "not stated; it depends on the images and on the initial weights")))
                .append("\n\n");
        text.append("## Classes\n\n").append(classes(card.classes())).append("\n\n");
        text.append(
                "## Intended use\n\nTo tell these classes apart in images like those it was trained on. Whatever an image"
                        + " shows, the answer is one of the classes; for other kinds of images, or other cameras, measure first. Not for"
                        + " decisions about people.\n\n");
        text.append("## Data\n\n");
        rows(text, facts.dataset());
        text.append("\n## Accuracy\n\n");
        accuracy(text, confusion);
        text.append("\n## Calibration\n\n").append(calibration(scaling)).append("\n\n");
        text.append("## Training\n\n");
        Map<String, String> recipe = new LinkedHashMap<>(facts.recipe());
        recipe.remove(RunFacts.SPEED);
        rows(text, recipe);
        text.append("\n## Provenance\n\n");
        rows(text, card.provenance());
        text.append("\n## How to use it\n\n```sh\n./resnet4j predict --model model.zip photo.jpg\n"
                + "./resnet4j eval --model model.zip --data PHOTOS\n```\n\n```java\n"
                + "try (Classifier classifier = Classifier.load(Path.of(\"model.zip\"))) {\n"
                + "    Classification answer = classifier.classify(Path.of(\"photo.jpg\"));\n"
                + "}\n```\n");
        return text.toString();
    }

    private static void accuracy(StringBuilder text, Confusion confusion) {
        if (confusion.total() == 0) {
            text.append("Not measured.\n");
            return;
        }
        text.append("- Top-1: ")
                .append(Numbers.percent(confusion.top1()))
                .append(" of ")
                .append(Numbers.count(confusion.total(), "validation image", "validation images"))
                .append(" (95 % interval ")
                .append(words(confusion.top1Interval()))
                .append("). The epoch was chosen on these images, which flatters the figure a little.\n");
        List<Confusion.ClassScore> scores = confusion.scores().stream()
                .filter(score -> score.support() > 0)
                .sorted(Comparator.comparingDouble(Confusion.ClassScore::recall))
                .toList();
        int shown = Math.min(EXTREMES, scores.size());
        text.append("\n| class | images | recognised | 95 % interval |\n| --- | ---: | ---: | ---: |\n");
        List<Confusion.ClassScore> extremes = scores.size() <= 2 * EXTREMES
                ? scores
                : Stream.concat(
                                scores.subList(0, shown).stream(),
                                scores.subList(scores.size() - shown, scores.size()).stream())
                        .toList();
        for (Confusion.ClassScore score : extremes) {
            text.append("| ")
                    .append(escape(score.name()))
                    .append(" | ")
                    .append(score.support())
                    .append(" | ")
                    .append(Numbers.percent(score.recall()))
                    .append(" | ")
                    .append(words(score.recallInterval()))
                    .append(" |\n");
        }
        if (scores.size() > extremes.size()) {
            text.append("\nThe ")
                    .append(shown)
                    .append(" hardest and the ")
                    .append(shown)
                    .append(" easiest classes.\n");
        }
    }

    private static String calibration(TemperatureScaling scaling) {
        return "Expected calibration error (15 bins) "
                + Numbers.percent(scaling.before().error()) + " as the network comes"
                + (scaling.kept().isPresent()
                        ? ", " + Numbers.percent(scaling.after().error()) + " with temperature "
                                + Numbers.rate(scaling.kept().getAsDouble())
                                + ", which this file holds and the probabilities of predict and eval are scaled with."
                        : "; no temperature that helps was found.")
                + " Measured on the validation images, each half with a temperature fitted to the other.";
    }

    private static String classes(List<String> classes) {
        return classes.stream()
                        .limit(MOST_CLASSES_NAMED)
                        .map(ModelCardText::escape)
                        .collect(Collectors.joining(", "))
                + (classes.size() > MOST_CLASSES_NAMED
                        ? " and " + (classes.size() - MOST_CLASSES_NAMED) + " more"
                        : "");
    }

    private static void rows(StringBuilder text, Map<String, String> facts) {
        facts.forEach((name, value) -> text.append("- ")
                .append(escape(name))
                .append(": ")
                .append(escape(value))
                .append("\n"));
    }

    private static String words(Interval interval) {
        return Numbers.percent(interval.low()) + " to " + Numbers.percent(interval.high());
    }

    /** Markdown takes a backslash before any ASCII punctuation; only what could mean something gets one. */
    static String escape(String text) {
        return text.replaceAll("[\\\\`*_{}\\[\\]<>#|!~&$^=]", "\\\\$0").replaceAll("\\s+", " ");
    }
}
