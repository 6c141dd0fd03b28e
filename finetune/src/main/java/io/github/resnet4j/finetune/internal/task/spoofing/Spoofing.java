package io.github.resnet4j.finetune.internal.task.spoofing;

import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.report.Metrics;
import io.github.resnet4j.finetune.internal.task.ModelUse;
import io.github.resnet4j.finetune.internal.task.OpenTask;
import io.github.resnet4j.finetune.internal.task.Task;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.train.Measured;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * To tell real speech from what imitates it, synthesised, converted or played again (Wang et al. 2020, ASVspoof 2019): two
 * classes, of which the second is real, and a score that is the higher the more real a sound seems.
 */
public final class Spoofing implements Task {
    /** The share of errors at the threshold where as many real sounds are refused as others are let through. */
    static final Metric EER = new Metric("eer", "EER", "Equal error rate", Metric.Unit.SHARE, false);

    /** What the samples are called. */
    static final String SAMPLES = "sounds";

    private static final Metrics METRICS = new Metrics(List.of(Metric.TOP1), List.of(EER, Metric.TOP1));

    @Override
    public String name() {
        return "spoofing";
    }

    @Override
    public String samples() {
        return SAMPLES;
    }

    @Override
    public Metrics metrics() {
        return METRICS;
    }

    @Override
    public Shape input(DataConfig data, Shape published) {
        if (data.imageSize().isPresent()) {
            throw new UsageException("data.image-size is for images: the network of a feature of sounds has its size");
        }
        return published;
    }

    @Override
    public boolean preparesImages() {
        return false;
    }

    @Override
    public OpenTask<SpoofingEvaluation> open(RunConfig config, Shape input, DownloadOptions download) {
        return new OpenSpoofing(
                this, SpoofingData.open(config.data(), config.train().seed()), input);
    }

    @Override
    public Measured evaluate(ModelUse model, Path data) {
        return new Detector(model).evaluate(SpoofingSounds.evaluation(data));
    }

    @Override
    public void predict(ModelUse model, List<Path> inputs, Consumer<Map<String, Object>> answers) {
        new Detector(model).predict(inputs, answers);
    }
}
