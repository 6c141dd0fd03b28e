package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.FolderOptions;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.transform.Default;
import io.github.resnet4j.datasets.transform.Transform;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The images and their preprocessing.
 *
 * <p>{@code augment} and {@code eval} are lists of the records in {@link io.github.resnet4j.datasets.transform}: a
 * name, or a map of one name to its options, {@code [{pad-crop: {padding: 4}}, horizontal-flip]}. Options left out:
 * {@code interpolation} bilinear, {@code p} 0.5, {@code padding} 4 (He et al. 2015, section 4.2), {@code min-scale}
 * 0.08, {@code max-scale} 1, {@code min-ratio} 3/4, {@code max-ratio} 4/3 (Szegedy et al. 2015, section 6).
 * {@code size} is required.
 *
 * @param dataset key {@code dataset}, required
 * @param dir key {@code dir}, the data's folder, relative to the working directory; default: where the data set is kept
 *     after download
 * @param labels key {@code labels}, a CSV with a path and a label in each line, and perhaps a part
 *     ({@link io.github.resnet4j.datasets.LabelFile}); then {@code dir} is what the paths are relative to, by default the
 *     CSV's folder. Without one, the folders of the images are their classes
 * @param fold key {@code fold}: validate on the images that have this in the column {@code fold} of {@code labels}, train on
 *     all others; default: by the column {@code split}, or a share of each class
 * @param imageSize key {@code image-size}, height and width of the network's input in pixels, 1 to 4096; default: the
 *     model's
 * @param augment key {@code augment}, steps for training images, in order; default none
 * @param eval key {@code eval}, steps for validation and test images, in order; default: those that the initial weights
 *     were published with, at the input's size; with random weights, a resize to 8/7 of it and a center crop if
 *     {@code augment} has a {@code random-resized-crop}, otherwise none
 * @param normalize key {@code normalize}: {@code imagenet}, {@code cifar10}, {@code none}, or a map of {@code mean} and
 *     {@code std}; default: that of the initial weights, since a wrong one costs accuracy silently; with random weights
 *     {@code imagenet}
 * @param valFraction key {@code val-fraction}, default 0.2: share of every class's training images held out if the data
 *     has no validation or test part of its own; at least 0 and less than 1. With 0, nothing is held out and accuracy
 *     is measured on the training images themselves
 * @param limit key {@code limit}, at most this many images of each part, for trial runs; default all
 * @param sampling key {@code sampling}, default {@code all}
 * @param views key {@code views}, at least 1; default: every epoch augments an image anew. With a number, every image is
 *     augmented in so many ways, which the epochs take in turn: what a frozen part makes of them can then be kept
 * @param featureCache key {@code feature-cache}, default 10: GiB that the folder with the values of frozen parts may take up.
 *     With 0, none are kept
 * @param classWeights key {@code class-weights}: {@code balanced}, or a map of classes to weights; default: all count the same
 * @param workers key {@code workers}, threads that decode and augment, 1 to 1024; default: one per
 *     core
 * @param onBadImage key {@code on-bad-image}, default {@code fail}
 * @param checkImages key {@code check-images}, default true: look at the header and the end of every image before the first
 *     epoch and list all that cannot be read
 * @param patches key {@code patches}, at least 1, default 1: in super-resolution, how many parts of every image an epoch has
 * @param followLinks key {@code follow-links}, default false: follow symbolic links out of the data's folder
 * @param maxPixels key {@code max-pixels}, largest image in pixels, 1 to 500,000,000; default 89,478,485, Pillow's
 *     limit. Decoding takes up to 11 bytes of memory per pixel
 */
