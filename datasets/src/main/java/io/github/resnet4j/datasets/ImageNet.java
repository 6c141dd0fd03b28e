package io.github.resnet4j.datasets;

import io.github.resnet4j.files.FileProblem;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * ImageNet (ILSVRC 2012) as it is usually unpacked: {@code train/n01440764/*.JPEG} and {@code val/n01440764/*.JPEG}, or
 * {@code val/ILSVRC2012_val_*.JPEG} with a file of labels. The classes are the WordNet ids, sorted, which is the order of
 * every published model.
 */
public final class ImageNet {
    private static final Pattern WNID = Pattern.compile("n\\d{8}");
    private static final List<String> LABEL_FILES = List.of("val_labels.txt", "LOC_val_solution.csv");
    private static final String OFFICIAL_LABELS = "ILSVRC2012_validation_ground_truth.txt";

    /** {@code NAME wnid}, {@code NAME,wnid} or Kaggle's {@code NAME,wnid x y x y ...}; quotes and {@code .JPEG} may be left out. */
    private static final Pattern LABEL_LINE =
            Pattern.compile("\"?([^\\s,\"]+?)(?:\\.jpe?g)?\"?[\\s,]+\"?(n\\d{8})\\b.*", Pattern.CASE_INSENSITIVE);

    private static final int LONGEST_LINE = 1 << 16;

    private ImageNet() {}

    /**
     * One part of ImageNet; none of the images is decoded yet.
     *
     * @param root the folder that holds {@code train} and {@code val}; {@code val_labels.txt} (lines of file name and
     *     WordNet id) or {@code LOC_val_solution.csv} is looked for in it and in {@code val}
     * @throws BadDataException if the folder, class folders or labels are missing or contradict each other
     */
    public static ImageDataset open(Path root, Split split) {
        return open(root, split, FolderOptions.DEFAULT);
    }

    /** As {@link #open(Path, Split)}. */
    public static ImageDataset open(Path root, Split split, FolderOptions options) {
        ImageFolder.requireFolder(root);
        Path part = root.resolve(split == Split.TRAIN ? "train" : "val");
        if (!Files.isDirectory(part)) {
            throw new BadDataException(
                    root, "no folder \"" + part.getFileName() + "\" in it: name the folder that holds it");
        }
        try {
            FolderScan scan = new FolderScan(options.followLinks(), root, part);
            FolderScan.Level level = scan.level(part);
            if (split == Split.VAL && level.folders().isEmpty()) {
                return flat(root, part, scan.images(level.files()), options);
            }
        } catch (IOException e) {
            throw FolderScan.unlisted(part, e);
        }
        DataProblems problems = new DataProblems();
        ImageFolder folder = ImageFolder.scan(part, root, options, ImageFolder.Classes.ALL_WITH_IMAGES, problems);
        List<String> strange = folder.classes().stream()
                .filter(name -> !WNID.matcher(name).matches())
                .toList();
        if (!strange.isEmpty()) {
            problems.add("class folders " + DataProblems.names(strange)
                    + " are not WordNet ids such as n01440764: remove them, or use the data set type \"folder\"");
        }
        problems.throwIfAny(part);
        return folder;
    }

    private static ImageFolder flat(Path root, Path part, List<FolderScan.Entry> images, FolderOptions options)
            throws IOException {
        if (images.isEmpty()) {
            throw new BadDataException(
                    part, "no images and no class folders in it: extract the validation images there");
        }
        Path file = labelFile(root, part);
        Map<String, String> wnids = readLabels(file);
        DataProblems problems = new DataProblems();
        List<String> classes = classes(root, wnids, problems);
        Map<String, Integer> byName = new HashMap<>();
        classes.forEach(wnid -> byName.put(wnid, byName.size()));
        List<String> unlabelled = new ArrayList<>();
        int[] labels = new int[images.size()];
        for (int i = 0; i < labels.length; i++) {
            String wnid = wnids.remove(stem(images.get(i).name()));
            if (wnid == null) {
                unlabelled.add(images.get(i).name());
            } else {
                labels[i] = byName.getOrDefault(wnid, 0);
            }
        }
        if (!unlabelled.isEmpty()) {
            problems.add("no label for " + DataProblems.names(unlabelled) + ", which are in " + part.getFileName());
        }
        if (!wnids.isEmpty()) {
            problems.add("labels for " + DataProblems.names(new TreeSet<>(wnids.keySet())) + ", which are not in "
                    + part.getFileName());
        }
        problems.throwIfAny(file);
        return ImageFolder.labelled(part, classes, images, labels, options);
    }

    private static Path labelFile(Path root, Path part) {
        Optional<Path> found = LABEL_FILES.stream()
                .flatMap(name -> List.of(root.resolve(name), part.resolve(name)).stream())
                .filter(Files::isRegularFile)
                .findFirst();
        if (found.isPresent()) {
            return found.get();
        }
        boolean official = Files.exists(root.resolve(OFFICIAL_LABELS)) || Files.exists(part.resolve(OFFICIAL_LABELS));
        throw new BadDataException(
                part,
                "images without class folders need labels: put " + String.join(" or ", LABEL_FILES)
                        + " (lines of file name and WordNet id) beside it"
                        + (official ? "; the numbers in " + OFFICIAL_LABELS + " mean nothing without meta.mat" : ""));
    }

    /** WordNet ids by file name without extension. */
    private static Map<String, String> readLabels(Path file) {
        Map<String, String> wnids = new HashMap<>();
        DataProblems problems = new DataProblems();
        List<String> wrong = new ArrayList<>();
        List<String> twice = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            int number = 0;
            for (String raw = lines.readLine(); raw != null; raw = lines.readLine()) {
                number++;
                String line = raw.replace("\uFEFF", "").strip();
                if (line.isEmpty() || number == 1 && line.startsWith("ImageId,")) {
                    continue;
                }
                Matcher matcher = LABEL_LINE.matcher(line);
                if (line.length() > LONGEST_LINE || !matcher.matches()) {
                    wrong.add("line " + number);
                } else if (wnids.put(matcher.group(1), matcher.group(2)) != null) {
                    twice.add(matcher.group(1));
                }
            }
        } catch (IOException e) {
            throw new BadDataException(file, "cannot be read: " + FileProblem.reason(e), e);
        }
        if (!wrong.isEmpty()) {
            problems.add("no file name and WordNet id such as n01440764 in " + DataProblems.names(wrong));
        }
        if (!twice.isEmpty()) {
            problems.add("more than one label for " + DataProblems.names(twice));
        }
        problems.throwIfAny(file);
        return wnids;
    }

    /** The classes of the training part where it is there, so that the labels mean the same; else those of the labels. */
    private static List<String> classes(Path root, Map<String, String> wnids, DataProblems problems)
            throws IOException {
        TreeSet<String> named = new TreeSet<>(wnids.values());
        Path train = root.resolve("train");
        if (!Files.isDirectory(train)) {
            return List.copyOf(named);
        }
        List<String> classes = DataParts.folderNames(train);
        named.removeAll(classes);
        if (!named.isEmpty()) {
            problems.add("labels " + DataProblems.names(named) + " have no class folder in train");
        }
        return classes;
    }

    private static String stem(String name) {
        return name.substring(0, name.lastIndexOf('.'));
    }
}
