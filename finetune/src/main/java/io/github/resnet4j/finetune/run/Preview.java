package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.task.RunImages;
import io.github.resnet4j.zoo.Zoo;

/**
 * The data of a configuration without its network.
 *
 * @param train images to train on
 * @param val images to evaluate on
 * @param pipeline the augmentation of training images
 */
public record Preview(ImageDataset train, ImageDataset val, Pipeline pipeline) {
    /** Opens the data as a run would. */
    public static Preview open(RunConfig config, DownloadOptions download) {
        int size = config.data()
                .imageSize()
                .orElseGet(() -> Zoo.find(config.model().name()).input().height());
        RunImages inputs =
                RunImages.open(config.data(), size, size, config.train().seed(), download);
        return new Preview(inputs.train(), inputs.val(), inputs.trainPipeline());
    }
}
