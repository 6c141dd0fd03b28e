package io.github.resnet4j.finetune.train;

import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.engine.Targets;
import io.github.resnet4j.engine.TrainingStep;
import io.github.resnet4j.finetune.report.Metric;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a network is to learn, and how well it does. For one thread at a time.
 *
 * @param <E> what an evaluation finds out
 */
public interface Objective<E extends Measured> {
    /**
     * What the network is to say of a batch.
     *
     * @param features N×C×H×W of the batch, which may be changed: mixed with each other
     * @param epoch that the batch is of
     * @param number of the batch in the epoch
     * @return targets that are good until the next call
     */
    Targets targets(Batch batch, INDArray features, int epoch, int number);

    /** How many samples of a batch the network was right about; 0 where none is simply right or wrong. */
    default int correct(TrainingStep.Result result) {
        return result.correct();
    }

    /** What is measured while the network is trained. */
    Map<Metric, Double> metrics(EpochProgress training);

    /**
     * Evaluates in inference mode.
     *
     * @param inference for batches as large as the loader's
     * @param loader an unshuffled loader that drops nothing
     * @param weights name of the network's weights, for messages
     * @param progress receives the number of samples done so far
     * @param stop polled between batches
     * @throws StoppedException if {@code stop} says so
     * @throws io.github.resnet4j.finetune.NonFiniteOutputException after the last sample, if the output for any of them is
     *     not finite
     */
    E evaluate(Inference inference, BatchLoader loader, String weights, LongConsumer progress, BooleanSupplier stop);
}
