package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.onednn.Layout;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Values in a layout at the beginning of a buffer. Several tensors may share a buffer.
 *
 * @param layout where each value is
 * @param buffer the memory
 */
record LoweredTensor(Layout layout, Buffer buffer) {

    /** The memory as it lies, padding of blocks included; only while the plan executes. */
    FloatBuffer floats() {
        return new Floats(buffer.address(), layout.bytes() / Float.BYTES).asBuffer();
    }

    /** Sets all values to zero. */
    void clear() {
        Pointer.memset(new Floats(buffer.address(), layout.bytes() / Float.BYTES), 0, layout.bytes());
    }

    private static final class Floats extends FloatPointer {
        Floats(long address, long count) {
            this.address = address;
            this.limit = count;
            this.capacity = count;
        }
    }
}
