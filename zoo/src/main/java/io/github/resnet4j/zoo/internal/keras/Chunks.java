package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * An array in chunks: boxes of one size that cover it, each filtered on its own. All are checked when the file is
 * opened, without keeping what comes out, so that a bad one costs no memory; they are decoded when the array is first
 * asked for.
 */
final class Chunks implements Tensor.Elements {
    private static final long LARGEST_CHUNK = 256L << 20;

    /** The fewest bytes that a chunk takes in an index. */
    private static final int LEAST_ENTRY = 32;

    private final Hdf5 file;
    private final Location place;
    private final Filters filters;
    private final Grid grid;
    private final int chunkBytes;
    private final Chunk[] chunks;

    /** Decoded, at the first use. */
    private byte[] values;

    /** Where a chunk is, how many bytes it has there, and which filters were left out. */
    private record Chunk(long address, long bytes, int leftOut) {}

    private Chunks(Hdf5 file, Location place, Filters filters, Grid grid) {
        this.file = file;
        this.place = place;
        this.filters = filters;
        this.grid = grid;
        this.chunkBytes = grid.boxBytes();
        this.chunks = new Chunk[(int) grid.count()];
    }

    /**
     * Finds the chunks and checks them.
     *
     * @param layout stands behind the layout's class
     * @param version of the layout: 3 with a B-tree, 4 with something else, of which a single chunk is read
     */
    static Chunks read(
            Hdf5 file, Location place, Dataspace shape, int width, Cursor layout, int version, Filters filters) {
        int flags = version == 4 ? layout.u8() : 0;
        int rank = layout.u8() - 1; // the last dimension is that of an element's bytes
        if (rank != shape.sizes().size() || rank == 0) {
            throw bad(file, Fault.CHUNK, place, "has chunks with a different number of dimensions");
        }
        long tree = version == 3 ? layout.i64() : Hdf5.NOWHERE;
        int sizeBytes = version == 3 ? Integer.BYTES : layout.u8();
        if (shape.sizes().stream().anyMatch(size -> size > Integer.MAX_VALUE)) { // an array of none, and yet large
            throw bad(file, Fault.OVERFLOW, place, "has the shape " + shape.sizes());
        }
        int[] sizes = shape.sizes().stream().mapToInt(Long::intValue).toArray();
        int[] box = new int[rank];
        long bytes = width;
        for (int d = 0; d < rank; d++) {
            long size = layout.unsigned(sizeBytes);
            if (size <= 0 || size > LARGEST_CHUNK / bytes || size > Math.max(1, sizes[d])) {
                throw bad(
                        file,
                        Fault.CHUNK,
                        place,
                        "has chunks of no bytes, of more than 256 MiB, or larger than itself");
            }
            bytes *= size;
            box[d] = (int) size;
        }
        if (layout.unsigned(sizeBytes) != width) {
            throw bad(file, Fault.CHUNK, place, "has chunks with elements of a different size");
        }
        Grid grid = new Grid(sizes, box, width);
        if (grid.count() > file.file().size() / LEAST_ENTRY) {
            throw bad(file, Fault.CHUNK, place, "should have " + grid.count() + " chunks, more than fit into the file");
        }
        file.account().decoded(grid.count() * bytes, place);
        Chunks chunks = new Chunks(file, place, filters, grid);
        if (version == 3) {
            BTree.walk(file, tree, BTree.CHUNKS, Long.BYTES * (rank + 2), chunks::add);
        } else {
            chunks.addSingle(layout, flags);
        }
        chunks.forAll(null);
        return chunks;
    }

    private void add(Cursor key, long address, Cursor next) {
        long bytes = key.u32();
        int leftOut = (int) key.u32();
        next.skip(Long.BYTES);
        long[] offsets = new long[grid.sizes().length + 1]; // the last counts the bytes of an element: 0 of a chunk
        long[] behind = new long[offsets.length];
        for (int d = 0; d < offsets.length; d++) {
            offsets[d] = key.i64();
            behind[d] = next.i64();
        }
        long number = grid.number(offsets);
        if (number < 0
                || offsets[offsets.length - 1] != 0
                || chunks[(int) number] != null
                || Arrays.compare(offsets, behind) >= 0) {
            throw key.bad(Fault.CHUNK, "belongs to a misplaced chunk");
        }
        chunks[(int) number] = chunk(address, bytes, leftOut);
    }

    /** The newest version of HDF5 has five indexes; of those a single chunk needs none. */
    private void addSingle(Cursor layout, int flags) {
        boolean filtered = (flags & 0x02) != 0;
        if (layout.u8() != 1 || (flags & 0x01) != 0 || chunks.length != 1) {
            throw file.unread(Fault.UNSUPPORTED, place, "has an array chunked in a way that Keras does not write");
        }
        long bytes = filtered ? layout.i64() : chunkBytes;
        int leftOut = filtered ? (int) layout.u32() : 0;
        chunks[0] = chunk(layout.i64(), bytes, leftOut);
    }

