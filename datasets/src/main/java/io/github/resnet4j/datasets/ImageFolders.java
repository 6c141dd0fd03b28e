package io.github.resnet4j.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Training and validation images from the layouts people have. */
public final class ImageFolders {
    private static final List<String> VAL_NAMES = List.of("val", "valid", "validation", "test");

    private ImageFolders() {}

    /**
     * {@code root/train} with {@code root/val} (or {@code valid}, {@code validation}, {@code test}: the first of these) where
     * they hold class folders; otherwise one folder of class folders ({@code root/train} alone, or {@code root}), of which
     * each class gives {@code round(valFraction * n)} of its images, chosen by {@code seed}, at least one, to validation.
     *
     * @param valFraction between 0 and 1, both excluded; not used where the folders make the split
     * @throws BadDataException naming everything that is wrong, as {@link ImageFolder#open}, and classes that are in one part
     *     only
     */
    public static TrainVal trainVal(Path root, double valFraction, long seed) {
        if (!(valFraction > 0 && valFraction < 1)) {
            throw new IllegalArgumentException("the validation fraction must be between 0 and 1, got " + valFraction);
        }
        ImageFolder.requireFolder(root);
        Path train = root.resolve("train");
        if (!isSplit(root, train)) {
            return split(root, root, valFraction, seed);
        }
        Optional<Path> val =
                VAL_NAMES.stream().map(root::resolve).filter(Files::isDirectory).findFirst();
        if (val.isPresent()) {
            return pair(root, train, val.get());
        }
        return split(root, train, valFraction, seed);
    }

    private static TrainVal pair(Path root, Path train, Path val) {
        DataProblems problems = new DataProblems();
        ImageFolder trainImages = scan(root, train, problems);
        ImageFolder valImages = scan(root, val, problems);
        nameMissing(trainImages, train, valImages, val, problems);
        nameMissing(valImages, val, trainImages, train, problems);
        problems.throwIfAny(root);
        return new TrainVal(trainImages, valImages, "folders train and " + val.getFileName());
    }

    /** Scans one part; its problems are told with the part's name. */
    private static ImageFolder scan(Path root, Path part, DataProblems problems) {
        DataProblems own = new DataProblems();
        ImageFolder images = ImageFolder.scan(part, root, own);
        own.forEach(problem -> problems.add(part.getFileName() + ": " + problem));
        return images;
    }

    private static void nameMissing(ImageFolder a, Path aPath, ImageFolder b, Path bPath, DataProblems problems) {
        List<String> missing = new ArrayList<>(a.classes());
        missing.removeAll(b.classes());
        if (!missing.isEmpty()) {
            problems.add("class " + DataProblems.names(missing) + " is in " + aPath.getFileName() + " but not in "
                    + bPath.getFileName() + ": both need the same class folders");
        }
    }

    private static TrainVal split(Path root, Path folder, double valFraction, long seed) {
        DataProblems problems = new DataProblems();
        ImageFolder whole = ImageFolder.scan(folder, root, problems);
        problems.throwIfAny(folder);
        StratifiedSplit split = StratifiedSplit.of(whole, valFraction, seed, problems);
        problems.throwIfAny(folder);
        String how = String.format(
                Locale.ROOT,
                "stratified split of one folder: %s of each class for validation, seed %d",
                valFraction,
                seed);
        return new TrainVal(new Subset(whole, split.train()), new Subset(whole, split.val()), how);
    }

    /**
     * Whether {@code train} is a part of the data and not a class of that name (beside {@code plane} and {@code car}): it holds
     * folders and no images, and either its counterpart is there or nothing else.
     */
    private static boolean isSplit(Path root, Path train) {
        if (!Files.isDirectory(train)) {
            return false;
        }
        try {
            FolderScan scan = new FolderScan(root);
            boolean counterpart = VAL_NAMES.stream().map(root::resolve).anyMatch(Files::isDirectory);
            return (counterpart || scan.folders(root).size() == 1)
                    && !scan.folders(train).isEmpty()
                    && scan.images(train).isEmpty();
        } catch (IOException e) {
            throw new BadDataException(root, "cannot be listed: " + e, e);
        }
    }
}
