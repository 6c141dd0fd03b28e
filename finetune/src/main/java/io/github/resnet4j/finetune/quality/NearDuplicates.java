package io.github.resnet4j.finetune.quality;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.ImageDataset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Validation images that are training images, or look like one: scaled, recompressed, a frame later. A network knows the
 * answer for these by heart, so that its accuracy on new images is lower than what is measured.
 *
 * <p>Two images look alike if their difference hashes differ in at most 10 of 64 bits, which is cheap to find out for all
 * pairs, and their 16×16 greys have a correlation of at least 0.98.
 *
 * @param trainImages compared; of more than 5,000 an even choice
 * @param valImages compared; of more than 2,000 an even choice
 * @param pairs the most alike training image of each validation image that has one; exact ones first, then the most alike
 */
public record NearDuplicates(int trainImages, int valImages, List<Pair> pairs) {
    /** The search comes at the end of a run, and decoding takes long: it must not outlast the training. */
    private static final int MOST_TRAIN_IMAGES = 5_000;

    private static final int MOST_VAL_IMAGES = 2_000;
    /** Before a cross-validation, which takes many times as long as this. */
    private static final int MOST_GROUPED_IMAGES = 50_000;

    private static final int MOST_BITS = 10;
    private static final double LIKENESS = 0.98;

    /**
     * A validation image and a training image.
     *
     * @param val index in the validation images
     * @param train index in the training images
     * @param exact whether all pixels are equal
     * @param likeness correlation of their greys
     */
    public record Pair(int val, int train, boolean exact, double likeness) {}

    public NearDuplicates {
        pairs = List.copyOf(pairs);
    }

    /**
     * Compares all pairs. Reads and decodes every image once, on all cores; those that cannot be read are passed over.
     *
     * @param progress receives the number of images read so far, from several threads; what it throws ends the search
     */
    public static NearDuplicates find(ImageDataset train, ImageDataset val, LongConsumer progress) {
        AtomicLong done = new AtomicLong();
        List<Seen> known = seen(train, MOST_TRAIN_IMAGES, done, progress);
        List<Seen> asked = seen(val, MOST_VAL_IMAGES, done, progress);
        List<Pair> pairs = new ArrayList<>(asked.parallelStream()
                .flatMap(image -> nearest(image, known).stream())
                .toList());
        pairs.sort(Comparator.comparing(Pair::exact)
                .thenComparingDouble(Pair::likeness)
                .reversed()
                .thenComparingInt(Pair::val));
        return new NearDuplicates(known.size(), asked.size(), pairs);
    }

    /**
     * Groups of images that are equal or look alike, also by way of others: a number for each image, that of the first of its group.
     * Reads and decodes every image once, on all cores; those that cannot be read, and of more than 50,000 those between an even
     * choice, are groups of their own.
     *
     * @param progress as of {@link #find}
     */
    public static int[] groups(ImageDataset images, LongConsumer progress) {
        List<Seen> all = seen(images, MOST_GROUPED_IMAGES, new AtomicLong(), progress);
        int[] group = IntStream.range(0, images.size()).toArray();
        List<int[]> alike = IntStream.range(0, all.size())
                .parallel()
                .boxed()
                .flatMap(i -> IntStream.range(0, i)
                        .filter(j -> likeness(all.get(i), all.get(j)) >= LIKENESS)
                        .mapToObj(j -> new int[] {all.get(i).index, all.get(j).index}))
                .toList();
        for (int[] pair : alike) {
            int one = first(group, pair[0]);
            int other = first(group, pair[1]);
            group[Math.max(one, other)] = Math.min(one, other);
        }
        return IntStream.range(0, group.length).map(i -> first(group, i)).toArray();
    }

    private static int first(int[] group, int image) {
        int at = image;
        while (group[at] != at) {
            at = group[at];
        }
        return at;
    }

    /** Of images whose hashes differ much, -1. */
    private static double likeness(Seen one, Seen other) {
        if (Long.bitCount(one.print.hash() ^ other.print.hash()) > MOST_BITS) {
            return -1;
        }
        return equal(one, other) ? 1 : one.print.likeness(other.print);
    }

    private static boolean equal(Seen one, Seen other) {
        return one.print.pixels() == other.print.pixels() && one.print.hash() == other.print.hash();
    }

    /** How many images are read for it. */
    public static int images(ImageDataset train, ImageDataset val) {
        return images(train.size(), val.size());
    }

    /** The same of data sets of these sizes. */
    public static int images(int train, int val) {
        return Math.min(train, MOST_TRAIN_IMAGES) + Math.min(val, MOST_VAL_IMAGES);
    }

    /** How many of the pairs are of equal pixels. */
    public long exact() {
        return pairs.stream().filter(Pair::exact).count();
    }

    private record Seen(int index, Fingerprint print) {}

    private static List<Seen> seen(ImageDataset images, int most, AtomicLong done, LongConsumer progress) {
        int count = Math.min(images.size(), most);
        return IntStream.range(0, count)
                .parallel()
                .mapToObj(i -> {
                    int index = (int) ((long) i * images.size() / count);
                    progress.accept(done.incrementAndGet());
                    try {
                        return Optional.of(new Seen(index, Fingerprint.of(images.image(index))));
                    } catch (BadDataException e) {
                        return Optional.<Seen>empty();
                    }
                })
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Pair> nearest(Seen image, List<Seen> known) {
        Pair best = null;
        for (Seen other : known) {
            double likeness = likeness(image, other);
            boolean exact = equal(image, other);
            if (likeness >= LIKENESS
                    && (best == null || exact && !best.exact || exact == best.exact && likeness > best.likeness)) {
                best = new Pair(image.index, other.index, exact, likeness);
            }
        }
        return Optional.ofNullable(best);
    }
}
