package io.github.resnet4j.finetune.train;

import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.Batches;
import io.github.resnet4j.engine.Targets;
import io.github.resnet4j.engine.TrainingStep;
import io.github.resnet4j.finetune.config.TrainConfig;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The steps of a training on the batches of a loader, several batches to a step. */
public final class TrainingSteps implements Steps {
    private final TrainingStep training;
    private final BatchLoader data;
    private final TrainConfig config;
    private final Objective<?> objective;
    private final BatchArrays arrays = new BatchArrays();
    private final Optional<WeightAverage> average;

    /**
     * @param objective what is learnt
     * @param average takes in the parameters after every step
     */
    public TrainingSteps(
            TrainingStep training,
            BatchLoader data,
            TrainConfig config,
            Objective<?> objective,
            Optional<WeightAverage> average) {
        this.average = average;
        this.training = training;
        this.data = data;
        this.config = config;
        this.objective = objective;
    }

    /**
     * One step.
     *
     * @param images of its batches
     * @param correct of these, classified correctly before the update; of a mixture, as what it has most of
     * @param loss mean over the images
     * @param total what the sum of the images' losses was divided by to get the mean
     * @param lr learning rate
     * @param seconds it took
     * @param waited seconds of these spent waiting for data
     */
    public record Step(int images, int correct, double loss, double total, double lr, double seconds, double waited)
            implements Serializable {

        /**
         * The step that replicas took together.
         *
         * @param own of each of them, at least one
         * @param took seconds from its begin on the first to its end on the last
         */
        public static Step together(List<Step> own, double took) {
            if (own.size() == 1) {
                return own.get(0);
            }
            double total = own.stream().mapToDouble(Step::total).sum();
            double loss = own.stream()
                    .filter(step -> step.total > 0)
                    .mapToDouble(step -> step.loss * step.total)
                    .sum();
            return new Step(
                    own.stream().mapToInt(Step::images).sum(),
                    own.stream().mapToInt(Step::correct).sum(),
                    loss / total,
                    total,
                    own.get(0).lr,
                    took,
                    own.stream().mapToDouble(Step::waited).average().orElseThrow());
        }
    }

    @Override
    public int perEpoch() {
        return config.step().steps(data.batchesPerEpoch());
    }

    @Override
    public void startAt(long iteration) {
        training.startAt(iteration);
    }

    @Override
    public void run(int epoch, int from, LearningRate rate, After after) {
        try (Batches batches = epoch(epoch, from)) {
            for (int s = from; s < perEpoch(); s++) {
                after.step(take(batches, epoch, s, rate.at((long) epoch * perEpoch() + s)), true);
            }
        }
    }

    /** The batches of an epoch from a step on. */
    public Batches epoch(int epoch, int step) {
        return data.epoch(epoch, Math.min(step * config.step().accumulate(), data.batchesPerEpoch()));
    }

    /** Takes a step of an epoch on the next batches. A replica may have no images in some of them. */
    public Step take(Batches batches, int epoch, int step, double lr) {
        long start = System.nanoTime();
        long waited = 0;
        int images = 0;
        int correct = 0;
        double loss = 0;
        double total = 0;
        int first = step * config.step().accumulate();
        int end = Math.min(first + config.step().accumulate(), data.batchesPerEpoch());
        for (int b = first; b < end; b++) {
            long asked = System.nanoTime();
            Batch batch = batches.next();
            waited += System.nanoTime() - asked;
            if (batch.size() == 0) {
                if (b == end - 1 && !training.join(lr)) {
                    return new Step(images, correct, Double.NaN, 1, lr, seconds(start), waited / 1e9);
                }
                continue;
            }
            INDArray features = arrays.features(batch);
            Targets targets = objective.targets(batch, features, epoch, b);
            TrainingStep.Result result =
                    b < end - 1 ? training.accumulate(features, targets) : training.step(features, targets, lr);
            images += batch.size();
            correct += objective.correct(result);
            loss += result.loss() * result.total();
            total += result.total();
        }
        average.ifPresent(weights -> weights.add((long) epoch * perEpoch() + step + 1));
        double mean = total > 0 ? loss / total : 0;
        return new Step(images, correct, mean, total, lr, seconds(start), waited / 1e9);
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
