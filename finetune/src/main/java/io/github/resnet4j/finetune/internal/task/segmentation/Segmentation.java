package io.github.resnet4j.finetune.internal.task.segmentation;

import io.github.resnet4j.datasets.MaskOptions;
import io.github.resnet4j.datasets.MaskedImages;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.transform.Fit;
import io.github.resnet4j.datasets.transform.Transform;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.DatasetKind;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.report.Metrics;
import io.github.resnet4j.finetune.internal.task.ModelUse;
import io.github.resnet4j.finetune.internal.task.OpenTask;
import io.github.resnet4j.finetune.internal.task.Task;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.train.Measured;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * To name the class of each pixel of an image (Long et al. 2015). Images of any size are scaled as a whole until they fit into
 * the network's square input, and so are their masks when it is measured, by nearest neighbour.
 */
public final class Segmentation implements Task {
    /** Of the pixels that are of a class or taken for it, the share of those that are both. */
    static final Metric IOU = new Metric("iou", "IoU", "Intersection over union", Metric.Unit.SHARE, true);

    /** The mean of that over all classes. */
    static final Metric MEAN_IOU = new Metric("miou", "mean IoU", "Mean IoU", Metric.Unit.SHARE, true);

    /** Share of pixels whose most probable class is theirs. */
    static final Metric PIXEL_ACCURACY =
            new Metric("pixel_accuracy", "pixel accuracy", "Pixel accuracy", Metric.Unit.SHARE, true);

    private static final Metrics METRICS = new Metrics(List.of(), List.of(MEAN_IOU, PIXEL_ACCURACY));

    @Override
    public String name() {
        return "segmentation";
    }

    @Override
    public Metrics metrics() {
        return METRICS;
    }

    @Override
    public boolean trains(Output output) {
        return output instanceof Output.ClassMap;
    }

    @Override
    public boolean startsFromBodies() {
        return true;
    }

    @Override
    public Optional<List<Transform>> evalSteps(Shape input) {
        return Optional.of(List.of(new Fit(input.height())));
    }

    @Override
    public OpenTask<SegmentationEvaluation> open(RunConfig config, Shape input, DownloadOptions download) {
        DataConfig data = config.data();
        if (data.dataset() != DatasetKind.FOLDER || data.labels().isPresent()) {
            throw new UsageException(
                    "the task segmentation reads folders of images and masks: data.dataset must be folder,"
                            + " without data.labels");
        }
        Path dir = data.dir()
                .orElseThrow(
                        () -> new UsageException("data.dir is not set: give the folder with --data DIR (with images/"
                                + " and masks/, or train/ and val/ of these, or PASCAL VOC's)"));
        MaskOptions options = new MaskOptions(
                data.folders(), List.of(), config.model().classes().orElse(0), data.checkImages());
        MaskedImages.TrainVal images =
                MaskedImages.trainVal(dir, data.valFraction(), config.train().seed(), options);
        return new OpenSegmentation(
                this,
                data.limit()
                        .map(most -> new MaskedImages.TrainVal(
                                images.train().limit(most), images.val().limit(most), images.how()))
                        .orElse(images),
                config,
                input);
    }

    @Override
    public Measured evaluate(ModelUse model, Path data) {
        return new Segmenter(model).evaluate(data);
    }

    @Override
    public void predict(ModelUse model, List<Path> inputs, Consumer<Map<String, Object>> answers) {
        new Segmenter(model).predict(inputs, answers);
    }
}
