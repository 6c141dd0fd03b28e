package io.github.resnet4j.finetune.internal.task.segmentation;

import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.train.Measured;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How well a network tells the classes of pixels.
 *
 * @param loss mean cross-entropy over all pixels with a class
 * @param classes what they are called
 * @param confusion of these pixels
 * @param images measured
 * @param worst the images with the least mean IoU, worst first
 * @param best those with the greatest, best first
 * @param seconds it took, with loading
 */
record SegmentationEvaluation(
        double loss,
        List<String> classes,
        PixelConfusion confusion,
        long images,
        List<Seen> worst,
        List<Seen> best,
        double seconds)
        implements Measured {
    SegmentationEvaluation {
        classes = List.copyOf(classes);
        worst = List.copyOf(worst);
        best = List.copyOf(best);
    }

    /**
     * What the network makes of an image.
     *
     * @param index in the data
     * @param iou mean over the classes in it, actual or predicted
     * @param numbers classes of the pixels of the network's input, row by row
     */
    record Seen(int index, double iou, byte[] numbers) {}

    @Override
    public Map<Metric, Double> metrics() {
        Map<Metric, Double> metrics = new LinkedHashMap<>();
        metrics.put(Segmentation.MEAN_IOU, confusion.meanIou());
        metrics.put(Segmentation.PIXEL_ACCURACY, confusion.accuracy());
        return metrics;
    }

    @Override
    public Optional<ByClass> byClass() {
        Map<String, Double> values = new LinkedHashMap<>();
        for (int number = 0; number < classes.size(); number++) {
            values.put(classes.get(number), confusion.iou(number));
        }
        return Optional.of(new ByClass(Segmentation.IOU, values));
    }
}
