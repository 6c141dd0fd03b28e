package io.github.resnet4j.finetune.internal.task.segmentation;

import io.github.resnet4j.datasets.MaskedImages;
import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.Batches;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.engine.Targets;
import io.github.resnet4j.engine.TrainingStep;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.train.BatchArrays;
import io.github.resnet4j.finetune.train.EpochProgress;
import io.github.resnet4j.finetune.train.Objective;
import io.github.resnet4j.finetune.train.StoppedException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** To name the class of each pixel: cross-entropy over all that have one, measured by the overlap with the masks. */
final class PixelObjective implements Objective<SegmentationEvaluation> {
    /** Single precision tells no smaller probability from 0. */
    private static final double SMALLEST = 1e-12;
    /** Images that are kept to be shown. */
    private static final int SHOWN = 8;

    private final List<String> classes;
    private final Optional<float[]> classWeights;

    /** @param classWeights how much each class counts; absent, all the same */
    PixelObjective(List<String> classes, Optional<float[]> classWeights) {
        this.classes = classes;
        this.classWeights = classWeights;
    }

    @Override
    public Targets targets(Batch batch, INDArray features, int epoch, int number) {
        int[] shape = batch.targetShape();
        float[] values = batch.targets();
        byte[] numbers = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            numbers[i] = (byte) (int) values[i];
        }
        return new Targets.ClassMaps(numbers, shape[2], shape[3], classWeights);
    }

    /** No image is simply right or wrong. */
    @Override
    public int correct(TrainingStep.Result result) {
        return 0;
    }

    @Override
    public Map<Metric, Double> metrics(EpochProgress training) {
        return Map.of();
    }

    @Override
    public SegmentationEvaluation evaluate(
            Inference inference, BatchLoader loader, String weights, LongConsumer progress, BooleanSupplier stop) {
        long start = System.nanoTime();
        BatchArrays arrays = new BatchArrays();
        Sums sums = new Sums(classes.size());
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
                    sums.add(batch, i, probabilities);
                }
                progress.accept(sums.images);
            }
        }
        if (sums.broken > 0) {
            throw new NonFiniteOutputException(weights, sums.broken, sums.broken + sums.images);
        }
        return sums.evaluation(classes, (System.nanoTime() - start) / 1e9);
    }

    /** What is known of the images so far. */
    private static final class Sums {
        private final int classes;
        private final PixelConfusion all;
        private final PixelConfusion own;
        private final PriorityQueue<SegmentationEvaluation.Seen> worst = new PriorityQueue<>(BY_IOU.reversed());
        private final PriorityQueue<SegmentationEvaluation.Seen> best = new PriorityQueue<>(BY_IOU);
        private static final Comparator<SegmentationEvaluation.Seen> BY_IOU = Comparator.comparingDouble(
                        SegmentationEvaluation.Seen::iou)
                .thenComparing(SegmentationEvaluation.Seen::index);
        private double loss;
        private long images;
        private long broken;

        Sums(int classes) {
            this.classes = classes;
            this.all = new PixelConfusion(classes);
            this.own = new PixelConfusion(classes);
        }

        /** @param probabilities N×classes×H×W */
        void add(Batch batch, int image, float[] probabilities) {
            int places = batch.targetShape()[2] * batch.targetShape()[3];
            int first = image * classes * places;
            byte[] numbers = new byte[places];
            own.clear();
            double lost = 0;
            for (int place = 0; place < places; place++) {
                int largest = Numbered.largest(probabilities, first + place, places, classes);
                if (largest < 0) {
                    broken++;
                    return;
                }
                numbers[place] = (byte) largest;
                int actual = (int) batch.targets()[image * places + place];
                if (actual != MaskedImages.VOID) {
                    own.add(actual, largest);
                    lost -= Math.log(Math.max(probabilities[first + actual * places + place], SMALLEST));
                }
            }
            images++;
            loss += lost;
            all.add(own);
            double iou = own.meanIou();
            if (!Double.isNaN(iou)) {
                keep(new SegmentationEvaluation.Seen(batch.indices()[image], iou, numbers));
            }
        }

        private void keep(SegmentationEvaluation.Seen seen) {
            for (PriorityQueue<SegmentationEvaluation.Seen> shown : List.of(worst, best)) {
                shown.add(seen);
                if (shown.size() > SHOWN) {
                    shown.poll();
                }
            }
        }

        SegmentationEvaluation evaluation(List<String> names, double seconds) {
            List<SegmentationEvaluation.Seen> worstFirst = new ArrayList<>(worst);
            worstFirst.sort(BY_IOU);
            List<SegmentationEvaluation.Seen> bestFirst = new ArrayList<>(best);
            bestFirst.sort(BY_IOU.reversed());
            return new SegmentationEvaluation(
                    loss / Math.max(1, all.pixels()), names, all, images, worstFirst, bestFirst, seconds);
        }
    }
}
