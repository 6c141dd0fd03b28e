package io.github.resnet4j.spark.internal.tar;

import io.github.resnet4j.files.Printable;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads an untrusted tar file from its beginning to its end: POSIX ustar, with the long names of GNU and of PAX. Nothing is
 * extracted; an entry's name is only text. What a header may claim is bounded before memory is allocated for it.
 *
 * <p>A tar file ends with zeros. One that does not was cut, and says so, even where it was cut between two entries: other
 * readers take such a file for whole.
 */
public final class TarReader implements Closeable {
    static final int BLOCK = 512;

    /** Records before an entry: names and times. Real ones have a few hundred bytes. */
    private static final int MOST_RECORD_BYTES = 1 << 16;

    private static final int NAME = 0;
    private static final int NAME_LENGTH = 100;
    private static final int SIZE = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_LENGTH = 8;
    private static final int TYPE = 156;
    private static final int MAGIC = 257;
    private static final int PREFIX = 345;
    private static final int PREFIX_LENGTH = 155;

    private final InputStream in;
    private final byte[] block = new byte[BLOCK];
    /** Bytes read so far. */
    private long position;
    /** Bytes of the current entry, and of its padding, that are still to be read. */
    private long left;

    private long padding;
    private String current = "";

    /**
     * An entry.
     *
     * @param name as written, of any length up to 64 KiB; empty for an entry without one
     * @param size bytes of its content
     * @param offset byte of the file at which its header begins
     * @param isFile whether it is a plain file, not a folder, link or device
     */
    public record Entry(String name, long size, long offset, boolean isFile) {}

    /** Reads {@code in}, which {@link #close} closes. */
    public TarReader(InputStream in) {
        this.in = in;
    }

    /**
     * The next entry; empty at the end of the file.
     *
     * @throws BadTarException if the file is cut or no tar file
     * @throws IOException if it cannot be read
     */
    public Optional<Entry> next() throws IOException {
        skip(left + padding);
        left = 0;
        padding = 0;
        String longName = "";
        long longSize = -1;
        long offset = position;
        while (true) {
            if (!readHeader()) {
                return Optional.empty();
            }
            long size = size();
            char type = (char) block[TYPE];
            if (type == 'L' || type == 'K' || type == 'x' || type == 'g') {
                byte[] record = record(size);
                if (type == 'L') {
                    longName = text(record, 0, record.length);
                } else if (type == 'x') {
                    longName = pax(record, "path").orElse(longName);
                    longSize = number(pax(record, "size").orElse("-1"));
                }
                continue;
            }
            String name = longName.isEmpty() ? name() : longName;
            boolean isFile = (type == '0' || type == 0 || type == '7') && !name.endsWith("/");
            left = longSize >= 0 ? longSize : size;
            padding = padding(left);
            current = name;
            return Optional.of(new Entry(name, left, offset, isFile));
        }
    }

    /**
     * The whole content of the entry that was read last.
     *
     * @param most bytes to allow
     * @throws IllegalArgumentException if it has more
     * @throws BadTarException if the file is cut in the middle of it
     */
    public byte[] content(int most) throws IOException {
        if (left > most) {
            throw new IllegalArgumentException(left + " bytes, more than " + most);
        }
        int size = (int) left;
        byte[] bytes = in.readNBytes(size);
        position += bytes.length;
        if (bytes.length < size) {
            throw cut();
        }
        left = 0;
        return bytes;
    }

    /** Bytes read so far. */
    public long position() {
        return position;
    }