    private Chunk chunk(long address, long bytes, int leftOut) {
        long end = file.file().size() - file.base();
        if (address < 0 || bytes < 0 || bytes > end || address > end - bytes) {
            throw bad(Fault.CHUNK, "has a chunk past the end of the file");
        }
        file.account().stored(bytes, place);
        return new Chunk(address, bytes, leftOut);
    }

    @Override
    public synchronized void copy(long from, ByteBuffer into) {
        if (values == null) {
            byte[] array = new byte[grid.bytes()];
            forAll(array);
            file.file().requireUnchanged();
            values = array;
        }
        into.put(values, (int) from * grid.width(), into.remaining());
    }

    /** Decodes all chunks into {@code array}; if that is null, checks that they can be. */
    private void forAll(byte[] array) {
        byte[] window = array == null ? file.scratch(0) : new byte[Hdf5.WINDOW];
        byte[] unpacked = array == null ? file.scratch(1) : new byte[chunkBytes];
        byte[] plain = array == null ? null : new byte[chunkBytes];
        Inflater inflater = new Inflater();
        try {
            for (int i = 0; i < chunks.length; i++) {
                if (chunks[i] == null) {
                    throw bad(Fault.CHUNK, "lacks a chunk");
                }
                Filters applied = filters.of(chunks[i].leftOut);
                inflater.reset();
                unpack(chunks[i], applied, inflater, window, unpacked);
                if (array != null) {
                    boolean shuffled = applied.shuffle() >= 0;
                    if (shuffled) {
                        unshuffle(unpacked, plain);
                    }
                    grid.put(i, shuffled ? plain : unpacked, array);
                }
            }
        } finally {
            inflater.end();
        }
    }

    /**
     * Checks a chunk's checksum and decompresses it.
     *
     * @param into filled from its begin, and from its begin again where it is shorter than the chunk
     */
    private void unpack(Chunk chunk, Filters applied, Inflater inflater, byte[] window, byte[] into) {
        boolean summed = applied.fletcher32() >= 0;
        boolean deflated = applied.deflate() >= 0;
        long packed = chunk.bytes - (summed ? Integer.BYTES : 0);
        if (packed < 0 || !deflated && packed != chunkBytes) {
            throw bad(Fault.FILTER, "has a chunk of " + chunk.bytes + " bytes, which its filters cannot have produced");
        }
        long first = file.base() + chunk.address;
        Fletcher32 sum = new Fletcher32();
        int done = 0;
        for (long at = 0; at < packed; ) {
            int length = (int) Math.min(window.length, packed - at);
            file.file().copy(first + at, ByteBuffer.wrap(window, 0, length));
            if (summed) {
                sum.update(window, length);
            }
            if (deflated) {
                inflater.setInput(window, 0, length);
                done = inflate(inflater, into, done);
            } else {
                done = keep(window, length, into, done);
            }
            at += length;
            if (inflater.finished() && (at < packed || inflater.getRemaining() > 0)) {
                throw bad(Fault.FILTER, "has a compressed chunk with bytes left over at its end");
            }
        }
        if (done != chunkBytes || deflated && !inflater.finished()) {
            throw bad(Fault.FILTER, "has a compressed chunk that ends early");
        }
        if (summed && file.file().buffer(first + packed, Integer.BYTES).getInt() != sum.value()) {
            throw bad(Fault.CHECKSUM, "has a chunk that does not match its checksum");
        }
    }

    private static int keep(byte[] window, int length, byte[] into, int done) {
        if (into.length >= done + length) { // otherwise what comes out is not wanted
            System.arraycopy(window, 0, into, done, length);
        }
        return done + length;
    }

    /** Inflates what the inflater has; returns how many bytes of the chunk are inflated so far. */
    private int inflate(Inflater inflater, byte[] into, int before) {
        int done = before;
        try {
            while (done < chunkBytes) {
                int at = done % into.length;
                int count = inflater.inflate(into, at, Math.min(into.length - at, chunkBytes - done));
                if (count == 0) { // at its end, or the end of what it has
                    return done;
                }
                done += count;
            }
            if (inflater.inflate(new byte[1]) > 0) {
                throw bad(Fault.FILTER, "has a compressed chunk of more than " + chunkBytes + " bytes");
            }
            return done;
        } catch (DataFormatException e) {
            throw bad(Fault.FILTER, "has a chunk that is not compressed by zlib");
        }
    }

    /** Puts the bytes of each element together again. */
    private void unshuffle(byte[] from, byte[] into) {
        int width = grid.width();
        int count = from.length / width;
        for (int b = 0; b < width; b++) {
            for (int i = 0; i < count; i++) {
                into[i * width + b] = from[b * count + i];
            }
        }
    }

    private BadWeightsException bad(Fault fault, String problem) {
        return bad(file, fault, place, problem);
    }

    private static BadWeightsException bad(Hdf5 file, Fault fault, Location place, String problem) {
        return file.damaged(fault, place, "an array " + problem);
    }
}
