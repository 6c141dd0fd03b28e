package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.files.Digest;
import io.github.resnet4j.files.FileProblem;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** CIFAR-10 or CIFAR-100 from the official binary files, all of it in memory (3 KiB an image). */
public final class CifarDataset implements ImageDataset {
    private static final Logger LOG = LoggerFactory.getLogger(CifarDataset.class);
    private static final int BUFFER = 1 << 16;
    /** Twice the largest official file: a wrong file is refused before it fills the memory. */
    private static final int MAX_RECORDS = 100_000;

    private static final int MAX_NAMES_FILE = 1 << 16;

    private final List<String> classes;
    private final List<String> files;
    private final int[] firstOfFile;
    private final Rgb8Image[] images;
    private final int[] labels;
    private final String fingerprint;

    private CifarDataset(
            List<String> classes,
            List<String> files,
            int[] firstOfFile,
            Rgb8Image[] images,
            int[] labels,
            String fingerprint) {
        this.classes = classes;
        this.files = files;
        this.firstOfFile = firstOfFile;
        this.images = images;
        this.labels = labels;
        this.fingerprint = fingerprint;
    }

    /**
     * The official files of {@code split}.
     *
     * @param dir the folder that holds them, or the one that holds {@code cifar-10-batches-bin} or
     *     {@code cifar-100-binary}
     * @throws BadDataException if files are missing (all are named), are the Python version or another variant, or damaged
     */
    public static CifarDataset read(Path dir, CifarVariant variant, Split split) {
        Path home = home(dir, variant);
        List<String> missing = variant.files(split).stream()
                .filter(file -> !Files.isRegularFile(home.resolve(file)))
                .toList();
        if (!missing.isEmpty()) {
            throw new BadDataException(home, whyMissing(dir, home, variant, split, missing));
        }
        CifarDataset dataset =
                readFiles(variant.files(split).stream().map(home::resolve).toList(), variant);
        int official = variant.files(split).size() * variant.imagesPerFile(split);
        if (dataset.size() != official) {
            LOG.warn("{}: {} images, the official {} has {}", home, dataset.size(), variant.title(), official);
        }
        return dataset;
    }

    /**
     * One file with any number of records.
     *
     * @throws BadDataException as {@link #read}
     */
    public static CifarDataset readFile(Path bin, CifarVariant variant) {
        return readFiles(List.of(bin), variant);
    }

    /**
     * Several files of records, one after the other. The class names come from the file beside the first one
     * ({@code batches.meta.txt} or {@code fine_label_names.txt}), if there is one.
     *
     * @throws BadDataException as {@link #read}
     */
    public static CifarDataset readFiles(List<Path> bins, CifarVariant variant) {
        if (bins.isEmpty()) {
            throw new IllegalArgumentException("no " + variant.title() + " files given");
        }
        int[] firstOfFile = new int[bins.size()];
        int total = 0;
        for (int i = 0; i < bins.size(); i++) {
            firstOfFile[i] = total;
            total = Math.addExact(total, records(bins.get(i), variant));
        }
        Rgb8Image[] images = new Rgb8Image[total];
        int[] labels = new int[total];
        Digest fingerprint = Digest.sha256();
        for (int i = 0; i < bins.size(); i++) {
            int end = i + 1 < bins.size() ? firstOfFile[i + 1] : total;
            readRecords(bins.get(i), variant, firstOfFile[i], end, images, labels, fingerprint);
        }
        List<String> files =
                bins.stream().map(bin -> bin.getFileName().toString()).toList();
        return new CifarDataset(
                classNames(bins.get(0), variant), files, firstOfFile, images, labels, fingerprint.hex());
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
        int found = Arrays.binarySearch(firstOfFile, index);
        int file = found >= 0 ? found : -found - 2;
        return files.get(file) + '#' + (index - firstOfFile[file]);
    }

