package io.github.resnet4j.datasets;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.github.resnet4j.datasets.DataParts.Part;
import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.files.Suggest;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Images whose labels are in a CSV: a path and a label in each line, and, if wanted, the part it belongs to ({@code split}:
 * train, val or test, or one of their usual synonyms) or the fold of a cross-validation ({@code fold}).
 *
 * <pre>
 * path,label,split
 * 2024/0001.jpg,ant,train
 * "2024/0002, large.jpg",bee,val
 * </pre>
 *
 * The first line may name the columns, in any order and with others between them; without it they are in this order. Fields are
 * separated by commas, semicolons or tabs. Paths are relative to a folder and may not lead out of it. Classes and images have the
 * order of {@link ImageFolder}, whatever that of the lines.
 */
public final class LabelFile {
    private static final Logger LOG = LoggerFactory.getLogger(LabelFile.class);

    private static final String[] EXTENSIONS = {".jpg", ".jpeg", ".png", ".JPG"};

    private final Path csv;
    private final LabelTable table;
    private final List<Image> images;
    private final ImageFolder whole;
    private final FolderOptions options;

    /** A row and the file that it names. */
    private record Image(LabelTable.Row row, FolderScan.Entry entry) {}

    private LabelFile(Path csv, LabelTable table, List<Image> images, ImageFolder whole, FolderOptions options) {
        this.csv = csv;
        this.table = table;
        this.images = images;
        this.whole = whole;
        this.options = options;
    }

    /**
     * Reads the file and finds its images; none is decoded yet. A line that repeats another one counts once, with a warning.
     *
     * @param root the folder that paths are relative to, and that none may leave, not even by a link unless {@code options} follow
     *     links
     * @throws BadDataException naming everything that is wrong, with its line: no such file, the nearest there is, two
     *     labels for one file, a file in two parts, an unknown part, a path out of {@code root}, a class that is not trained, fewer than
     *     two classes; of very many problems, the first and how many more
     */
    public static LabelFile read(Path csv, Path root, FolderOptions options) {
        ImageFolder.requireFolder(root);
        DataProblems problems = new DataProblems();
        LabelTable table = LabelTable.read(csv, problems);
        List<Image> images;
        try {
            images = new Finder(csv, root, options, problems).find(table.rows());
        } catch (IOException e) {
            throw new BadDataException(root, "cannot be read: " + FileProblem.reason(e), e);
        }
        List<String> classes = images.stream()
                .map(image -> image.row.label())
                .distinct()
                .sorted(FolderScan::byCodePoint)
                .toList();
        requireClasses(table, images, classes, problems);
        problems.throwIfAny(csv);
        warnOfCase(csv, classes);
        images.sort(Comparator.<Image, String>comparing(image -> image.row.label(), FolderScan::byCodePoint)
                .thenComparing(Image::entry, FolderScan.Entry.BY_NAME));
        return new LabelFile(csv, table, images, folder(images, root, classes, options), options);
    }

    private static ImageFolder folder(List<Image> images, Path root, List<String> classes, FolderOptions options) {
        Map<String, Integer> labels = new HashMap<>();
        classes.forEach(name -> labels.put(name, labels.size()));
        return ImageFolder.listed(
                root,
                classes,
                images.stream().map(Image::entry).toList(),
                images.stream().mapToInt(image -> labels.get(image.row.label())).toArray(),
                options);
    }

