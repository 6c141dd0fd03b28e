package io.github.resnet4j.zoo.internal.torch;

import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The elements of a tensor in row-major order, wherever its strides put them: transposed, channels last, every second, or
 * one element for all.
 */
final class Gather implements Tensor.Elements {
    /** As long as elements lie no farther apart, reading all that is between them costs less than reading each. */
    private static final int SPARSE = 4;

    private final FileBytes file;
    private final long start;
    private final int width;
    private final long[] sizes;
    private final long[] strides;

    /**
     * Elements of a file, all of which must be in it.
     *
     * @param start the byte at which the first is
     */
    Gather(FileBytes file, long start, Value.Strided tensor) {
        this.file = file;
        this.start = start;
        this.width = tensor.type().bytes();
        // Dimensions of one element say nothing, and two that follow one another without a gap are one.
        List<long[]> dimensions = new ArrayList<>();
        for (int i = 0; i < tensor.sizes().length; i++) {
            long size = tensor.sizes()[i];
            long stride = tensor.strides()[i];
            long[] outer = dimensions.isEmpty() ? null : dimensions.get(dimensions.size() - 1);
            if (outer != null && size != 1 && outer[1] == size * stride) {
                outer[0] *= size;
                outer[1] = stride;
            } else if (size != 1) {
                dimensions.add(new long[] {size, stride});
            }
        }
        this.sizes = dimensions.stream().mapToLong(dimension -> dimension[0]).toArray();
        this.strides = dimensions.stream().mapToLong(dimension -> dimension[1]).toArray();
    }

    @Override
    public void copy(long from, ByteBuffer into) {
        if (sizes.length == 0 || sizes.length == 1 && strides[0] == 1) {
            file.copy(start + from * width, into);
            return;
        }
        int count = into.remaining() / width;
        long[] first = indices(from);
        long[] last = indices(from + count - 1);
        int outermost = 0;
        while (outermost < sizes.length - 1 && first[outermost] == last[outermost]) {
            outermost++;
        }
        // Everything lies between these two: within the outermost index that changes, any index may occur.
        long low = 0;
        long high = 0;
        for (int i = 0; i < sizes.length; i++) {
            low += i <= outermost ? first[i] * strides[i] : 0;
            high += (i <= outermost ? last[i] : sizes[i] - 1) * strides[i];
        }
        if (high - low < (long) SPARSE * count) {
            ByteBuffer between =
                    ByteBuffer.wrap(file.read(start + low * width, Math.toIntExact((high - low + 1) * width)));
            long origin = low;
            each(first, count, element -> {
                int at = (int) (element - origin) * width;
                into.put(into.position(), between, at, width).position(into.position() + width);
            });
        } else {
            int limit = into.limit();
            each(first, count, element -> {
                into.limit(into.position() + width);
                file.copy(start + element * width, into);
            });
            into.limit(limit);
        }
    }

    /** Where an element is, in elements. */
    @FunctionalInterface
    private interface Taker {
        void take(long element);
    }

    private void each(long[] index, int count, Taker taker) {
        int innermost = sizes.length - 1;
        for (int done = 0; done < count; ) {
            long element = 0;
            for (int i = 0; i <= innermost; i++) {
                element += index[i] * strides[i];
            }
            int run = (int) Math.min(count - done, sizes[innermost] - index[innermost]);
            for (int i = 0; i < run; i++) {
                taker.take(element + i * strides[innermost]);
            }
            done += run;
            index[innermost] += run;
            for (int i = innermost; i > 0 && index[i] == sizes[i]; i--) {
                index[i] = 0;
                index[i - 1]++;
            }
        }
    }

    private long[] indices(long element) {
        long[] indices = new long[sizes.length];
        long rest = element;
        for (int i = sizes.length - 1; i >= 0; i--) {
            indices[i] = rest % sizes[i];
            rest /= sizes[i];
        }
        return indices;
    }
}
