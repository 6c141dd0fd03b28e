package io.github.resnet4j.datasets.loader;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.Samples;
import io.github.resnet4j.datasets.image.BadImageException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A data set seen through the {@link BadImages} policy; it remembers what is bad. */
final class ReadableImages {
    private static final Logger LOG = LoggerFactory.getLogger(ReadableImages.class);

    private static final int LISTED = 20;
    private static final int BETWEEN_QUESTIONS = 1000;

    private final Samples dataset;
    private final SampleSource source;
    private final BadImages policy;
    /** Why they cannot be read, by index. */
    private final SortedMap<Integer, String> bad = new ConcurrentSkipListMap<>();

    /** What is done with an image that was read. */
    interface Use {
        /** @throws BadImageException if the image cannot be decoded after all */
        void accept(int index, SampleSource.Sample sample);
    }

    ReadableImages(Samples dataset, SampleSource source, BadImages policy) {
        this.dataset = dataset;
        this.source = source;
        this.policy = policy;
    }

    /**
     * Finds bad images without decoding any.
     *
     * @param threads that look
     * @throws BadDataException naming the first of them and how many there are, if the policy does not tolerate them
     */
    void check(int threads, BooleanSupplier stopped) {
        Map<Integer, String> found = new ConcurrentSkipListMap<>();
        AtomicInteger next = new AtomicInteger();
        Runnable look = () -> {
            for (int i = next.getAndIncrement(); i < dataset.size(); i = next.getAndIncrement()) {
                if (i % BETWEEN_QUESTIONS == BETWEEN_QUESTIONS - 1 && stopped.getAsBoolean()) {
                    return;
                }
                try {
                    dataset.check(i);
                } catch (BadDataException e) {
                    found.put(i, e.getMessage());
                }
            }
        };
        Stream.generate(() -> CompletableFuture.runAsync(look))
                .limit(Math.min(threads, dataset.size()))
                .toList()
                .forEach(CompletableFuture::join);
        if (found.isEmpty()) {
            return;
        }
        if (policy == BadImages.FAIL || found.size() > tolerated()) {
            throw new BadDataException(listed(found));
        }
        found.forEach(this::remember);
    }

    /**
     * Uses image {@code wanted}; where that is bad, the next readable one after it or none, as the policy says.
     *
     * @param stopped whether the caller gives up: an interrupted read fails, but its image is not bad
     * @param use may begin with images that turn out to be bad
     * @return the index of the image that was used
     */
    OptionalInt read(int wanted, BooleanSupplier stopped, Use use) {
        int tries = policy == BadImages.REPLACE ? Math.min(BadImages.IN_A_ROW, dataset.size()) : 1;
        for (int step = 0; step < tries; step++) {
            int index = (int) (((long) wanted + step) % dataset.size());
            if (bad.containsKey(index)) {
                continue;
            }
            SampleSource.Sample sample = null;
            try {
                sample = source.read(index);
                use.accept(index, sample);
                return OptionalInt.of(index);
            } catch (BadDataException e) {
                if (sample != null && !(e instanceof BadImageException)) {
                    refuse(index, e);
                    return OptionalInt.empty();
                }
                if (stopped.getAsBoolean()) {
                    throw (CancellationException) new CancellationException("stopped while loading").initCause(e);
                }
                if (policy == BadImages.FAIL) {
                    throw e;
                }
                tolerate(index, e);
            }
        }
        if (policy == BadImages.LEAVE_OUT || policy == BadImages.COLLECT) {
            return OptionalInt.empty();
        }
        throw new BadDataException(
                dataset.name(wanted),
                tries + " images in a row cannot be read, starting with this one: repair them",
                null);
    }

    /** The images found bad so far and why, by index. */
    SortedMap<Integer, String> bad() {
        return bad;
    }

    /** Leaves out an image that was read but cannot be made into a sample, or throws that. */
    private void refuse(int index, BadDataException problem) {
        if (policy != BadImages.COLLECT) {
            throw problem;
        }
        remember(index, problem.getMessage());
    }

    private void remember(int index, String problem) {
        if (bad.putIfAbsent(index, problem) == null && policy != BadImages.COLLECT) {
            LOG.warn("skipped: {}", problem);
        }
    }

    private void tolerate(int index, BadDataException problem) {
        remember(index, problem.getMessage());
        if (bad.size() > tolerated()) {
            throw new BadDataException(
                    dataset.name(index),
                    bad.size() + " of " + dataset.size() + " images cannot be read, this one last; " + tolerated()
                            + " would be tolerated: repair or remove them",
                    problem);
        }
    }

    private int tolerated() {
        return policy == BadImages.COLLECT
                ? dataset.size()
                : Math.min(BadImages.tolerated(dataset.size()), dataset.size() - 1);
    }

    private String listed(Map<Integer, String> found) {
        String first = found.values().stream().limit(LISTED).collect(Collectors.joining("; "));
        if (found.size() == 1) {
            return first;
        }
        return found.size() + " of " + dataset.size() + " images cannot be read"
                + (policy == BadImages.FAIL ? "" : " (" + tolerated() + " would be tolerated)")
                + ": repair or remove them: " + first
                + (found.size() > LISTED ? "; and " + (found.size() - LISTED) + " more" : "");
    }
}
