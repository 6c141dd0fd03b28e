package io.github.resnet4j.finetune.internal.task.superresolution;

import io.github.resnet4j.datasets.FolderOptions;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.superresolution.Colours;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.report.Metrics;
import io.github.resnet4j.finetune.internal.task.ModelUse;
import io.github.resnet4j.finetune.internal.task.OpenTask;
import io.github.resnet4j.finetune.internal.task.Task;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.train.Measured;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * To make images larger: a network learns to undo the bicubic reduction of photographs (Li et al. 2018), and is measured by
 * PSNR and SSIM of luminance on whole images.
 */
public final class SuperResolution implements Task {
    /** Peak signal-to-noise ratio of luminance, a mean over the images. */
    static final Metric PSNR = new Metric("psnr", "PSNR", "PSNR", Metric.Unit.DECIBEL, true);

    /** Structural similarity of luminance, a mean over the images. */
    static final Metric SSIM = new Metric("ssim", "SSIM", "Structural similarity", Metric.Unit.NUMBER, true);

    /** What training takes. */
    static final String PATCHES = "patches";

    private static final Metrics METRICS = new Metrics(List.of(), List.of(PSNR, SSIM));

    @Override
    public String name() {
        return "super-resolution";
    }

    @Override
    public boolean trains(Output output) {
        return output instanceof Output.Values;
    }

    @Override
    public String trainingSamples() {
        return PATCHES;
    }

    @Override
    public Metrics metrics() {
        return METRICS;
    }

    /** A patch of a small image. */
    @Override
    public Shape input(DataConfig data, Shape published) {
        return data.imageSize()
                .map(side -> Shape.square(published.channels(), side))
                .orElse(published);
    }

    @Override
    public boolean preparesImages() {
        return false;
    }

    @Override
    public OpenTask<SuperResolutionEvaluation> open(RunConfig config, Shape input, DownloadOptions download) {
        return OpenSuperResolution.of(this, config, input);
    }

    @Override
    public Measured evaluate(ModelUse model, Path data) {
        Network network = model.card().network();
        Photographs photographs = Photographs.evaluation(data, FolderOptions.DEFAULT);
        FidelityObjective objective = new FidelityObjective(network, photographs);
        photographs.indices().forEach(index -> photographs.check(index, objective.least(), "measuring"));
        try (ModelUse.Loaded loaded = model.load()) {
            return objective.evaluation(
                    loaded.inference(), photographs.indices(), model.source().origin(), model.progress(), model.stop());
        }
    }

    @Override
    public void predict(ModelUse model, List<Path> inputs, Consumer<Map<String, Object>> answers) {
        throw new UsageException("the model makes images larger: use the command upscale, as in `resnet4j upscale "
                + inputs.get(0) + " OUT --model " + model.source().origin() + "`");
    }

    /** What the network sees of images. */
    static Colours colours(Shape input) {
        return Colours.of(input.channels());
    }
}