    private static void requireClasses(
            LabelTable table, List<Image> images, List<String> classes, DataProblems problems) {
        if (classes.size() < 2 && problems.isEmpty()) {
            problems.add(
                    classes.isEmpty()
                            ? "names no image"
                            : "has only one class, " + DataProblems.names(classes) + ": at least two are needed");
        }
        if (!table.columns().contains(LabelTable.Column.SPLIT) || problems.isEmpty() && classes.isEmpty()) {
            return;
        }
        Map<String, LabelTable.Row> untrained = new LinkedHashMap<>();
        images.forEach(image -> untrained.putIfAbsent(image.row.label(), image.row));
        images.stream()
                .filter(image -> image.row.part().equals(Optional.of(Part.TRAIN)))
                .forEach(image -> untrained.remove(image.row.label()));
        if (!images.isEmpty() && untrained.size() == classes.size()) {
            problems.add("has no training images: write train in the split column of some");
            return;
        }
        untrained.forEach((name, row) -> problems.add(() -> "line " + row.line() + ": class "
                + DataProblems.names(List.of(name)) + " has no training image"
                + Suggest.nearest(
                                name,
                                classes.stream()
                                        .filter(other -> !untrained.containsKey(other))
                                        .toList())
                        .map(near -> "; did you mean " + DataProblems.names(List.of(near)) + "?")
                        .orElse(", so that it cannot be learnt")));
    }

    private static void warnOfCase(Path csv, List<String> classes) {
        classes.stream().collect(Collectors.groupingBy(name -> name.toLowerCase(Locale.ROOT))).values().stream()
                .filter(alike -> alike.size() > 1)
                .forEach(alike -> LOG.warn(
                        "{}: the labels {} differ in upper and lower case alone, and are classes of their own",
                        csv,
                        DataProblems.names(alike)));
    }

    /** The folder that paths of {@code csv} are relative to, unless another is named: the file's own. */
    public static Path folder(Path csv) {
        return csv.toAbsolutePath().normalize().getParent();
    }

    /** All images, in whichever part. */
    public ImageFolder images() {
        return whole;
    }

    /** All images that may be trained on: those of the training part, or all if the file has none. */
    public ImageFolder training() {
        List<Image> part = images.stream()
                .filter(image -> image.row.part().map(Part.TRAIN::equals).orElse(true))
                .toList();
        return part.size() == images.size() ? whole : folder(part, whole.root(), whole.classes(), options);
    }

    /**
     * Writes a file with the labels and folds of images.
     *
     * @param root what paths are to be relative to
     * @param folds of each image
     */
    public static void write(Path csv, Path root, ImageFolder images, Folds folds) throws IOException {
        Path from = root.toAbsolutePath().normalize();
        StringWriter text = new StringWriter();
        try (CsvWriter lines = CsvWriter.builder().build(text)) {
            lines.writeRecord("path", "label", "fold");
            for (int i = 0; i < images.size(); i++) {
                String path = from.relativize(images.file(i).toAbsolutePath().normalize())
                        .toString()
                        .replace(File.separatorChar, '/');
                lines.writeRecord(path, images.classes().get(images.label(i)), String.valueOf(folds.of()[i]));
            }
        }
        AtomicFile.write(csv, text.toString());
    }

    /** The fold of an image of {@link #images}, as written; empty without such a column. */
    public String fold(int index) {
        return images.get(index).row.fold();
    }

    /**
     * Training and validation images: by the column {@code split} if there is one, as {@link ImageFolders#trainVal} takes parts;
     * otherwise {@code round(valFraction * n)} images of each class are held out.
     *
     * @param valFraction at least 0 and less than 1
     */
    public TrainVal trainVal(double valFraction, long seed) {
        List<Part> measured = Stream.of(Part.VAL, Part.TEST)
                .filter(part -> of(part).length > 0)
                .toList();
        if (measured.isEmpty()) {
            ImageDataset train =
                    table.columns().contains(LabelTable.Column.SPLIT) ? new Subset(whole, of(Part.TRAIN)) : whole;
            return ImageFolders.split(csv, train, origin(), valFraction, seed);
        }
        if (measured.size() > 1) {
            LOG.warn("{}: {} test images are left for eval", csv, of(Part.TEST).length);
        }
        Subset train = new Subset(whole, of(Part.TRAIN));
        Subset val = new Subset(whole, of(measured.get(0)));
        warnOfUnmeasured(val);
        return new TrainVal(train, val, origin() + ", train and " + word(measured.get(0)));
    }

