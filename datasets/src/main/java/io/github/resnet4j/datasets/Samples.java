package io.github.resnet4j.datasets;

import io.github.resnet4j.files.Printable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Samples in a fixed order, as far as all kinds have the same: names, labels, and what tells them apart from others. All of
 * it is in memory; all methods are safe for concurrent use.
 */
public interface Samples {
    /** The number of samples, at least 1. */
    int size();

    /** The names of the classes by label; none where samples have no labels. */
    List<String> classes();

    /** The class of sample {@code index}, 0 .. {@code classes().size() - 1}; 0 where samples have no labels. */
    int label(int index);

    /** Where sample {@code index} comes from: the path below the root ({@code ants/1.jpg}) or {@code test_batch.bin#17}. */
    String name(int index);

    /**
     * Checks sample {@code index} for faults that are cheap to detect, without decoding it. One that passes may still fail
     * when it is read.
     *
     * @throws BadDataException if the sample cannot be read
     */
    default void check(int index) {}

    /**
     * A SHA-256 in hex that identifies the data in a run's provenance: of the bytes if they are in memory, otherwise of
     * the paths below the root and the file sizes, in order.
     */
    String fingerprint();

    /**
     * When the file of sample {@code index} was last written to, in milliseconds since 1970; 0 if the samples are in memory,
     * or there is no such file any more.
     */
    default long lastModified(int index) {
        return 0;
    }

    /**
     * The samples that these are a fold of: what is computed once for each of them serves all folds. Otherwise these.
     */
    default Samples whole() {
        return this;
    }

    /**
     * The index of sample {@code index} in {@link #whole}. Augmentation draws from it, so that a sample is augmented alike in
     * whichever fold it is.
     */
    default int indexInWhole(int index) {
        return index;
    }

    /** The number of samples of each class. */
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
}
