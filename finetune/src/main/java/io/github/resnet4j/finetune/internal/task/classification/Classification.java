package io.github.resnet4j.finetune.internal.task.classification;

import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.report.Metrics;
import io.github.resnet4j.finetune.internal.task.OpenTask;
import io.github.resnet4j.finetune.internal.task.RunImages;
import io.github.resnet4j.finetune.internal.task.Task;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.train.Evaluation;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;
import java.util.Optional;

/** To name the class of an image. */
public final class Classification implements Task {
    /** How often the network is right. */
    public static final Metrics METRICS = new Metrics(List.of(Metric.TOP1), List.of(Metric.TOP1, Metric.TOP5));

    private final Optional<CrossValidated> known;

    /** Of models that are measured on images held out. */
    public Classification() {
        this(Optional.empty());
    }

    /** Of a model whose accuracy is known from others. */
    public Classification(CrossValidated known) {
        this(Optional.of(known));
    }

    private Classification(Optional<CrossValidated> known) {
        this.known = known;
    }

    @Override
    public String name() {
        return "classification";
    }

    @Override
    public Metrics metrics() {
        return METRICS;
    }

    @Override
    public OpenTask<Evaluation> open(RunConfig config, Shape input, DownloadOptions download) {
        return new OpenClassification(
                this,
                RunImages.open(
                        config.data(),
                        input.height(),
                        input.width(),
                        config.train().seed(),
                        download),
                config,
                input,
                known);
    }
}
