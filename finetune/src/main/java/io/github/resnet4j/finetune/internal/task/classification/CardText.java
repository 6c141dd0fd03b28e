package io.github.resnet4j.finetune.internal.task.classification;

import io.github.resnet4j.finetune.internal.report.ModelCardText;
import io.github.resnet4j.finetune.quality.Interval;
import io.github.resnet4j.finetune.quality.TemperatureScaling;
import io.github.resnet4j.finetune.report.Confusion;
import io.github.resnet4j.finetune.report.Numbers;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What {@code MODEL_CARD.md} says of a classifier. */
final class CardText {
    private static final int EXTREMES = 3;

    private CardText() {}

    /** @param confusion of the model on the validation images */
    static ModelCardText.Parts of(Confusion confusion, TemperatureScaling scaling) {
        StringBuilder results = new StringBuilder("## Accuracy\n\n");
        accuracy(results, confusion);
        results.append("\n## Calibration\n\n").append(calibration(scaling));
        return new ModelCardText.Parts(
                Verdict.of(confusion),
                "To tell these classes apart in images like those it was trained on. Whatever an image shows, the answer is"
                        + " one of the classes; for other kinds of images, or other cameras, measure first. Not for"
                        + " decisions about people.",
                results.toString(),
                "```sh\n./resnet4j predict --model model.zip photo.jpg\n"
                        + "./resnet4j eval --model model.zip --data PHOTOS\n```\n\n```java\n"
                        + "try (Classifier classifier = Classifier.load(Path.of(\"model.zip\"))) {\n"
                        + "    Classification answer = classifier.classify(Path.of(\"photo.jpg\"));\n"
                        + "}\n```\n");
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
                    .append(ModelCardText.escape(score.name()))
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

    private static String words(Interval interval) {
        return Numbers.percent(interval.low()) + " to " + Numbers.percent(interval.high());
    }
}
