package io.github.resnet4j.finetune.internal.task.spoofing;

import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.Batches;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.engine.Targets;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.internal.task.classification.LabelObjective;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.train.BatchArrays;
import io.github.resnet4j.finetune.train.EpochProgress;
import io.github.resnet4j.finetune.train.Objective;
import io.github.resnet4j.finetune.train.StoppedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** To name the two classes, measured by the error rates of the score. */
final class SpoofingObjective implements Objective<SpoofingEvaluation> {
    /** Single precision tells no smaller probability from 0. Scores of published networks reach -80, which is 1e-35. */
    private static final double SMALLEST = Float.MIN_NORMAL;

    private final LabelObjective labels;

    SpoofingObjective(LabelObjective labels) {
        this.labels = labels;
    }

    @Override
    public Targets targets(Batch batch, INDArray features, int epoch, int number) {
        return labels.targets(batch, features, epoch, number);
    }

    @Override
    public Map<Metric, Double> metrics(EpochProgress training) {
        return Map.of(Metric.TOP1, training.top1());
    }

    @Override
    public SpoofingEvaluation evaluate(
            Inference inference, BatchLoader loader, String weights, LongConsumer progress, BooleanSupplier stop) {
        return evaluation(inference, loader, weights, progress, stop);
    }

    static SpoofingEvaluation evaluation(
            Inference inference, BatchLoader loader, String weights, LongConsumer progress, BooleanSupplier stop) {
        long start = System.nanoTime();
        BatchArrays arrays = new BatchArrays();
        List<SpoofingEvaluation.Answer> answers = new ArrayList<>();
        double loss = 0;
        long broken = 0;
        try (Batches batches = loader.epoch(0, 0)) {
            while (batches.hasNext()) {
                if (stop.getAsBoolean()) {
                    throw new StoppedException();
                }
                Batch batch = batches.next();
                if (batch.size() == 0) {
                    continue; // all of its sounds were left out
                }
                float[] rows =
                        inference.output(arrays.features(batch)).dup('c').data().asFloat();
                for (int i = 0; i < batch.size(); i++) {
                    double score = score(rows, i);
                    if (Double.isNaN(score)) {
                        broken++;
                        continue;
                    }
                    int label = batch.labels()[i];
                    loss -= Math.log(Math.max(rows[2 * i + label], SMALLEST));
                    answers.add(new SpoofingEvaluation.Answer(batch.indices()[i], label == SpoofingSounds.REAL, score));
                }
                progress.accept(answers.size());
            }
        }
        if (broken > 0) {
            throw new NonFiniteOutputException(weights, broken, broken + answers.size());
        }
        return new SpoofingEvaluation(loss / answers.size(), answers, (System.nanoTime() - start) / 1e9);
    }

    /**
     * The logarithm of the odds that a sound is real; NaN if the network's output is not finite.
     *
     * @param rows N×2 probabilities
     */
    static double score(float[] rows, int row) {
        double real = rows[2 * row + SpoofingSounds.REAL];
        double other = rows[2 * row + 1 - SpoofingSounds.REAL];
        return Double.isFinite(real) && Double.isFinite(other)
                ? Math.log(Math.max(real, SMALLEST)) - Math.log(Math.max(other, SMALLEST))
                : Double.NaN;
    }
}