    private void warnOfUnmeasured(ImageDataset val) {
        long[] counts = val.classCounts();
        List<String> none = IntStream.range(0, counts.length)
                .filter(label -> counts[label] == 0)
                .mapToObj(label -> val.classes().get(label))
                .toList();
        if (!none.isEmpty()) {
            LOG.warn(
                    "{}: class {} has no validation image: nobody will know how well it is recognised",
                    csv,
                    DataProblems.names(none));
        }
    }

    /**
     * The images of a fold for validation, all others for training. Both are parts of the same {@link ImageDataset#whole}, so that what
     * is computed once for each image serves all folds.
     *
     * @throws BadDataException if there is no such fold, or nothing else
     */
    public TrainVal fold(String fold) {
        List<String> folds = images.stream()
                .map(image -> image.row.fold())
                .filter(Predicate.not(String::isEmpty))
                .distinct()
                .toList();
        int[] val = indices(image -> image.row.fold().equals(fold));
        int[] train = indices(image -> !image.row.fold().equals(fold));
        if (val.length == 0 || train.length == 0) {
            throw new BadDataException(
                    csv,
                    val.length > 0
                            ? "has no image outside fold " + fold + ": nothing is left to train on"
                            : folds.isEmpty()
                                    ? "has no column fold: name the fold of each image there"
                                    : "has no fold " + DataProblems.names(List.of(fold)) + ", only "
                                            + DataProblems.names(folds));
        }
        return new TrainVal(
                Subset.ofWhole(whole, train), Subset.ofWhole(whole, val), origin() + ", fold " + fold + " held out");
    }

    /** Images to evaluate on: the validation part, else the test part, else all. */
    public ImageDataset evaluation() {
        return Stream.of(Part.VAL, Part.TEST)
                .map(this::of)
                .filter(part -> part.length > 0)
                .findFirst()
                .<ImageDataset>map(part -> new Subset(whole, part))
                .orElse(whole);
    }

    /** What the images of {@link #evaluation} are, in words. */
    public String evaluated() {
        return Stream.of(Part.VAL, Part.TEST)
                .filter(part -> of(part).length > 0)
                .findFirst()
                .map(part -> "the " + word(part) + " images of " + csv)
                .orElse("all images of " + csv);
    }

    private static String word(Part part) {
        return part.name().toLowerCase(Locale.ROOT);
    }

    private int[] of(Part part) {
        return indices(image -> image.row.part().equals(Optional.of(part)));
    }

    private int[] indices(Predicate<Image> wanted) {
        return IntStream.range(0, images.size())
                .filter(i -> wanted.test(images.get(i)))
                .toArray();
    }

    /** The file and its hash, for the run's report and provenance. */
    private String origin() {
        return "labels of " + csv + " (SHA-256 " + table.sha256() + ")";
    }

    /** Finds the files of rows. */
    private static final class Finder {
        private final Path csv;
        private final Path root;
        private final Path realRoot;
        private final FolderOptions options;
        private final DataProblems problems;
        private final Map<Path, LabelTable.Row> found = new HashMap<>();
        private final List<Long> repeated = new ArrayList<>();

        Finder(Path csv, Path root, FolderOptions options, DataProblems problems) throws IOException {
            this.csv = csv;
            this.root = root.toAbsolutePath().normalize();
            this.realRoot = root.toRealPath();
            this.options = options;
            this.problems = problems;
        }

        List<Image> find(List<LabelTable.Row> rows) {
            List<Image> images = new ArrayList<>();
            for (LabelTable.Row row : rows) {
                try {
                    entry(row).ifPresent(entry -> images.add(new Image(row, entry)));
                } catch (InvalidPathException | IOException e) {
                    add(
                            row,
                            "cannot be read: "
                                    + (e instanceof IOException io ? FileProblem.reason(io) : e.getMessage()));
                }
            }
            if (!repeated.isEmpty()) {
                LOG.warn(
                        "{}: {} that {} an earlier one count once ({})",
                        csv,
                        repeated.size() == 1 ? "1 line" : repeated.size() + " lines",
                        repeated.size() == 1 ? "repeats" : "repeat",
                        DataProblems.lines(repeated));
            }
            return images;
        }