    /** Reads a header into the block; false at the end of the file. */
    private boolean readHeader() throws IOException {
        long at = position;
        int read = in.readNBytes(block, 0, BLOCK);
        position += read;
        if (read < BLOCK) {
            throw new BadTarException("is cut: it ends at byte " + position + " without the end mark of a tar file");
        }
        if (isZero()) {
            return false;
        }
        long written = octal(CHECKSUM, CHECKSUM_LENGTH);
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            boolean own = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_LENGTH;
            sum += own ? ' ' : block[i] & 0xff;
        }
        if (sum != written) {
            throw new BadTarException(
                    at == 0
                            ? "is not a tar file: it does not begin with a header"
                            : "is damaged at byte " + at + ": there is no header where one must be");
        }
        return true;
    }

    private boolean isZero() {
        for (byte value : block) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    private byte[] record(long size) throws IOException {
        if (size > MOST_RECORD_BYTES) {
            throw new BadTarException("is damaged at byte " + position + ": a name of " + size + " bytes");
        }
        byte[] record = in.readNBytes((int) size);
        position += record.length;
        if (record.length < size) {
            throw cut();
        }
        skip(padding(size));
        return record;
    }

    private long size() throws BadTarException {
        long size = (block[SIZE] & 0x80) != 0 ? binary(SIZE, SIZE_LENGTH) : octal(SIZE, SIZE_LENGTH);
        if (size < 0) {
            throw new BadTarException(
                    "is damaged at byte " + (position - BLOCK) + ": an entry has no size that is possible");
        }
        return size;
    }

    /** Spaces and zeros around octal digits; -1 for anything else. */
    private long octal(int from, int length) {
        long value = 0;
        int i = from;
        int end = from + length;
        while (i < end && block[i] == ' ') {
            i++;
        }
        for (; i < end && block[i] != 0 && block[i] != ' '; i++) {
            if (block[i] < '0' || block[i] > '7') {
                return -1;
            }
            value = value * 8 + block[i] - '0';
        }
        return value;
    }

    /** GNU's way to write sizes of 8 GiB and more; -1 for what is negative or does not fit. */
    private long binary(int from, int length) {
        long value = block[from] & 0x3f;
        for (int i = from + 1; i < from + length; i++) {
            if (value > Long.MAX_VALUE >> 9) {
                return -1;
            }
            value = value << 8 | block[i] & 0xff;
        }
        return (block[from] & 0x40) != 0 ? -1 : value;
    }

    private String name() {
        String name = text(block, NAME, NAME_LENGTH);
        boolean ustar = text(block, MAGIC, 6).equals("ustar"); // GNU's "ustar  " has other fields in the prefix's place
        String prefix = ustar ? text(block, PREFIX, PREFIX_LENGTH) : "";
        return prefix.isEmpty() ? name : prefix + '/' + name;
    }

    /** Up to the first zero. */
    private static String text(byte[] bytes, int from, int length) {
        int end = from;
        while (end < from + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }

    /** The value of a key in the records {@code LENGTH KEY=VALUE\n}. */
    private static Optional<String> pax(byte[] records, String key) {
        Optional<String> found = Optional.empty();
        for (int from = 0; from < records.length; ) {
            int space = from;
            while (space < records.length && records[space] != ' ') {
                space++;
            }
            long length = number(new String(records, from, space - from, StandardCharsets.US_ASCII));
            if (length <= space - from + 1 || from + length > records.length) {
                return found;
            }
            String record = new String(records, space + 1, (int) (from + length - space - 2), StandardCharsets.UTF_8);
            if (record.startsWith(key + '=')) {
                found = Optional.of(record.substring(key.length() + 1));
            }
            from += (int) length;
        }
        return found;
    }

    private static long number(String text) {
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : -1;
    }

    private static long padding(long size) {
        return (BLOCK - size % BLOCK) % BLOCK;
    }

    private void skip(long count) throws IOException {
        long rest = count;
        while (rest > 0) {
            long skipped = in.skip(rest);
            if (skipped <= 0) {
                if (in.read() < 0) {
                    throw cut();
                }
                skipped = 1;
            }
            position += skipped;
            rest -= skipped;
        }
    }

    private BadTarException cut() {
        return new BadTarException("is cut: it ends at byte " + position
                + (current.isEmpty() ? "" : ", in or behind \"" + Printable.brief(current) + "\""));
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
