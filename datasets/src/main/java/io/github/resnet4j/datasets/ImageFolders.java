package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.DataParts.Part;
import io.github.resnet4j.datasets.ImageFolder.Classes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Labelled images in the usual layouts: one folder of class folders, or a training part with a validation or test part
 * beside it. Parts are {@code train}, {@code val} and {@code test} or one of their usual synonyms ({@code Training},
 * {@code valid}, {@code dev}, {@code test_set}, {@code holdout} ...). Whatever is passed over is counted and logged.
 */
public final class ImageFolders {
    private static final Logger LOG = LoggerFactory.getLogger(ImageFolders.class);

    private ImageFolders() {}

    /** The same with {@link FolderOptions#DEFAULT}. */
    public static TrainVal trainVal(Path root, double valFraction, long seed) {
        return trainVal(root, valFraction, seed, FolderOptions.DEFAULT);
    }

    /**
     * Training and validation images. The validation part is used if there is one, otherwise the test part. If there is
     * neither, or the test part has no labels, {@code round(valFraction * n)} images of each class, at least one, are
     * held out, chosen by {@code seed}.
     *
     * @param valFraction at least 0 and less than 1; ignored if the folders make the split. With 0, nothing is held out
     *     and accuracy is measured on the training images themselves
     * @throws BadDataException naming everything that is wrong, as {@link ImageFolder#open} does, and classes that only
     *     one part has, and images that links put in two classes
     */
    public static TrainVal trainVal(Path root, double valFraction, long seed, FolderOptions options) {
        if (!(valFraction >= 0 && valFraction < 1)) {
            throw new IllegalArgumentException(
                    "the validation fraction must be at least 0 and less than 1, got " + valFraction);
        }
        ImageFolder.requireFolder(root);
        try {
            Optional<DataParts> found = DataParts.of(root);
            if (found.isEmpty()) {
                return split(root, root, valFraction, seed, options);
            }
            DataParts parts = found.get();
            FolderScan.Entry train = parts.part(Part.TRAIN)
                    .orElseThrow(() -> new BadDataException(
                            root,
                            "has no training part, only "
                                    + DataProblems.names(parts.parts().values().stream()
                                            .map(FolderScan.Entry::name)
                                            .toList())
                                    + ": add a train folder, or if these are classes, rename them"));
            Optional<FolderScan.Entry> val = measured(parts, train);
            parts.passedOver().report(root);
            return val.isPresent()
                    ? pair(root, train, val.get(), options)
                    : split(root, train.path(), valFraction, seed, options);
        } catch (IOException e) {
            throw FolderScan.unlisted(root, e);
        }
    }

    /**
     * All images that may be trained on: those of the training part, or of all of {@code root} if it is not split into parts.
     *
     * @throws BadDataException as {@link ImageFolder#open}
     */
    public static ImageFolder training(Path root, FolderOptions options) {
        ImageFolder.requireFolder(root);
        DataProblems problems = new DataProblems();
        Path part = root;
        try {
            Optional<DataParts> parts = DataParts.of(root);
            if (parts.isPresent() && parts.get().part(Part.TRAIN).isPresent()) {
                part = parts.get().part(Part.TRAIN).get().path();
                parts.get().passedOver().report(root);
            }
        } catch (IOException e) {
            throw FolderScan.unlisted(root, e);
        }
        ImageFolder images = ImageFolder.scan(part, root, options, Classes.ALL_WITH_IMAGES, problems);
        problems.throwIfAny(part);
        return images;
    }

    /**
     * Images to evaluate on: the validation part of {@code root}, else its test part, else its training part, else all
     * of {@code root}. {@link ImageFolder#root()} is the folder chosen. Empty class folders count as classes, too.
     *
     * @throws BadDataException as {@link ImageFolder#open}
     */
    public static ImageFolder evaluation(Path root, FolderOptions options) {
        ImageFolder.requireFolder(root);
        Path part = root;
        try {
            Optional<DataParts> parts = DataParts.of(root);
            if (parts.isPresent()) {
                Optional<FolderScan.Entry> train = parts.get().part(Part.TRAIN);
                Optional<FolderScan.Entry> measured = train.isPresent()
                        ? measured(parts.get(), train.get())
                        : first(parts.get(), Part.VAL, Part.TEST);
                part = measured.or(() -> train).orElseThrow().path();
                parts.get().passedOver().report(root);
            }
        } catch (IOException e) {
            throw FolderScan.unlisted(root, e);
        }
        DataProblems problems = new DataProblems();
        ImageFolder images = ImageFolder.scan(part, root, options, Classes.SOME_EMPTY, problems);
        problems.throwIfAny(part);
        return images;
    }

