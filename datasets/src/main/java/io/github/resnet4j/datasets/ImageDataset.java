package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.files.Printable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Labelled images in a fixed order. Everything but {@link #image} is in memory; all methods are safe for concurrent
 * use.
 */
public interface ImageDataset {
    /** The number of images, at least 1. */
    int size();

    /** The names of the classes by label. */
    List<String> classes();

    /** The class of image {@code index}, 0 .. {@code classes().size() - 1}. */
    int label(int index);

    /** Where image {@code index} comes from: the path below the root ({@code ants/1.jpg}) or {@code test_batch.bin#17}. */
    String name(int index);

    /**
     * The image; files are decoded on every call.
     *
     * @throws BadDataException if it cannot be read
     */
    Rgb8Image image(int index);

    /**
     * The image, to be decoded when its pixels are asked for.
     *
     * @throws BadDataException if it cannot be read
     */
    default LazyImage open(int index) {
        return image(index);
    }

    /**
     * Checks image {@code index} for faults that are cheap to detect, without decoding it. An image that passes may
     * still fail in {@link #image}.
     *
     * @throws BadDataException if the image cannot be read
     */
    default void check(int index) {}

    /**
     * A SHA-256 in hex that identifies the data in a run's provenance: of the bytes if they are in memory, otherwise of
     * the paths below the root and the file sizes, in order.
     */
    String fingerprint();

    /**
     * When the file of image {@code index} was last written to, in milliseconds since 1970; 0 if the images are in memory, or
     * there is no such file any more.
     */
    default long lastModified(int index) {
        return 0;
    }

    /**
     * The data set that this one is a fold of: what is computed once for each of its images serves all folds. Otherwise itself.
     */
    default ImageDataset whole() {
        return this;
    }

    /**
     * The index of image {@code index} in {@link #whole}. Augmentation draws from it, so that an image is augmented alike in whichever
     * fold it is.
     */
    default int indexInWhole(int index) {
        return index;
    }

    /** The number of images of each class. */
    default long[] classCounts() {
        long[] counts = new long[classes().size()];
        for (int i = 0; i < size(); i++) {
            counts[label(i)]++;
        }
        return counts;
    }

    /** {@code 3 classes (ants, bees, cats)}: on one line, whatever the names contain, with at most the first ten. */
    default String classSummary() {
        String first = classes().stream().limit(10).map(Printable::line).collect(Collectors.joining(", "));
        return classes().size()
                + (classes().size() == 1 ? " class (" : " classes (")
                + first
                + (classes().size() > 10 ? ", …)" : ")");
    }

    /** {@code size} samples spread evenly over the data set, or all of them if it has fewer. */
    default ImageDataset limit(int size) {
        if (size >= size()) {
            return this;
        }
        int[] indices = new int[size];
        for (int i = 0; i < size; i++) {
            indices[i] = (int) ((long) i * size() / size);
        }
        return new Subset(this, indices);
    }
}
