package io.github.resnet4j.finetune.internal.task.classification;

import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.engine.Targets;
import io.github.resnet4j.finetune.config.LossConfig;
import io.github.resnet4j.finetune.config.MixConfig;
import io.github.resnet4j.finetune.config.TrainConfig;
import io.github.resnet4j.finetune.internal.report.Metrics;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.train.BatchArrays;
import io.github.resnet4j.finetune.train.EpochProgress;
import io.github.resnet4j.finetune.train.Evaluation;
import io.github.resnet4j.finetune.train.Objective;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** To name the class of an image: cross-entropy with smooth labels of images that may be mixed. */
public final class LabelObjective implements Objective<Evaluation> {
    private final LossConfig loss;
    private final int classes;
    private final Optional<float[]> classWeights;
    private final BatchMixing mixing;
    private final BatchArrays labels = new BatchArrays();

    /**
     * @param classes number of classes
     * @param classWeights how much each of them counts; absent, all the same
     */
    public LabelObjective(TrainConfig config, int classes, Optional<float[]> classWeights) {
        this.loss = config.loss();
        this.classes = classes;
        this.classWeights = classWeights;
        this.mixing = new BatchMixing(config.loss().mix(), config.seed());
    }

    @Override
    public Targets targets(Batch batch, INDArray features, int epoch, int number) {
        INDArray rows = labels.of(batch.labelRows(classes, loss.labelSmoothing()), batch.size(), classes);
        mixing.apply(features, rows, epoch, number);
        if (classWeights.isEmpty()) {
            return Targets.of(rows);
        }
        double total = batch.size();
        if (loss.mix().equals(MixConfig.NONE)) {
            total = 0;
            for (int i = 0; i < batch.size(); i++) {
                total += classWeights.get()[batch.labels()[i]];
            }
        }
        return new Targets.Classes(rows, classWeights, total);
    }

    @Override
    public Map<Metric, Double> metrics(EpochProgress training) {
        return Metrics.values(Classification.METRICS.training(), metric -> training.top1());
    }

    @Override
    public Evaluation evaluate(
            Inference inference, BatchLoader loader, String weights, LongConsumer progress, BooleanSupplier stop) {
        return Evaluation.of(inference, loader, classes, weights, progress, stop);
    }
}
