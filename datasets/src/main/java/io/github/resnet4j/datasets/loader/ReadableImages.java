package io.github.resnet4j.datasets.loader;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.image.Rgb8Image;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A data set seen through the {@link BadImages} policy; it remembers what is bad. */
final class ReadableImages {
    private static final Logger LOG = LoggerFactory.getLogger(ReadableImages.class);

    private final ImageDataset dataset;
    private final BadImages policy;
    private final Set<Integer> bad = new ConcurrentSkipListSet<>();

    /** A readable image and its index. */
    record Readable(int index, Rgb8Image image) {}

    ReadableImages(ImageDataset dataset, BadImages policy) {
        this.dataset = dataset;
        this.policy = policy;
    }

    /**
     * Image {@code wanted}, or the next readable one after it.
     *
     * @param stopped whether the caller gives up: an interrupted read fails, but its image is not bad
     */
    Readable read(int wanted, BooleanSupplier stopped) {
        int tries = Math.min(BadImages.IN_A_ROW, dataset.size());
        for (int step = 0; step < tries; step++) {
            int index = (int) (((long) wanted + step) % dataset.size());
            if (bad.contains(index)) {
                continue;
            }
            try {
                return new Readable(index, dataset.image(index));
            } catch (BadDataException e) {
                if (stopped.getAsBoolean()) {
                    throw (CancellationException) new CancellationException("stopped while loading").initCause(e);
                }
                if (policy == BadImages.FAIL) {
                    throw e;
                }
                tolerate(index, e);
            }
        }
        throw new BadDataException(
                dataset.name(wanted), tries + " images in a row cannot be read, from this one on: repair them", null);
    }

    /** The indices of the images found bad so far, ascending. */
    Set<Integer> bad() {
        return bad;
    }

    private void tolerate(int index, BadDataException problem) {
        if (bad.add(index)) {
            LOG.warn("skipped: {}", problem.getMessage());
        }
        int tolerated = BadImages.tolerated(dataset.size());
        if (bad.size() > tolerated) {
            throw new BadDataException(
                    dataset.name(index),
                    "the last of " + bad.size() + " images that cannot be read, of " + dataset.size() + "; " + tolerated
                            + " would be tolerated: repair or remove them",
                    problem);
        }
    }
}
