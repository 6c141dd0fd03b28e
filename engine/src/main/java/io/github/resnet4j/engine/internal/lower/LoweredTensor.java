package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.onednn.Layout;
import java.nio.FloatBuffer;

/**
 * Values in a layout at the beginning of a buffer. Several tensors may share a buffer.
 *
 * @param layout where each value is
 * @param buffer the memory
 */
record LoweredTensor(Layout layout, Buffer buffer) {

    /** The memory as it lies, padding of blocks included; only while the plan executes, and if it {@link #fits}. */
    FloatBuffer floats() {
        return Floats.buffer(buffer.address(), count());
    }

    /** Values with the padding of blocks. */
    long count() {
        return layout.bytes() / Float.BYTES;
    }

    /** Whether one buffer of Java's can show all of it. */
    boolean fits() {
        return count() <= Floats.MOST_IN_A_BUFFER;
    }

    /** Sets all values to zero. */
    void clear() {
        Floats.clear(buffer.address(), count());
    }
}
