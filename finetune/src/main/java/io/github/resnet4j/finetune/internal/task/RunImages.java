package io.github.resnet4j.finetune.internal.task;

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
import io.github.resnet4j.datasets.transform.CenterCrop;
import io.github.resnet4j.datasets.transform.Normalize;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.datasets.transform.Resize;
import io.github.resnet4j.datasets.transform.Transform;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.DatasetKind;
import io.github.resnet4j.finetune.config.NormalizeConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * The images of a run and their preprocessing.
 *
 * @param train images to train on
 * @param val images to evaluate on, with the same classes
 * @param how where they come from, for people
 * @param trainPipeline random augmentation and normalisation
 * @param evalPipeline the deterministic one
 */
public record RunImages(
        ImageDataset train, ImageDataset val, String how, Pipeline trainPipeline, Pipeline evalPipeline) {

    /**
     * Opens the data of a configuration; downloads CIFAR if no folder is given.
     *
     * @param height rows of the network's input
     * @param width columns of the network's input
     * @param seed of the split where the data has no validation part
     * @throws BadDataException if the data cannot be used
     */
    public static RunImages open(DataConfig config, int height, int width, long seed, DownloadOptions download) {
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
    public RunImages prepared(DataConfig config, int height, int width) {
        return of(train, val, how, config, height, width);
    }

    private static RunImages of(
            ImageDataset train, ImageDataset val, String how, DataConfig config, int height, int width) {
        Normalize normalize =
                config.normalize().orElse(NormalizeConfig.IMAGENET).toNormalize();
        return new RunImages(
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

    /**
     * How images become inputs, as a model's card says it.
     *
     * @param config complete
     * @throws UsageException if a card cannot say it
     */
    public static Preprocessing preprocessing(RunConfig config) {
        OptionalInt resize = OptionalInt.empty();
        OptionalInt crop = OptionalInt.empty();
        String interpolation = "bilinear";
        for (Transform step : config.data().eval().orElseThrow()) {
            if (step instanceof Resize r && resize.isEmpty() && crop.isEmpty()) {
                resize = OptionalInt.of(r.size());
                interpolation = r.interpolation().name().toLowerCase(Locale.ROOT);
            } else if (step instanceof CenterCrop c && crop.isEmpty()) {
                crop = OptionalInt.of(c.size());
            } else {
                throw new UsageException("data.eval must be one resize, one center-crop, or both in this order, because"
                        + " a model.zip can store only these; got "
                        + config.data().eval().orElseThrow());
            }
        }
        var normalize = config.data().normalize().orElseThrow().toNormalize();
        return new Preprocessing(resize, crop, interpolation, list(normalize.mean()), list(normalize.std()));
    }

    private static List<Double> list(float[] values) {
        List<Double> list = new ArrayList<>();
        for (float value : values) {
            // Through the decimal text: 0.485f is to be written as 0.485.
            list.add(Double.valueOf(Float.toString(value)));
        }
        return list;
    }
}
