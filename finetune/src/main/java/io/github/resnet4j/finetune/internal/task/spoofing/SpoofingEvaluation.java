package io.github.resnet4j.finetune.internal.task.spoofing;

import io.github.resnet4j.finetune.quality.SpoofingScores;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.train.Measured;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How well a network tells real sounds from others.
 *
 * @param loss mean cross-entropy
 * @param answers one for each sound, in the order of the data
 * @param seconds it took, with loading
 */
record SpoofingEvaluation(double loss, List<Answer> answers, double seconds) implements Measured {
    SpoofingEvaluation {
        answers = List.copyOf(answers);
    }

    /**
     * What the network says of a sound.
     *
     * @param index in the data
     * @param score logarithm of the odds that it is real
     */
    record Answer(int index, boolean real, double score) {
        /** Whether the more probable class is the right one. */
        boolean right() {
            return real == score > 0;
        }

        /** How far the score is on the wrong side; negative on the right one. */
        double wrongBy() {
            return real ? -score : score;
        }
    }

    /** Its errors at every threshold. */
    SpoofingScores curve() {
        return curve(answers);
    }

    static SpoofingScores curve(List<Answer> answers) {
        return new SpoofingScores(scores(answers, true), scores(answers, false));
    }

    private static double[] scores(List<Answer> answers, boolean real) {
        return answers.stream()
                .filter(answer -> answer.real == real)
                .mapToDouble(Answer::score)
                .toArray();
    }

    /** Whether there are sounds of both kinds, without which there are no error rates. */
    boolean hasBothKinds() {
        return answers.stream().map(Answer::real).distinct().count() == 2;
    }

    @Override
    public Map<Metric, Double> metrics() {
        Map<Metric, Double> metrics = new LinkedHashMap<>();
        metrics.put(Spoofing.EER, hasBothKinds() ? curve().equalErrorRate() : Double.NaN);
        metrics.put(Metric.TOP1, (double) answers.stream().filter(Answer::right).count() / answers.size());
        return metrics;
    }

    @Override
    public long images() {
        return answers.size();
    }
}
