package io.github.resnet4j.zoo.internal.safetensors;

import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Tensor;
import java.nio.ByteBuffer;

/**
 * The elements of a tensor as they lie in a file.
 *
 * @param offset of the first, from the beginning of the file
 * @param size bytes of one
 * @param bytes of all
 */
record Stored(FileBytes file, long offset, int size, long bytes) implements Tensor.Elements {
    @Override
    public void copy(long from, ByteBuffer into) {
        long begin = from * size;
        long end = begin + into.remaining();
        file.copy(offset + begin, into);
        if (end == bytes) { // now that all was read: it was of one file
            file.requireUnchanged();
        }
    }
}
