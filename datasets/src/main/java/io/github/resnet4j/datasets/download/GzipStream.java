package io.github.resnet4j.datasets.download;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * What a {@code .gz} file holds (RFC 1952), read to its end: one member with the right checksum and nothing behind it.
 * {@link java.util.zip.GZIPInputStream} reads on with whatever follows, or ignores it.
 */
final class GzipStream extends InflaterInputStream {
    private static final int BUFFER = 1 << 16;

    /** Longest file name or comment, which is ignored. */
    private static final int MAX_TEXT = 1 << 12;

    private static final int HEADER_CHECKSUM = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;

    private final CRC32 crc = new CRC32();
    private boolean ended;

    /**
     * Begins to read.
     *
     * @throws IOException if {@code in} does not begin as a {@code .gz} file does
     */
    GzipStream(InputStream in) throws IOException {
        super(in, new Inflater(true), BUFFER);
        try {
            skipHeader();
        } catch (IOException e) {
            inf.end();
            throw e;
        }
    }

    private void skipHeader() throws IOException {
        if (little(in, 2) != 0x8b1f || next(in) != 8) {
            throw new ZipException("it does not start like one");
        }
        int flags = next(in);
        little(in, 6); // time, compression, system
        if ((flags & 0xE0) != 0) {
            throw new ZipException("unknown flags");
        }
        if ((flags & EXTRA) != 0) {
            in.skipNBytes(little(in, 2));
        }
        skipText((flags & NAME) != 0);
        skipText((flags & COMMENT) != 0);
        if ((flags & HEADER_CHECKSUM) != 0) {
            little(in, 2);
        }
    }

    private void skipText(boolean present) throws IOException {
        int length = 0;
        while (present && next(in) != 0) {
            if (++length > MAX_TEXT) {
                throw new ZipException("a name of more than " + MAX_TEXT + " bytes");
            }
        }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (ended) {
            return -1;
        }
        int n = super.read(target, offset, length);
        if (n >= 0) {
            crc.update(target, offset, n);
        } else {
            ended = true;
            requireEnd();
        }
        return n;
    }

    private void requireEnd() throws IOException {
        int rest = inf.getRemaining();
        InputStream trailer = new SequenceInputStream(new ByteArrayInputStream(buf, len - rest, rest), in);
        if (little(trailer, 4) != crc.getValue() || little(trailer, 4) != (inf.getBytesWritten() & 0xFFFF_FFFFL)) {
            throw new ZipException("its checksum is wrong");
        }
        if (trailer.read() >= 0) {
            throw new ZipException("data follows its end");
        }
    }

    private static long little(InputStream from, int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) next(from) << 8 * i;
        }
        return value;
    }

    private static int next(InputStream from) throws IOException {
        int value = from.read();
        if (value < 0) {
            throw new EOFException("it ends early");
        }
        return value;
    }

    @Override
    public void close() throws IOException {
        super.close();
        inf.end();
    }
}
