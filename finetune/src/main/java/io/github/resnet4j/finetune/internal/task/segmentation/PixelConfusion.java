package io.github.resnet4j.finetune.internal.task.segmentation;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** How many pixels of each class were taken for each. */
final class PixelConfusion {
    private final int classes;
    private final long[] counts;

    PixelConfusion(int classes) {
        this.classes = classes;
        this.counts = new long[Math.multiplyExact(classes, classes)];
    }

    void add(int actual, int predicted) {
        counts[actual * classes + predicted]++;
    }

    void add(PixelConfusion other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
    }

    void clear() {
        Arrays.fill(counts, 0);
    }

    int classes() {
        return classes;
    }

    /** Pixels of class {@code actual} that were taken for class {@code predicted}. */
    long count(int actual, int predicted) {
        return counts[actual * classes + predicted];
    }

    /** Pixels of a class. */
    long actual(int number) {
        return IntStream.range(0, classes)
                .mapToLong(other -> count(number, other))
                .sum();
    }

    /** Pixels that were taken for a class. */
    long predicted(int number) {
        return IntStream.range(0, classes)
                .mapToLong(other -> count(other, number))
                .sum();
    }

    long pixels() {
        return Arrays.stream(counts).sum();
    }

    /**
     * Of the pixels that are of a class or were taken for it, the share of those that are both (Everingham et al. 2010, section
     * 4.4); NaN where there are none.
     */
    double iou(int number) {
        long both = count(number, number);
        return (double) both / (actual(number) + predicted(number) - both);
    }

    /** Mean over all classes that any pixel is of, or was taken for; NaN where there are none. */
    double meanIou() {
        return IntStream.range(0, classes)
                .mapToDouble(this::iou)
                .filter(iou -> !Double.isNaN(iou))
                .average()
                .orElse(Double.NaN);
    }

    /** Share of pixels that were taken for what they are; NaN where there are none. */
    double accuracy() {
        long right = IntStream.range(0, classes)
                .mapToLong(number -> count(number, number))
                .sum();
        return (double) right / pixels();
    }

    /** What the pixels of a class were taken for most often, if not for what they are; none where that never happened. */
    OptionalInt mistaken(int number) {
        return IntStream.range(0, classes)
                .filter(other -> other != number && count(number, other) > 0)
                .reduce((one, other) -> count(number, one) >= count(number, other) ? one : other);
    }
}
