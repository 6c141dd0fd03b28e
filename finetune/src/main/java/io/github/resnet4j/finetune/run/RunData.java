package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.CifarDataset;
import io.github.resnet4j.datasets.CifarVariant;
import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.ImageFolders;
import io.github.resnet4j.datasets.ImageNet;
import io.github.resnet4j.datasets.LabelFile;
import io.github.resnet4j.datasets.Split;
import io.github.resnet4j.datasets.TrainVal;
import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.datasets.download.CifarArchive;
import io.github.resnet4j.datasets.download.CifarDownload;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.transform.Normalize;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.DatasetKind;
import io.github.resnet4j.finetune.config.NormalizeConfig;
import java.nio.file.Path;
import java.util.List;

/**
 * The images of a run and their preprocessing.
 *
 * @param train images to train on
 * @param val images to evaluate on, with the same classes
 * @param how where they come from, for people
 * @param trainPipeline random augmentation and normalisation
 * @param evalPipeline the deterministic one
 */
record RunData(ImageDataset train, ImageDataset val, String how, Pipeline trainPipeline, Pipeline evalPipeline) {

    /**
     * Opens the data of a configuration; downloads CIFAR if no folder is given.
     *
     * @param height rows of the network's input
     * @param width columns of the network's input
     * @param seed of the split where the data has no validation part
     * @throws BadDataException if the data cannot be used
     */
    static RunData open(DataConfig config, int height, int width, long seed, DownloadOptions download) {
        TrainVal data = trainVal(config, seed, download);
        return of(
                config.limit().map(data.train()::limit).orElse(data.train()),
                config.limit().map(data.val()::limit).orElse(data.val()),
                data.how(),
                config,
                height,
                width);
    }

    /** The same images, prepared in another way. */
    RunData prepared(DataConfig config, int height, int width) {
        return of(train, val, how, config, height, width);
    }

    private static RunData of(
            ImageDataset train, ImageDataset val, String how, DataConfig config, int height, int width) {
        Normalize normalize =
                config.normalize().orElse(NormalizeConfig.IMAGENET).toNormalize();
        return new RunData(
                train,
                val,
                how,
                new Pipeline(config.augment(), normalize).producing(height, width),
                new Pipeline(config.eval().orElse(List.of()), normalize).producing(height, width));
    }

    private static TrainVal trainVal(DataConfig config, long seed, DownloadOptions download) {
        return switch (config.dataset()) {
            case CIFAR10 -> cifar(config, CifarVariant.CIFAR10, CifarArchive.CIFAR_10, download);
            case CIFAR100 -> cifar(config, CifarVariant.CIFAR100, CifarArchive.CIFAR_100, download);
            case FOLDER ->
                config.labels()
                        .map(csv -> listed(csv, config, seed))
                        .orElseGet(() ->
                                ImageFolders.trainVal(folder(config), config.valFraction(), seed, config.folders()));
            case IMAGENET ->
                new TrainVal(
                        ImageNet.open(folder(config), Split.TRAIN, config.folders()),
                        ImageNet.open(folder(config), Split.VAL, config.folders()),
                        "ImageNet in " + folder(config));
        };
    }

    private static TrainVal listed(Path csv, DataConfig config, long seed) {
        LabelFile file = LabelFile.read(csv, config.dir().orElseGet(() -> LabelFile.folder(csv)), config.folders());
        return config.fold().map(file::fold).orElseGet(() -> file.trainVal(config.valFraction(), seed));
    }

    private static TrainVal cifar(
            DataConfig config, CifarVariant variant, CifarArchive archive, DownloadOptions download) {
        Path dir = config.dir().orElseGet(() -> CifarDownload.fetch(archive, CacheFolder.standard(), download));
        return new TrainVal(
                CifarDataset.read(dir, variant, Split.TRAIN),
                CifarDataset.read(dir, variant, Split.VAL),
                variant.title() + " in " + dir);
    }

    private static Path folder(DataConfig config) {
        return config.dir()
                .orElseThrow(() -> new UsageException("data.dir is not set: give the folder with --data DIR"
                        + (config.dataset() == DatasetKind.FOLDER
                                ? " (with one folder per class, or train/ and val/ of these)"
                                : "")));
    }
}
