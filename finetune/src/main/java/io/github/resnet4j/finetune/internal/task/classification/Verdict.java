package io.github.resnet4j.finetune.internal.task.classification;

import io.github.resnet4j.finetune.quality.Interval;
import io.github.resnet4j.finetune.report.Confusion;
import io.github.resnet4j.finetune.report.Numbers;
import java.util.Comparator;
import java.util.Optional;

/** What a confusion matrix means, in a sentence for people who do not know the word. */
final class Verdict {
    private Verdict() {}

    static String of(Confusion confusion) {
        if (confusion.total() == 0) {
            return "No image was evaluated, so nothing is known of this model.";
        }
        Interval range = confusion.top1Interval();
        int frequent = confusion.mostFrequent();
        double guessing = (double) confusion.support(frequent) / confusion.total();
        String always = "always answering “" + confusion.classes().get(frequent) + "”";
        String against = confusion.showsLearning()
                ? always + " would be right for " + percent(guessing)
                : "but " + always + " would be right for " + percent(guessing)
                        + ", so that it is not certain that it has learnt anything";
        return "The model names the class of " + percent(confusion.top1()) + " of "
                + Numbers.count(confusion.total(), "image", "images")
                + " it was not trained on (for more images like these, expect " + percent(range.low()) + " to "
                + percent(range.high()) + "); " + against + worst(confusion) + ".";
    }

    private static String worst(Confusion confusion) {
        Optional<Confusion.ClassScore> worst = confusion.scores().stream()
                .filter(score -> score.support() > 0)
                .min(Comparator.comparingDouble(Confusion.ClassScore::recall));
        if (worst.isEmpty() || worst.get().recall() == 1) {
            return "";
        }
        Confusion.ClassScore score = worst.get();
        return "; it is weakest on “" + score.name() + "”, of which it recognises "
                + Math.round(score.recall() * score.support()) + " of "
                + Numbers.count(score.support(), "image", "images");
    }

    private static String percent(double share) {
        return Numbers.fixed(100 * share, 1) + " %";
    }
}
