package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.DataParts.Part;
import io.github.resnet4j.files.FileProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where images and their masks lie: {@code images} and {@code masks}, of which two files with the same name but for the extension
 * belong together; folders {@code train}, {@code val} or {@code test} with these; or PASCAL VOC's layout, whose lists name both.
 *
 * @param parts the files of each part; the whole is {@link Part#TRAIN} where there are no parts
 * @param voc whether it is VOC's layout
 */
record MaskFolders(Map<Part, List<Pair>> parts, boolean voc) {
    static final String CLASSES = "classes.txt";

    private static final String IMAGES = "images";
    private static final String MASKS = "masks";
    private static final String VOC_IMAGES = "JPEGImages";
    private static final String VOC_MASKS = "SegmentationClass";
    private static final Path VOC_LISTS = Path.of("ImageSets", "Segmentation");
    private static final List<String> VOC_EXTENSIONS = List.of(".jpg", ".png");
    private static final long LONGEST = 8 << 20;

    /**
     * An image and its mask.
     *
     * @param name of the image, below the root
     * @param bytes of both files
     */
    record Pair(String name, Path image, Path mask, long bytes) {}

    /**
     * Finds them.
     *
     * @param problems receives images without masks and masks without images
     * @throws BadDataException if there is no such layout
     */
    static MaskFolders of(Path root, FolderOptions options, DataProblems problems) {
        try {
            requireFolder(root);
            Map<Part, List<Pair>> parts = new EnumMap<>(Part.class);
            if (holds(root, VOC_IMAGES, VOC_MASKS)) {
                lists(root, parts, problems);
                return new MaskFolders(parts, true);
            }
            if (holds(root, IMAGES, MASKS)) {
                parts.put(Part.TRAIN, pairs(root, root, options, problems));
                return new MaskFolders(parts, false);
            }
            List<String> others = new ArrayList<>();
            for (String folder : DataParts.folderNames(root)) {
                Optional<Part> part = Part.of(folder).filter(known -> !parts.containsKey(known));
                if (part.isPresent() && holds(root.resolve(folder), IMAGES, MASKS)) {
                    parts.put(part.get(), pairs(root, root.resolve(folder), options, problems));
                } else {
                    others.add(folder);
                }
            }
            if (parts.isEmpty()) {
                throw new BadDataException(
                        root,
                        "has no folders images and masks, neither has a folder train or val in it, nor is it PASCAL VOC's with"
                                + " JPEGImages and SegmentationClass"
                                + (others.isEmpty()
                                        ? ""
                                        : " (there are " + DataProblems.names(others)
                                                + ": if these are classes of whole images, the task is classification)"));
            }
            return new MaskFolders(parts, false);
        } catch (IOException e) {
            throw FolderScan.unlisted(root, e);
        }
    }

    private static void requireFolder(Path root) {
        if (!Files.isDirectory(root)) {
            throw new BadDataException(
                    root, Files.exists(root) ? "is a file: name the folder with images and masks" : "does not exist");
        }
    }

    private static boolean holds(Path folder, String images, String masks) {
        return Files.isDirectory(folder.resolve(images)) && Files.isDirectory(folder.resolve(masks));
    }

    private static List<Pair> pairs(Path root, Path folder, FolderOptions options, DataProblems problems)
            throws IOException {
        FolderScan scan = new FolderScan(options.followLinks(), root);
        List<FolderScan.Entry> images = scan.imagesBelow(new FolderScan.Entry("", folder.resolve(IMAGES), 0));
        List<FolderScan.Entry> found = scan.imagesBelow(new FolderScan.Entry("", folder.resolve(MASKS), 0));
        scan.takePassedOver().report(folder);
        Map<String, FolderScan.Entry> masks = new LinkedHashMap<>();
        for (FolderScan.Entry mask : found) {
            twice(masks.put(stem(mask.name()), mask), mask, folder.resolve(MASKS), problems);
        }
        Map<String, FolderScan.Entry> taken = new LinkedHashMap<>();
        List<Pair> pairs = new ArrayList<>();
        String prefix = root.equals(folder) ? "" : FolderScan.name(folder) + '/';
        for (FolderScan.Entry image : images) {
            String stem = stem(image.name());
            twice(taken.put(stem, image), image, folder.resolve(IMAGES), problems);
            FolderScan.Entry mask = masks.get(stem);
            if (mask == null) {
                problems.add(() ->
                        image.path() + " has no mask: " + folder.resolve(MASKS).resolve(stem + ".png") + " is missing");
            } else {
                String name = prefix + IMAGES + '/' + image.name();
                pairs.add(new Pair(name, image.path(), mask.path(), image.bytes() + mask.bytes()));
            }
        }
        masks.forEach((stem, mask) -> {
            if (!taken.containsKey(stem)) {
                problems.add(
                        () -> mask.path() + " has no image: there is no " + stem + " in " + folder.resolve(IMAGES));
            }
        });
        if (images.isEmpty() && found.isEmpty()) {
            problems.add(folder + " has no images and no masks");
        }
        return pairs;
    }

    private static void twice(FolderScan.Entry before, FolderScan.Entry now, Path folder, DataProblems problems) {
        if (before != null) {
            problems.add(() -> folder + " has both " + DataProblems.names(List.of(before.name(), now.name()))
                    + ", and one mask goes with one image");
        }
    }

    private static String stem(String name) {
        return name.substring(0, name.lastIndexOf('.'));
    }

    private static void lists(Path root, Map<Part, List<Pair>> parts, DataProblems problems) throws IOException {
        for (Part part : Part.values()) {
            Path list = root.resolve(VOC_LISTS).resolve(part.name().toLowerCase(Locale.ROOT) + ".txt");
            if (Files.exists(list)) {
                parts.put(part, listed(root, list, problems));
            }
        }
        parts.values().removeIf(List::isEmpty); // the test list of VOC names images whose masks are not given away
        if (parts.isEmpty()) {
            problems.add(root + " has " + VOC_IMAGES + " and " + VOC_MASKS + ", but no list of images with masks: "
                    + VOC_LISTS + " must have train.txt and val.txt");
        }
    }

    private static List<Pair> listed(Path root, Path list, DataProblems problems) throws IOException {
        List<Pair> pairs = new ArrayList<>();
        List<String> lines = lines(list);
        for (int i = 0; i < lines.size(); i++) {
            String name = lines.get(i).strip();
            if (name.isEmpty()) {
                continue;
            }
            int number = i + 1;
            if (!name.matches("[\\w-][\\w.-]*")) {
                problems.add(() -> list + ", line " + number + ": " + DataProblems.names(List.of(name))
                        + " is not the name of an image without its extension");
                continue;
            }
            Path mask = root.resolve(VOC_MASKS).resolve(name + ".png");
            Optional<Path> image = VOC_EXTENSIONS.stream()
                    .map(extension -> root.resolve(VOC_IMAGES).resolve(name + extension))
                    .filter(Files::isRegularFile)
                    .findFirst();
            if (image.isEmpty() || !Files.isRegularFile(mask)) {
                problems.add(() -> list + ", line " + number + ": "
                        + (image.isEmpty() ? root.resolve(VOC_IMAGES).resolve(name + ".jpg") : mask) + " is missing");
            } else {
                String path = VOC_IMAGES + '/' + image.get().getFileName();
                pairs.add(new Pair(path, image.get(), mask, Files.size(image.get()) + Files.size(mask)));
            }
        }
        return pairs;
    }

    /**
     * The names in {@code classes.txt}, one per line; none where there is no such file.
     *
     * @throws BadDataException if they cannot be names
     */
    static List<String> classes(Path root) {
        Path file = root.resolve(CLASSES);
        if (!Files.exists(file)) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        DataProblems problems = new DataProblems();
        try {
            List<String> lines = lines(file);
            int last = lines.size();
            while (last > 0 && lines.get(last - 1).isBlank()) {
                last--;
            }
            for (int i = 0; i < last; i++) {
                String name = lines.get(i).strip();
                if (name.isEmpty()) {
                    problems.add("line " + (i + 1) + " is empty: each is the name of the class with its number");
                } else if (names.contains(name)) {
                    problems.add("line " + (i + 1) + ": " + DataProblems.names(List.of(name)) + " is there twice");
                }
                names.add(name);
            }
        } catch (IOException e) {
            throw new BadDataException(file, "cannot be read: " + FileProblem.reason(e), e);
        }
        if (names.size() < 2 || names.size() > MaskedImages.VOID) {
            problems.add("has " + names.size() + " names: there must be 2 to " + MaskedImages.VOID + " classes");
        }
        problems.throwIfAny(file);
        return List.copyOf(names);
    }

    private static List<String> lines(Path file) throws IOException {
        if (Files.size(file) > LONGEST) {
            throw new BadDataException(file, "is larger than a list of names is: at most " + LONGEST + " bytes");
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.toList();
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof CharacterCodingException) {
                throw new BadDataException(file, "is not text in UTF-8", e);
            }
            throw e.getCause();
        }
    }
}