public record DataConfig(
        DatasetKind dataset,
        Optional<Path> dir,
        Optional<Path> labels,
        Optional<String> fold,
        Optional<Integer> imageSize,
        @Default("[]") List<Transform> augment,
        Optional<List<Transform>> eval,
        Optional<NormalizeConfig> normalize,
        @Default("0.2") double valFraction,
        Optional<Integer> limit,
        @Default("all") Sampling sampling,
        Optional<ClassWeights> classWeights,
        Optional<Integer> views,
        @Default("10") double featureCache,
        Optional<Integer> workers,
        @Default("fail") OnBadImage onBadImage,
        @Default("true") boolean checkImages,
        @Default("1") int patches,
        @Default("false") boolean followLinks,
        @Default("89478485") int maxPixels) {
    /** The largest {@code image-size}. */
    public static final int LARGEST_IMAGE = 4096;

    /** In the name of an experiment's labels. */
    private static final String SEED = "{seed}";

    private static final int MOST_WORKERS = 1024;
    /** In GiB. */
    private static final int LARGEST_CACHE = 1 << 20;

    /** Which training images an epoch has. */
    public enum Sampling {
        /** Each once. */
        ALL,
        /**
         * As many as there are, equally many of every class: those of a small class several times, of a large one another
         * part in every epoch.
         */
        BALANCED
    }

    /** What to do about unreadable images. */
    public enum OnBadImage {
        /** End the run. */
        FAIL,
        /** Tolerate a few: training uses another image instead, evaluation leaves them out. */
        SKIP
    }

    /** Throws {@link IllegalArgumentException} for numbers out of range. */
    public DataConfig {
        augment = List.copyOf(augment);
        eval = eval.map(List::copyOf);
        new Requirements()
                .that(
                        imageSize
                                .map(size -> size >= 1 && size <= LARGEST_IMAGE)
                                .orElse(true),
                        "image-size",
                        "must be 1 to " + LARGEST_IMAGE + ", not " + imageSize.orElse(0))
                .fraction("val-fraction", valFraction, 0, 1)
                .atLeast("limit", limit, 1)
                .atLeast("views", views, 1)
                .that(
                        featureCache >= 0 && featureCache <= LARGEST_CACHE,
                        "feature-cache",
                        "must be 0 to " + LARGEST_CACHE + ", not " + featureCache)
                .atLeast("workers", workers, 1)
                .atLeast("patches", patches, 1)
                .that(workers.orElse(1) <= MOST_WORKERS, "workers", "must be at most " + MOST_WORKERS)
                .that(
                        maxPixels >= 1 && maxPixels <= ImageDecoder.MOST_PIXELS,
                        "max-pixels",
                        "must be 1 to " + ImageDecoder.MOST_PIXELS + ", not " + maxPixels)
                .together(
                        labels.isEmpty() || dataset == DatasetKind.FOLDER,
                        "labels need dataset folder: the other data sets have labels of their own")
                .together(fold.isEmpty() || labels.isPresent(), "fold needs labels: a CSV with a column fold")
                .together(
                        sampling == Sampling.ALL || !classWeights.equals(Optional.of(ClassWeights.BALANCED)),
                        "sampling and class-weights must not both be balanced: each evens out the classes already")
                .verify();
    }

    /** The same with steps and normalisation given. */
    public DataConfig withPreprocessing(List<Transform> steps, NormalizeConfig values) {
        return with(labels, fold, Optional.of(steps), Optional.of(values), valFraction);
    }

    /** The same with other steps for images that are measured, or none said. */
    public DataConfig withEval(Optional<List<Transform>> steps) {
        return with(labels, fold, steps, normalize, valFraction);
    }

    /** The same with the labels of a seed, where their file is another for every seed of an experiment. */
    DataConfig withSeed(long seed) {
        return with(
                labels.map(csv -> csv.getFileSystem().getPath(csv.toString().replace(SEED, String.valueOf(seed)))),
                fold,
                eval,
                normalize,
                valFraction);
    }

    /** The same, validated on a fold. */
    public DataConfig withFold(Path csv, String number) {
        return with(Optional.of(csv), Optional.of(number), eval, normalize, valFraction);
    }

    /** The same, trained on all images of a file of labels. */
    public DataConfig withAll(Path csv) {
        return with(Optional.of(csv), Optional.empty(), eval, normalize, 0);
    }

    private DataConfig with(
            Optional<Path> labels,
            Optional<String> fold,
            Optional<List<Transform>> eval,
            Optional<NormalizeConfig> normalize,
            double valFraction) {
        return new DataConfig(
                dataset,
                dir,
                labels,
                fold,
                imageSize,
                augment,
                eval,
                normalize,
                valFraction,
                limit,
                sampling,
                classWeights,
                views,
                featureCache,
                workers,
                onBadImage,
                checkImages,
                patches,
                followLinks,
                maxPixels);
    }

    /** How folders of images are read. */
    public FolderOptions folders() {
        return new FolderOptions(followLinks, maxPixels);
    }
}
