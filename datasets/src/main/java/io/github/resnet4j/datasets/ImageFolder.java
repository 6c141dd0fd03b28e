package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.Rgb8Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of class folders of images, the layout and the order of torchvision's {@code ImageFolder}: classes by name,
 * images by path, both by code points; sub-folders of a class belong to it. Images are JPEG, PNG, BMP and GIF by
 * extension, in either case.
 *
 * <p>Unlike torchvision's, hidden entries, {@code Thumbs.db} and {@code __MACOSX} are passed over, and symbolic links are
 * followed only within the folder.
 */
public final class ImageFolder implements ImageDataset {

    private static final Logger LOG = LoggerFactory.getLogger(ImageFolder.class);

    private final List<String> classes;
    private final List<FolderScan.Entry> images;
    private final int[] labels;
    private final Map<String, Integer> skipped;
    private final String fingerprint;

    private ImageFolder(
            List<String> classes, List<FolderScan.Entry> images, int[] labels, Map<String, Integer> skipped) {
        this.classes = List.copyOf(classes);
        this.images = images;
        this.labels = labels;
        this.skipped = Collections.unmodifiableMap(skipped);
        Fingerprint sum = new Fingerprint();
        images.forEach(image -> sum.add(image.name(), image.bytes()));
        this.fingerprint = sum.hex();
    }

    /**
     * The images below {@code root}; none is decoded yet.
     *
     * @throws BadDataException naming everything that is wrong: no folder, fewer than two classes, classes without images
     */
    public static ImageFolder open(Path root) {
        DataProblems problems = new DataProblems();
        ImageFolder folder = scan(root, root, problems);
        problems.throwIfAny(root);
        return folder;
    }

    /** As {@link #open}, but links may lead anywhere in {@code boundary}, and problems are collected. */
    static ImageFolder scan(Path root, Path boundary, DataProblems problems) {
        requireFolder(root);
        List<FolderScan.Entry> images = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        List<String> names = new ArrayList<>();
        Map<String, Integer> skipped = new TreeMap<>();
        try {
            FolderScan scan = new FolderScan(boundary);
            List<FolderScan.Entry> folders = scan.folders(root);
            Map<String, Integer> skippedAtRoot = scan.takeSkipped();
            for (FolderScan.Entry folder : folders) {
                List<FolderScan.Entry> found = scan.imagesBelow(folder);
                Map<String, Integer> skippedHere = scan.takeSkipped();
                if (found.isEmpty()) {
                    problems.add("no images in class folder " + DataProblems.names(List.of(folder.name()))
                            + (skippedHere.isEmpty() ? "" : " (passed over: " + counts(skippedHere) + ")")
                            + ": add JPEG, PNG, BMP or GIF files or remove it");
                }
                images.addAll(found);
                labels.addAll(Collections.nCopies(found.size(), names.size()));
                names.add(folder.name());
                skippedHere.forEach((reason, count) -> skipped.merge(reason, count, Integer::sum));
            }
            if (folders.size() < 2) {
                problems.add(tooFewClasses(root, scan, folders, skippedAtRoot));
            }
            skippedAtRoot.forEach((reason, count) -> skipped.merge(reason, count, Integer::sum));
        } catch (IOException e) {
            throw new BadDataException(root, "cannot be listed: " + e, e);
        }
        if (!skipped.isEmpty()) {
            LOG.warn("{}: passed over {}", root, counts(skipped));
        }
        return new ImageFolder(
                names, images, labels.stream().mapToInt(Integer::intValue).toArray(), skipped);
    }

    /** Images whose labels come from elsewhere, in the given order. */
    static ImageFolder labelled(List<String> classes, List<FolderScan.Entry> images, int[] labels) {
        return new ImageFolder(classes, images, labels, Map.of());
    }

    static void requireFolder(Path root) {
        if (Files.isRegularFile(root)) {
            throw new BadDataException(root, "is a file: name the folder that holds one folder per class");
        }
        if (!Files.isDirectory(root)) {
            throw new BadDataException(root, "does not exist: name the folder that holds one folder per class");
        }
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public int label(int index) {
        return labels[index];
    }

    @Override
    public String name(int index) {
        return images.get(index).name();
    }

    @Override
    public Rgb8Image image(int index) {
        return ImageDecoder.decode(images.get(index).path());
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    /** What was passed over, by extension ({@code .webp}) or reason ({@code link out of the folder}), with how many. */
    public Map<String, Integer> skipped() {
        return skipped;
    }

    private static String tooFewClasses(
            Path root, FolderScan scan, List<FolderScan.Entry> folders, Map<String, Integer> skippedAtRoot)
            throws IOException {
        int loose = scan.images(root).size();
        scan.takeSkipped();
        String found = folders.isEmpty()
                ? "no class folders"
                : "only one class folder, "
                        + DataProblems.names(List.of(folders.get(0).name()));
        return found
                + (loose == 0 ? "" : " (and " + loose + " images beside it)")
                + (skippedAtRoot.isEmpty() ? "" : " (passed over: " + counts(skippedAtRoot) + ")")
                + ": make one folder per class, at least two, and put the images in them";
    }

    private static String counts(Map<String, Integer> skipped) {
        return skipped.entrySet().stream()
                .map(entry -> entry.getValue() + " × " + entry.getKey())
                .collect(Collectors.joining(", "));
    }
}
