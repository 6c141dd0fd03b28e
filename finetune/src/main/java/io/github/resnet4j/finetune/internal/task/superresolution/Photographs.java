package io.github.resnet4j.finetune.internal.task.superresolution;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.FolderOptions;
import io.github.resnet4j.datasets.ImageFiles;
import io.github.resnet4j.datasets.Samples;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.superresolution.Bicubic;
import io.github.resnet4j.datasets.superresolution.Colours;
import io.github.resnet4j.datasets.superresolution.ImagePair;
import io.github.resnet4j.files.Digest;
import io.github.resnet4j.files.FileProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Images in high resolution, and smaller ones of the same: those that bicubic reduction makes of them, or those that lie
 * beside them, as benchmarks have it: {@code img_001_SRF_2_HR.png} and {@code img_001_SRF_2_LR.png}, or {@code
 * baby_HR_x2.png} and {@code baby_LRBI_x2.png}.
 */
final class Photographs implements Samples {
    /** By which images are reduced, and enlarged for comparison: MATLAB's of today, and that of MSRN's authors. */
    static final Bicubic BICUBIC = new Bicubic(Bicubic.Border.SYMMETRIC);

    private static final String HIGH = "_HR";
    private static final List<String> LOW = List.of("_LR", "_LRBI");

    private final Path root;
    private final List<Path> files;
    private final FolderOptions options;
    private final String fingerprint;

    private Photographs(Path root, List<Path> files, FolderOptions options) {
        this.root = root;
        this.files = List.copyOf(files);
        this.options = options;
        Digest sum = Digest.sha256();
        for (Path file : files) {
            try {
                sum.add(name(file), Files.size(file));
            } catch (IOException e) {
                throw new BadDataException(file, FileProblem.describe(e), e);
            }
        }
        this.fingerprint = sum.hex();
    }

    /**
     * The images in a folder and below. Those that are the smaller ones of others there do not count.
     *
     * @throws BadDataException if there are none
     */
    static Photographs open(Path folder, FolderOptions options) {
        if (!Files.isDirectory(folder)) {
            throw new BadDataException(
                    folder, (Files.exists(folder) ? "is a file" : "does not exist") + ": name a folder of images");
        }
        List<Path> all = ImageFiles.below(folder, options).files();
        Set<Path> smaller = new HashSet<>();
        all.forEach(file -> low(file).ifPresent(smaller::add));
        return new Photographs(
                folder, all.stream().filter(file -> !smaller.contains(file)).toList(), options);
    }

    /** The part of a folder to measure on: {@code val}, {@code dev} or {@code test}, if there is one, else all of it. */
    static Photographs evaluation(Path folder, FolderOptions options) {
        return open(PhotographData.heldOut(folder).orElse(folder), options);
    }

    /** Those that a predicate takes, by their index here. */
    Photographs filtered(IntPredicate wanted) {
        return new Photographs(
                root,
                IntStream.range(0, size()).filter(wanted).mapToObj(files::get).toList(),
                options);
    }

    @Override
    public int size() {
        return files.size();
    }

    List<Integer> indices() {
        return IntStream.range(0, size()).boxed().toList();
    }

    @Override
    public List<String> classes() {
        return List.of();
    }

    @Override
    public int label(int index) {
        return 0;
    }

    @Override
    public String name(int index) {
        return name(files.get(index));
    }

    private String name(Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }

    @Override
    public void check(int index) {
        ImageDecoder.check(files.get(index), options.maxPixels());
    }

    /**
     * Checks an image as {@link #check} does, and that its sides are long enough.
     *
     * @param side the least rows and columns
     * @param what needs them, for the message
     * @throws BadDataException if they are not
     */
    void check(int index, int side, String what) {
        check(index);
        LazyImage image = ImageDecoder.open(files.get(index), options.maxPixels());
        if (image.width() < side || image.height() < side) {
            throw new BadDataException(
                    files.get(index),
                    "has " + image.width() + "x" + image.height() + " pixels, but " + what + " needs " + side + "x"
                            + side + ": remove the image or take a larger one");
        }
    }

    /** The smaller image of one, if it lies beside it. */
    private static Optional<Path> low(Path high) {
        String name = String.valueOf(high.getFileName());
        int at = name.lastIndexOf(HIGH);
        return at < 0
                ? Optional.empty()
                : LOW.stream()
                        .map(low ->
                                high.resolveSibling(name.substring(0, at) + low + name.substring(at + HIGH.length())))
                        .filter(Files::isRegularFile)
                        .findFirst();
    }

    /**
     * An image in both sizes, decoded.
     *
     * @throws BadDataException if it cannot be read, or the smaller one beside it has another size
     */
    ImagePair pair(int index, int factor) {
        Path file = files.get(index);
        Rgb8Image high = ImageDecoder.decode(file, options.maxPixels());
        Optional<Path> beside = low(file);
        try {
            if (beside.isEmpty()) {
                return ImagePair.of(high, factor, BICUBIC);
            }
            Rgb8Image low = ImageDecoder.decode(beside.get(), options.maxPixels());
            return new ImagePair(low, Bicubic.cropped(high, factor), factor);
        } catch (IllegalArgumentException e) {
            throw new BadDataException(beside.orElse(file), e.getMessage(), e);
        }
    }

    /** Whether an image has one channel as it is stored: it is then luminance, as benchmarks take it. */
    boolean isGrey(int index, Rgb8Image image) {
        return Colours.isGrey(image) && ImageDecoder.channels(files.get(index)) == 1;
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public long lastModified(int index) {
        return files.get(index).toFile().lastModified();
    }
}
