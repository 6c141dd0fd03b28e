package io.github.resnet4j.finetune.internal.features;

import io.github.resnet4j.files.AtomicFile;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * Rows of as many values each, one for every image of a part of a data set: a header, the rows as little-endian floats, a
 * byte for each row that tells whether it is there, and a checksum of all that. A row of an image that could not be read is
 * zeros and not there.
 */
final class FeatureFile implements AutoCloseable {
    private static final long MAGIC = 0x5234_4a46_4541_5431L; // "R4JFEAT1"
    private static final int HEADER = Long.BYTES + 2 * Integer.BYTES;
    private static final int BUFFER = 1 << 20;

    private final FileChannel channel;
    private final int values;
    private final byte[] there;

    private FeatureFile(FileChannel channel, int values, byte[] there) {
        this.channel = channel;
        this.values = values;
        this.there = there;
    }

    /** Bytes of a file of so many rows. */
    static long bytes(int rows, int values) {
        return HEADER + (long) rows * values * Float.BYTES + rows + Integer.BYTES;
    }

    /** Hands over the rows of a file. */
    @FunctionalInterface
    interface Rows {
        void writeTo(Sink sink) throws IOException;
    }

    /** Writes a file with what {@code rows} hands over. */
    static void write(Path file, int rows, int values, Rows content) throws IOException {
        AtomicFile.write(file, out -> {
            CheckedOutputStream sum = new CheckedOutputStream(out, new CRC32C());
            DataOutputStream data = new DataOutputStream(sum);
            data.writeLong(MAGIC);
            data.writeInt(rows);
            data.writeInt(values);
            Sink sink = new Sink(sum, rows, values);
            content.writeTo(sink);
            sink.finish();
            data.writeInt((int) sum.getChecksum().getValue());
        });
    }

    /** Takes rows in ascending order. */
    static final class Sink {
        private final OutputStream out;
        private final byte[] there;
        private final ByteBuffer row;
        private int next;

        private Sink(OutputStream out, int rows, int values) {
            this.out = out;
            this.there = new byte[rows];
            this.row =
                    ByteBuffer.allocate(Math.multiplyExact(values, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        }

        /** @param number of the row, above those of the rows before */
        void put(int number, float[] values, int offset) throws IOException {
            skipTo(number);
            row.clear();
            row.asFloatBuffer().put(values, offset, row.capacity() / Float.BYTES);
            out.write(row.array());
            there[next++] = 1;
        }

        private void skipTo(int number) throws IOException {
            if (number < next || number > there.length) {
                throw new IllegalArgumentException("row " + number + " after row " + (next - 1));
            }
            byte[] zeros = new byte[row.capacity()];
            for (; next < number; next++) {
                out.write(zeros);
            }
        }

        private void finish() throws IOException {
            skipTo(there.length);
            out.write(there);
        }
    }

    /**
     * Opens a file, all of which is read once.
     *
     * @throws IOException if it is not there, or not what was written
     */
    static FeatureFile open(Path file, int rows, int values) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new FeatureFile(channel, values, verified(channel, file, rows, values));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Which rows are there. */
    private static byte[] verified(FileChannel channel, Path file, int rows, int values) throws IOException {
        long end = bytes(rows, values) - Integer.BYTES;
        ByteBuffer header = read(channel, 0, HEADER);
        if (channel.size() != end + Integer.BYTES
                || header.getLong(0) != MAGIC
                || header.getInt(Long.BYTES) != rows
                || header.getInt(Long.BYTES + Integer.BYTES) != values) {
            throw new IOException(file + ": is not a file of " + rows + " rows of " + values + " values");
        }
        CRC32C sum = new CRC32C();
        for (long at = 0; at < end; at += BUFFER) {
            sum.update(read(channel, at, (int) Math.min(BUFFER, end - at)));
        }
        if (read(channel, end, Integer.BYTES).getInt() != (int) sum.getValue()) {
            throw new IOException(file + ": is damaged, its checksum does not match");
        }
        return read(channel, end - rows, rows).array();
    }

    private static ByteBuffer read(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException("ends at byte " + (position + bytes.position()));
            }
        }
        return bytes.flip();
    }

    boolean has(int row) {
        return there[row] != 0;
    }

    /** Safe for use by several threads. */
    void read(int row, float[] out, int offset) throws IOException {
        int length = values * Float.BYTES;
        read(channel, HEADER + (long) row * length, length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(out, offset, values);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
