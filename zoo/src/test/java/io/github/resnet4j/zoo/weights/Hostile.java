package io.github.resnet4j.zoo.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.Supplier;

/** What every unusable file must end in: one typed exception, with little memory, and nothing else happened. */
public final class Hostile {
    /** More than that much memory besides the file itself is too much. */
    private static final long MEMORY = 64L << 20;

    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Hostile() {}

    /**
     * Requires that opening a file fails as it should.
     *
     * @param fileBytes the file's size
     * @param open opens it, and reads what it is supposed to reject
     */
    public static BadWeightsException rejected(long fileBytes, Supplier<?> open) {
        long id = Thread.currentThread().getId();
        long memoryBefore = THREAD.getThreadAllocatedBytes(id);
        BadWeightsException refusal = null;
        Object accepted = null;
        try {
            accepted = open.get();
        } catch (BadWeightsException e) {
            refusal = e;
        }
        // All that was ever allocated: an upper bound of what was held at any moment.
        long memory = THREAD.getThreadAllocatedBytes(id) - memoryBefore;
        assertThat(refusal).as("accepted: %s", accepted).isNotNull();
        assertThat(refusal.getMessage())
                .as("one short line")
                .doesNotContain("\n")
                .hasSizeLessThan(1200);
        assertThat(memory).as("memory until: %s", refusal.getMessage()).isLessThan(fileBytes + MEMORY);
        return refusal;
    }

    /** The same, and requires which fault it is. */
    public static BadWeightsException rejected(Fault fault, long fileBytes, Supplier<?> open) {
        BadWeightsException refusal = rejected(fileBytes, open);
        assertThat(refusal.fault()).as(refusal.getMessage()).isEqualTo(fault);
        return refusal;
    }
}
