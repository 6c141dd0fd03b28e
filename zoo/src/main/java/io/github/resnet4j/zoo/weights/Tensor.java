package io.github.resnet4j.zoo.weights;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * An array of numbers in a file, read on demand. Row-major, whatever order the file uses.
 *
 * <p>Reading throws {@link BadWeightsException} if the file was changed or truncated since it was opened.
 */
public final class Tensor {
    private static final int CHUNK = 1 << 16;

    private final DType type;
    private final List<Long> shape;
    private final Elements elements;
    private final long count;

    /** Where the elements come from. */
    @FunctionalInterface
    public interface Elements {
        /**
         * Fills the rest of {@code into}, a little-endian buffer, with elements in row-major order, beginning with
         * element {@code from}. The room is that of whole elements, and never more than there are.
         */
        void copy(long from, ByteBuffer into);
    }

    private Tensor(DType type, List<Long> shape, Elements elements) {
        this.type = type;
        this.shape = List.copyOf(shape);
        this.elements = elements;
        long product = 1;
        for (long size : this.shape) {
            if (size < 0) {
                throw new IllegalArgumentException("no tensor can have the shape " + shape);
            }
            product = Math.multiplyExact(product, size);
        }
        Math.multiplyExact(product, (long) type.bytes());
        this.count = product;
    }

    /**
     * A tensor.
     *
     * @param type of its elements
     * @param shape its sizes; empty for a scalar
     * @param elements gives them
     * @throws IllegalArgumentException for a negative size
     * @throws ArithmeticException if it would have more than 2^63 bytes; formats check first
     */
    public static Tensor of(DType type, List<Long> shape, Elements elements) {
        return new Tensor(type, shape, elements);
    }

    /**
     * A tensor in memory.
     *
     * @throws IllegalArgumentException if the number of {@code values} does not match the shape
     */
    public static Tensor of(List<Long> shape, float[] values) {
        Tensor tensor = new Tensor(DType.F32, shape, (from, into) -> {
            FloatBuffer room = into.asFloatBuffer();
            room.put(values, Math.toIntExact(from), room.remaining());
            into.position(into.limit());
        });
        if (tensor.count != values.length) {
            throw new IllegalArgumentException(values.length + " values for the shape " + shape);
        }
        return tensor;
    }

    /**
     * One of the equal parts along a dimension; it reads the same elements.
     *
     * @param axis the dimension
     * @param index of the part, from 0
     * @param parts how many there are
     * @throws IllegalArgumentException if the dimension does not divide evenly, or there is no such part
     */
    public Tensor part(int axis, int index, int parts) {
        long size = shape.get(axis);
        if (parts < 1 || size % parts != 0 || index < 0 || index >= parts) {
            throw new IllegalArgumentException(
                    "no part " + index + " of " + parts + " along dimension " + axis + " of " + shape);
        }
        long inner = shape.subList(axis + 1, shape.size()).stream().reduce(1L, (a, b) -> a * b);
        long run = inner * (size / parts);
        List<Long> smaller = new ArrayList<>(shape);
        smaller.set(axis, size / parts);
        return new Tensor(type, smaller, (from, into) -> {
            for (long next = from; into.hasRemaining(); ) {
                int now = (int) Math.min(run - next % run, into.remaining() / type.bytes());
                ByteBuffer room =
                        into.slice(into.position(), now * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
                elements.copy(next / run * inner * size + index * run + next % run, room);
                into.position(into.position() + room.position());
                next += now;
            }
        });
    }

    /** The type of its elements in the file. */
    public DType type() {
        return type;
    }

    /** Its sizes; empty for a scalar. */
    public List<Long> shape() {
        return shape;
    }

    /** How many elements it has: 1 for a scalar, 0 where a size is 0. */
    public long count() {
        return count;
    }

    /** Bytes of its elements. */
    public long bytes() {
        return count * type.bytes();
    }

    /**
     * Converts all elements into the rest of {@code into}; see {@link DType} for what is exact.
     *
     * @throws IllegalArgumentException if {@code into} does not have room for exactly this many elements
     */
    public void read(FloatBuffer into) {
        if (into.remaining() != count) {
            throw new IllegalArgumentException(
                    "the buffer holds " + into.remaining() + " elements, the tensor has " + count);
        }
        ByteBuffer chunk = chunk();
        for (long done = 0; done < count; ) {
            done += next(chunk, done);
            type.toFloats(chunk, into);
        }
    }

    /**
     * All elements as floats.
     *
     * @throws ArithmeticException if there are 2^31 or more
     */
    public float[] floats() {
        float[] values = new float[Math.toIntExact(count)];
        read(FloatBuffer.wrap(values));
        return values;
    }

    /** Writes the elements as they are: little-endian, row-major, without any header. */
    public void write(OutputStream out) throws IOException {
        ByteBuffer chunk = chunk();
        for (long done = 0; done < count; ) {
            done += next(chunk, done);
            out.write(chunk.array(), 0, chunk.limit());
        }
    }

    private ByteBuffer chunk() {
        return ByteBuffer.allocate((int) Math.min(CHUNK, bytes())).order(ByteOrder.LITTLE_ENDIAN);
    }

    private long next(ByteBuffer chunk, long done) {
        long elementsNow = Math.min(chunk.capacity() / type.bytes(), count - done);
        chunk.clear().limit((int) elementsNow * type.bytes());
        elements.copy(done, chunk);
        if (chunk.hasRemaining()) {
            throw new IllegalStateException("the tensor has fewer elements than its shape declares");
        }
        chunk.flip();
        return elementsNow;
    }

    @Override
    public String toString() {
        return type + " " + shape;
    }
}
