package io.github.resnet4j.zoo.internal.npz;

import io.github.resnet4j.zoo.internal.zip.StrictZip;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Tensor;
import java.nio.ByteBuffer;

/**
 * The elements of one array in an archive, little-endian and row-major. Those that are compressed, or lie column by
 * column, are held in memory from the first that is read to the last.
 */
final class NpyElements implements Tensor.Elements {
    private final FileBytes file;
    private final StrictZip zip;
    private final StrictZip.Entry entry;
    private final NpyHeader header;
    private final int width;
    private final long count;
    private byte[] contents;

    NpyElements(FileBytes file, StrictZip zip, StrictZip.Entry entry, NpyHeader header, int width) {
        this.file = file;
        this.zip = zip;
        this.entry = entry;
        this.header = header;
        this.width = width;
        this.count = header.count(width);
    }

    @Override
    public synchronized void copy(long from, ByteBuffer into) {
        int begin = into.position();
        long end = from + into.remaining() / width;
        if (entry.stored() && !byColumns()) {
            file.copy(entry.offset() + header.bytes() + from * width, into);
        } else {
            if (contents == null) {
                contents = zip.read(entry, NpzFile.MOST_PACKED, NpzFile.MOST_RATIO);
            }
            for (long element = from; element < end; element++) {
                long at = byColumns() ? column(element) : element;
                into.put(contents, header.bytes() + Math.toIntExact(at * width), width);
            }
        }
        if (header.bigEndian()) {
            reverse(into, begin);
        }
        if (end == count) {
            contents = null;
            file.requireUnchanged();
        }
    }

    private boolean byColumns() {
        return header.fortran() && header.shape().size() > 1;
    }

    /** Where the element of a row-major index lies if the first index changes fastest. */
    private long column(long element) {
        long at = 0;
        long rest = element;
        long weight = count;
        for (int i = header.shape().size() - 1; i >= 0; i--) {
            long size = header.shape().get(i);
            weight /= size;
            at += rest % size * weight;
            rest /= size;
        }
        return at;
    }

    private void reverse(ByteBuffer into, int begin) {
        for (int at = begin; at < into.position(); at += width) {
            for (int low = at, high = at + width - 1; low < high; low++, high--) {
                byte swapped = into.get(low);
                into.put(low, into.get(high));
                into.put(high, swapped);
            }
        }
    }
}