        private void add(LabelTable.Row row, String problem) {
            problems.add(() -> "line " + row.line() + ": " + DataProblems.names(List.of(row.path())) + " " + problem);
        }

        private Optional<FolderScan.Entry> entry(LabelTable.Row row) throws IOException {
            Path file = file(row.path());
            if (!file.startsWith(root) && !file.startsWith(realRoot)) {
                add(row, "leads out of " + root + ": move the image there, or name the folder that holds all (--data)");
                return Optional.empty();
            }
            if (!Files.exists(file)) {
                problems.add(() -> "line " + row.line() + ": no such file " + DataProblems.names(List.of(row.path()))
                        + hint(row, file));
                return Optional.empty();
            }
            Path real = file.toRealPath();
            if (!real.startsWith(realRoot) && !options.followLinks()) {
                add(row, "is a link out of the data: replace it by its target, or follow links (--follow-links)");
                return Optional.empty();
            }
            if (!Files.isRegularFile(real)) {
                add(row, Files.isDirectory(real) ? "is a folder" : "is not a file");
                return Optional.empty();
            }
            LabelTable.Row other = found.putIfAbsent(real, row);
            if (other != null) {
                repeat(row, other);
                return Optional.empty();
            }
            String name = (file.startsWith(root) ? root : realRoot)
                    .relativize(file)
                    .toString()
                    .replace(File.separatorChar, '/');
            return Optional.of(new FolderScan.Entry(name, file, Files.size(real)));
        }

        /** The file that is meant: as written, or without blanks around it, with slashes for backslashes, or in the file system's form of accents. */
        private Path file(String written) {
            List<String> forms = List.of(
                    written,
                    written.strip(),
                    written.strip().replace('\\', '/'),
                    Normalizer.normalize(written.strip(), Normalizer.Form.NFC),
                    Normalizer.normalize(written.strip(), Normalizer.Form.NFD));
            return forms.stream()
                    .map(form -> root.resolve(form).normalize())
                    .filter(Files::exists)
                    .findFirst()
                    .orElseGet(() -> root.resolve(written.strip()).normalize());
        }

        private void repeat(LabelTable.Row row, LabelTable.Row other) {
            String both = "line " + row.line() + ": " + DataProblems.names(List.of(row.path())) + " is "
                    + (row.path().equals(other.path()) ? "" : "the file of line " + other.line() + ", ");
            if (!row.label().equals(other.label())) {
                problems.add(() -> both + "labelled " + DataProblems.names(List.of(row.label())) + ", but in line "
                        + other.line() + " " + DataProblems.names(List.of(other.label())) + ": keep one");
            } else if (!row.part().equals(other.part()) || !row.fold().equals(other.fold())) {
                problems.add(() -> both + "in another part than in line " + other.line() + ": keep one");
            } else {
                repeated.add(row.line());
            }
        }

        /** The nearest file; the first line may be the names of columns. */
        private String hint(LabelTable.Row row, Path file) {
            for (String extension : EXTENSIONS) {
                if (Files.exists(Path.of(file + extension))) {
                    return "; did you mean " + DataProblems.names(List.of(row.path() + extension)) + "?";
                }
            }
            Optional<Path> near = Suggest.nearest(file).filter(path -> path.startsWith(root));
            if (near.isPresent()) {
                return "; did you mean "
                        + DataProblems.names(List.of(root.relativize(near.get()).toString())) + "?";
            }
            return row.line() == 1 ? "; if the line names the columns, call them path and label" : " in " + root;
        }
    }
}
