package io.github.resnet4j.finetune.train;

import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.Batches;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.quality.Calibration;
import io.github.resnet4j.finetune.quality.Scores;
import io.github.resnet4j.finetune.quality.Temperature;
import io.github.resnet4j.finetune.report.Metric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * How well a network does on a set of labelled images.
 *
 * @param loss mean cross-entropy, with the temperature if there is one
 * @param top1 share of images whose most probable class is theirs
 * @param top5 share of images whose class is among the five most probable; ties go to the lower class
 * @param confusion images by actual class (row) and predicted class (column)
 * @param answers one for each image, in the order of the data set
 * @param scores the network's own probabilities, without a temperature
 * @param seconds it took, with loading
 */
public record Evaluation(
        double loss, double top1, double top5, long[][] confusion, List<Answer> answers, Scores scores, double seconds)
        implements Measured {
    private static final double SMALLEST = 1e-12;
    private static final int TOP = 5;

    /**
     * The network's answer for one image.
     *
     * @param index in the data set
     * @param actual its class
     * @param predicted the most probable class
     * @param probability of the predicted class, with the temperature if there is one
     * @param loss cross-entropy
     */
    public record Answer(int index, int actual, int predicted, double probability, double loss) {}

    /** Evaluates in inference mode, without a temperature. */
    public static Evaluation of(
            Inference inference,
            BatchLoader loader,
            int classes,
            String weights,
            LongConsumer progress,
            BooleanSupplier stop) {
        return of(inference, loader, classes, weights, Temperature.NONE, progress, stop);
    }

    /**
     * Evaluates in inference mode.
     *
     * @param inference input N×C×H×W, output N×classes probabilities; for batches as large as the loader's
     * @param loader an unshuffled loader that drops nothing
     * @param classes number of classes
     * @param weights name of the network's weights, for messages
     * @param temperature of the probabilities; which class is predicted does not depend on it
     * @param progress receives the number of images done so far
     * @param stop polled between batches
     * @throws StoppedException if {@code stop} says so
     * @throws NonFiniteOutputException after the last image, if the output for any of them is not finite
     */
    public static Evaluation of(
            Inference inference,
            BatchLoader loader,
            int classes,
            String weights,
            Temperature temperature,
            LongConsumer progress,
            BooleanSupplier stop) {
        long start = System.nanoTime();
        Tally tally = new Tally(classes, temperature);
        BatchArrays arrays = new BatchArrays();
        long broken = 0;
        try (Batches batches = loader.epoch(0, 0)) {
            while (batches.hasNext()) {
                if (stop.getAsBoolean()) {
                    throw new StoppedException();
                }
                Batch batch = batches.next();
                if (batch.size() == 0) {
                    continue; // all of its images were left out
                }
                float[] probabilities =
                        inference.output(arrays.features(batch)).dup('c').data().asFloat();
                for (int i = 0; i < batch.size(); i++) {
                    int actual = batch.labels()[i];
                    int from = i * classes;
                    if (!isFinite(probabilities, from, classes)) {
                        broken++;
                        continue;
                    }
                    tally.add(batch.indices()[i], actual, probabilities, from);
                }
                progress.accept(tally.answers.size());
            }
        }
        if (broken > 0) {
            throw new NonFiniteOutputException(weights, broken, broken + tally.answers.size());
        }
        return tally.evaluation((System.nanoTime() - start) / 1e9);
    }

    /** Sums up answers, wherever they come from. */
    public static final class Tally {
        private final int classes;
        private final Temperature temperature;
        private final long[][] confusion;
        private final List<Answer> answers = new ArrayList<>();
        private final Scores scores;
        private double loss;
        private long right;
        private long inTop5;

        /** @param temperature of the probabilities */
        public Tally(int classes, Temperature temperature) {
            this.classes = classes;
            this.temperature = temperature;
            this.confusion = new long[classes][classes];
            this.scores = new Scores(classes);
        }

        /**
         * Adds an image.
         *
         * @param index in the data set
         * @param actual its class
         * @param probabilities of the batch, to which the temperature is applied
         * @param from where those of the image begin
         * @return the network's answer for it
         */
        public Answer add(int index, int actual, float[] probabilities, int from) {
            scores.add(index, actual, probabilities, from);
            int rank = rank(probabilities, from, classes, actual);
            int predicted = mostProbable(probabilities, from, classes);
            temperature.apply(probabilities, from, classes);
            Answer answer = answer(probabilities, from, predicted, index, actual);
            answers.add(answer);
            confusion[actual][answer.predicted()]++;
            loss += answer.loss();
            right += rank == 0 ? 1 : 0;
            inTop5 += rank < TOP ? 1 : 0;
            return answer;
        }

        /** Of all that was added. */
        public Evaluation evaluation(double seconds) {
            double count = answers.size();
            return new Evaluation(
                    loss / count, right / count, inTop5 / count, confusion, List.copyOf(answers), scores, seconds);
        }
    }

    /** Whether top-5 says anything: of five classes, every one is among the five most probable. */
    public static boolean tellsTop5(int classes) {
        return classes > TOP;
    }

    @Override
    public Map<Metric, Double> metrics() {
        Map<Metric, Double> metrics = new LinkedHashMap<>();
        metrics.put(Metric.TOP1, top1);
        metrics.put(Metric.TOP5, tellsTop5(confusion.length) ? top5 : Double.NaN);
        return metrics;
    }

    @Override
    public long images() {
        return answers.size();
    }

    /** How well the probabilities say how often they are right. */
    public Calibration calibration() {
        Calibration.Counter counter = new Calibration.Counter();
        answers.forEach(answer -> counter.add(answer.probability(), answer.predicted() == answer.actual()));
        return counter.calibration();
    }

    private static boolean isFinite(float[] values, int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (!Float.isFinite(values[i])) {
                return false;
            }
        }
        return true;
    }

    private static int mostProbable(float[] probabilities, int from, int classes) {
        int best = 0;
        for (int c = 1; c < classes; c++) {
            if (probabilities[from + c] > probabilities[from + best]) {
                best = c;
            }
        }
        return best;
    }

    private static Answer answer(float[] probabilities, int from, int predicted, int index, int actual) {
        double loss = -Math.log(Math.max(probabilities[from + actual], SMALLEST));
        return new Answer(index, actual, predicted, probabilities[from + predicted], loss);
    }

    /** How many classes come before {@code actual}. */
    private static int rank(float[] probabilities, int from, int classes, int actual) {
        float own = probabilities[from + actual];
        int rank = 0;
        for (int c = 0; c < classes; c++) {
            float other = probabilities[from + c];
            if (other > own || (other == own && c < actual)) {
                rank++;
            }
        }
        return rank;
    }
}