    /** The part to measure on. A test part without labels, as competitions have it, is none. */
    private static Optional<FolderScan.Entry> measured(DataParts parts, FolderScan.Entry train) throws IOException {
        Optional<FolderScan.Entry> test = parts.part(Part.TEST);
        if (parts.part(Part.VAL).isPresent()) {
            test.ifPresent(folder -> parts.passedOver().add("test part, left for eval", folder.name()));
            return parts.part(Part.VAL);
        }
        if (test.isPresent() && !sharesClasses(train.path(), test.get().path())) {
            parts.passedOver()
                    .add(
                            "test part without the training part's class folders",
                            test.get().name());
            return Optional.empty();
        }
        return test;
    }

    private static boolean sharesClasses(Path train, Path test) throws IOException {
        return !Collections.disjoint(DataParts.folderNames(train), DataParts.folderNames(test));
    }

    private static Optional<FolderScan.Entry> first(DataParts parts, Part... wanted) {
        return List.of(wanted).stream()
                .flatMap(part -> parts.part(part).stream())
                .findFirst();
    }

    private static TrainVal pair(Path root, FolderScan.Entry train, FolderScan.Entry val, FolderOptions options)
            throws IOException {
        DataProblems problems = new DataProblems();
        ImageFolder trainImages = scan(root, train, options, problems);
        ImageFolder valImages = scan(root, val, options, problems);
        nameMissing(trainImages, train, valImages, val, problems);
        nameMissing(valImages, val, trainImages, train, problems);
        problems.throwIfAny(root);
        int shared = shared(trainImages, train, valImages, val, problems);
        problems.throwIfAny(root);
        String how = "folders " + train.name() + " and " + val.name();
        if (shared > 0) {
            how += " with " + shared + " of " + valImages.size() + " validation images among the training images";
            LOG.warn(
                    "{}: by way of links, {} of the {} images of {} are images of {}, too, so the accuracy on them says"
                            + " nothing about new images",
                    root,
                    shared,
                    valImages.size(),
                    val.name(),
                    train.name());
        }
        return new TrainVal(trainImages, valImages, how);
    }

    /** Scans one part; its problems are reported with the part's name. */
    private static ImageFolder scan(Path root, FolderScan.Entry part, FolderOptions options, DataProblems problems) {
        DataProblems own = new DataProblems();
        ImageFolder images = ImageFolder.scan(part.path(), root, options, Classes.ALL_WITH_IMAGES, own);
        own.forEach(problem -> problems.add(part.name() + ": " + problem));
        return images;
    }

    private static void nameMissing(
            ImageFolder a, FolderScan.Entry aPart, ImageFolder b, FolderScan.Entry bPart, DataProblems problems) {
        List<String> missing = new ArrayList<>(a.classes());
        missing.removeAll(b.classes());
        if (!missing.isEmpty()) {
            problems.add("class " + DataProblems.names(missing) + " is in " + aPart.name() + " but not in "
                    + bPart.name() + ": both need the same class folders");
        }
    }

    /** Counts the validation images that are training images, too; those of another class there are problems. */
    private static int shared(
            ImageFolder trainImages,
            FolderScan.Entry train,
            ImageFolder valImages,
            FolderScan.Entry val,
            DataProblems problems)
            throws IOException {
        boolean linked = trainImages.isLinked()
                || valImages.isLinked()
                || Files.isSymbolicLink(train.path())
                || Files.isSymbolicLink(val.path());
        if (!linked) {
            return 0;
        }
        SharedFiles files = new SharedFiles();
        trainImages.addTo(files, train.name());
        int shared = valImages.addTo(files, val.name());
        files.report(problems);
        return shared;
    }

    private static TrainVal split(Path root, Path folder, double valFraction, long seed, FolderOptions options) {
        DataProblems problems = new DataProblems();
        ImageFolder whole = ImageFolder.scan(folder, root, options, Classes.ALL_WITH_IMAGES, problems);
        problems.throwIfAny(folder);
        return split(folder, whole, "one folder", valFraction, seed);
    }

    /**
     * Holds out a part of {@code whole}, or nothing.
     *
     * @param where the data is, for messages
     * @param what it is, for the run's report
     */
    static TrainVal split(Path where, ImageDataset whole, String what, double valFraction, long seed) {
        if (valFraction == 0) {
            LOG.warn("{}: no image is held out for validation: accuracy is measured on the training images", where);
            return new TrainVal(whole, whole, what + ", nothing held out: measured on the training images");
        }
        DataProblems problems = new DataProblems();
        StratifiedSplit split = StratifiedSplit.of(whole, valFraction, seed, problems);
        problems.throwIfAny(where);
        String how = String.format(
                Locale.ROOT,
                "stratified split of %s: %s of each class for validation, seed %d",
                what,
                valFraction,
                seed);
        return new TrainVal(new Subset(whole, split.train()), new Subset(whole, split.val()), how);
    }
}