    /** The image: 32×32, shared between callers. */
    @Override
    public Rgb8Image image(int index) {
        return images[index];
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    private static Path home(Path dir, CifarVariant variant) {
        if (Files.isRegularFile(dir)) {
            throw new BadDataException(
                    dir,
                    "is a file: name the folder that holds "
                            + variant.files(Split.TRAIN).get(0));
        }
        if (!Files.isDirectory(dir)) {
            throw new BadDataException(dir, "does not exist: extract " + variant.archive() + " there");
        }
        Path inner = dir.resolve(variant.folder());
        return Files.isDirectory(inner) ? inner : dir;
    }

    private static String whyMissing(Path dir, Path home, CifarVariant variant, Split split, List<String> missing) {
        boolean python = variant.stems(split).stream().anyMatch(stem -> Files.isRegularFile(home.resolve(stem)))
                || Files.isDirectory(dir.resolve(variant.pythonFolder()));
        if (python) {
            return "holds the Python version of " + variant.title() + " (pickles, which are not read): extract the "
                    + "binary version, " + variant.archive();
        }
        CifarVariant other = variant.other();
        boolean otherVariant = Files.isDirectory(dir.resolve(other.folder()))
                || other.files(split).stream().anyMatch(file -> Files.isRegularFile(home.resolve(file)));
        if (otherVariant) {
            return "holds " + other.title() + ", not " + variant.title() + ": choose that data set or another folder";
        }
        if (Files.isRegularFile(dir.resolve(variant.archive()))) {
            return "holds " + variant.archive() + ", not yet extracted: run tar xzf on it";
        }
        return "no " + DataProblems.names(missing) + ": extract " + variant.archive() + " (again) and name its folder";
    }

    private static int records(Path file, CifarVariant variant) {
        if (!Files.isRegularFile(file)) {
            throw new BadDataException(file, Files.exists(file) ? "is not a file" : "does not exist");
        }
        long length;
        try {
            length = Files.size(file);
        } catch (IOException e) {
            throw new BadDataException(file, "cannot be read: " + FileProblem.reason(e), e);
        }
        if (length == 0 || length % variant.recordLength() != 0) {
            String problem = length + " bytes is not a multiple of the " + variant.recordLength() + " of a "
                    + variant.title() + " record: ";
            if (length > 0 && length % variant.other().recordLength() == 0) {
                throw new BadDataException(
                        file, problem + "it fits " + variant.other().title());
            }
            throw new BadDataException(
                    file, problem + "damaged, or not the binary version; extract " + variant.archive() + " again");
        }
        long records = length / variant.recordLength();
        if (records > MAX_RECORDS) {
            throw new BadDataException(
                    file,
                    records + " records, more than the " + MAX_RECORDS + " that are read: not a " + variant.title()
                            + " file");
        }
        return (int) records;
    }

    private static void readRecords(
            Path file, CifarVariant variant, int from, int to, Rgb8Image[] images, int[] labels, Digest fingerprint) {
        byte[] record = new byte[variant.recordLength()];
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            for (int i = from; i < to; i++) {
                if (in.readNBytes(record, 0, record.length) != record.length) {
                    throw new BadDataException(file, "became shorter while it was being read, in record " + (i - from));
                }
                fingerprint.add(record);
                labels[i] = label(file, variant, record, i - from);
                images[i] = new Rgb8Image(CifarVariant.SIDE, CifarVariant.SIDE, interleave(record));
            }
        } catch (IOException e) {
            throw new BadDataException(file, "cannot be read: " + FileProblem.reason(e), e);
        }
    }

    private static int label(Path file, CifarVariant variant, byte[] record, int number) {
        int label = 0;
        for (int position = 0; position < variant.labelBytes(); position++) {
            label = record[position] & 0xff;
            if (label >= variant.labelValues(position)) {
                throw new BadDataException(
                        file,
                        "record " + number + " (byte " + ((long) number * record.length + position) + "): label "
                                + label + ", but " + variant.title() + " has 0 to "
                                + (variant.labelValues(position) - 1) + " there; damaged or another data set");
            }
        }
        return label;
    }

    /** The three planes at the end of {@code record} as pixels. */
    private static byte[] interleave(byte[] record) {
        int plane = CifarVariant.PIXEL_BYTES / 3;
        int red = record.length - CifarVariant.PIXEL_BYTES;
        byte[] pixels = new byte[CifarVariant.PIXEL_BYTES];
        for (int i = 0, out = 0; i < plane; i++) {
            pixels[out++] = record[red + i];
            pixels[out++] = record[red + plane + i];
            pixels[out++] = record[red + 2 * plane + i];
        }
        return pixels;
    }

    private static List<String> classNames(Path bin, CifarVariant variant) {
        Path file = bin.resolveSibling(variant.namesFile());
        if (!Files.isRegularFile(file)) {
            return variant.classes();
        }
        List<String> names;
        try (InputStream in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(MAX_NAMES_FILE), StandardCharsets.UTF_8);
            names = text.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new BadDataException(file, "cannot be read: " + FileProblem.reason(e), e);
        }
        if (names.size() != variant.classes().size()
                || names.stream().distinct().count() != names.size()) {
            throw new BadDataException(
                    file,
                    "needs " + variant.classes().size() + " different class names, one per line, but has "
                            + names.size() + ": restore or delete it");
        }
        return names;
    }
}
