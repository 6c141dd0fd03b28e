package io.github.resnet4j.spark.internal.tar;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Writes a POSIX tar file whose bytes depend on the names and contents of its entries alone: no times, no owners. */
public final class TarWriter implements Closeable {
    /** What tar programs round up to. */
    private static final int RECORD = 10240;

    private static final int CHECKSUM = 148;

    private final OutputStream out;
    private long position;

    /** Writes to {@code out}, which {@link #close} closes. */
    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /** Bytes that an entry of this size takes. */
    public static long bytes(long size) {
        return TarReader.BLOCK + (size + TarReader.BLOCK - 1) / TarReader.BLOCK * TarReader.BLOCK;
    }

    /**
     * Adds a file.
     *
     * @param name at most 100 characters of ASCII
     * @throws IllegalArgumentException if the name does not fit
     */
    public void add(String name, byte[] content) throws IOException {
        byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
        if (ascii.length > 100 || !name.equals(new String(ascii, StandardCharsets.US_ASCII))) {
            throw new IllegalArgumentException("\"" + name + "\" is not a name of at most 100 characters of ASCII");
        }
        byte[] header = new byte[TarReader.BLOCK];
        put(header, 0, name);
        put(header, 100, "0000644");
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, String.format(Locale.ROOT, "%011o", content.length));
        put(header, 136, "00000000000");
        put(header, CHECKSUM, "        ");
        header[156] = '0';
        put(header, 257, "ustar");
        put(header, 263, "00");
        int sum = 0;
        for (byte value : header) {
            sum += value & 0xff;
        }
        put(header, CHECKSUM, String.format(Locale.ROOT, "%06o", sum));
        header[CHECKSUM + 6] = 0;
        write(header);
        write(content);
        write(new byte[(TarReader.BLOCK - content.length % TarReader.BLOCK) % TarReader.BLOCK]);
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private void write(byte[] bytes) throws IOException {
        out.write(bytes);
        position += bytes.length;
    }

    /** Writes the end mark: a file without it is not whole. */
    public void finish() throws IOException {
        write(new byte[2 * TarReader.BLOCK]);
        write(new byte[(int) ((RECORD - position % RECORD) % RECORD)]);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
