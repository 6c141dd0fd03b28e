package io.github.resnet4j.datasets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A folder of data that is split into parts, each of class folders. Parts go by their usual names, in any case and
 * with or without the suffix {@code _set}, {@code _data} or {@code _images}.
 *
 * @param parts the folder of each part
 * @param passedOver what was passed over beside them
 */
record DataParts(Map<Part, FolderScan.Entry> parts, PassedOver passedOver) {

    /** A part, and its names. */
    enum Part {
        TRAIN("train", "training", "trn"),
        VAL("val", "valid", "validation", "validate", "dev", "devel", "development", "holdout", "eval", "evaluation"),
        TEST("test", "testing", "tst");

        private final Set<String> names;

        Part(String... names) {
            this.names = Set.of(names);
        }

        static Optional<Part> of(String folder) {
            String letters = folder.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}]", "");
            String name = letters.replaceFirst("(set|data|images|split)$", "");
            for (Part part : values()) {
                if (part.names.contains(letters) || part.names.contains(name)) {
                    return Optional.of(part);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * The parts of {@code root}, if it has any: a training part that holds folders, with a counterpart or nothing
     * beside it; or nothing but parts. A folder {@code train} beside {@code plane} and {@code car} is a class. Parts
     * may be links.
     *
     * @throws BadDataException if two folders are the same part, or parts hold images without class folders
     */
    static Optional<DataParts> of(Path root) throws IOException {
        FolderScan scan = new FolderScan(true, root);
        Map<Part, List<FolderScan.Entry>> found = new EnumMap<>(Part.class);
        List<String> others = new ArrayList<>();
        FolderScan.Level level = scan.level(root);
        for (FolderScan.Entry folder : level.folders()) {
            Part.of(folder.name())
                    .ifPresentOrElse(
                            part -> found.computeIfAbsent(part, key -> new ArrayList<>())
                                    .add(folder),
                            () -> others.add(folder.name()));
        }
        boolean nothingElse = others.isEmpty() && !found.isEmpty();
        List<FolderScan.Entry> training = found.getOrDefault(Part.TRAIN, List.of());
        boolean trainingHoldsFolders = false;
        for (FolderScan.Entry folder : training) {
            trainingHoldsFolders |= !folderNames(folder.path()).isEmpty();
        }
        if (!nothingElse && !(trainingHoldsFolders && found.size() > 1)) {
            return Optional.empty();
        }
        DataProblems problems = new DataProblems();
        Map<Part, FolderScan.Entry> parts = new EnumMap<>(Part.class);
        found.forEach((part, folders) -> {
            parts.put(part, folders.get(0));
            if (folders.size() > 1) {
                problems.add("the folders "
                        + DataProblems.names(
                                folders.stream().map(FolderScan.Entry::name).toList())
                        + " are all names of the " + part.name().toLowerCase(Locale.ROOT)
                        + " part: keep one, or pass its path as the data folder");
            }
        });
        if (!training.isEmpty() && !trainingHoldsFolders) {
            problems.add(
                    "the part " + DataProblems.names(List.of(training.get(0).name()))
                            + " has no class folders: make one folder per class in it and put the images in them");
        }
        problems.throwIfAny(root);
        scan.images(level.files()).forEach(image -> scan.note(ImageFolder.LOOSE, image.name()));
        level.blocked().forEach(link -> scan.note(link.obstacle().reason(), link.name()));
        others.forEach(other -> scan.note("folder that is not a part", other));
        return Optional.of(new DataParts(parts, scan.takePassedOver()));
    }

    /** The names of the folders in {@code part}, which may be classes. */
    static List<String> folderNames(Path part) throws IOException {
        return new FolderScan(true, part)
                .level(part).folders().stream().map(FolderScan.Entry::name).toList();
    }

    Optional<FolderScan.Entry> part(Part part) {
        return Optional.ofNullable(parts.get(part));
    }
}
