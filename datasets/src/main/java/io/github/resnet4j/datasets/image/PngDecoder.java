package io.github.resnet4j.datasets.image;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * PNG (ISO/IEC 15948), all colour types and depths, interlaced or not; of an APNG its default picture.
 *
 * <p>Rows are inflated one at a time into the result; chunks other than IHDR, PLTE, IDAT and IEND are checked (CRC) and
 * skipped, never inflated.
 */
final class PngDecoder {
    private static final int SIGNATURE = 8;

    private static final int IHDR = chunk("IHDR");
    private static final int PLTE = chunk("PLTE");
    private static final int IDAT = chunk("IDAT");
    private static final int IEND = chunk("IEND");

    private static final int GREY = 0;
    private static final int RGB = 2;
    private static final int PALETTE = 3;
    private static final int GREY_ALPHA = 4;
    private static final int RGBA = 6;

    /** Adam7: the passes' first column and row, and their distances. */
    private static final int[][] ADAM7 = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };

    private static final int[][] WHOLE = {{0, 0, 1, 1}};

    private record Slice(int offset, int length) {}

    private final byte[] bytes;
    private final ByteReader in;
    private final ImageHeader header;
    private final boolean indexed;
    private final boolean interlaced;
    private final byte[] palette = Palette.grey();
    private boolean hasPalette;
    private final Deque<Slice> data = new ArrayDeque<>();
    private final Inflater inflater;

    private PngDecoder(byte[] bytes, ByteReader in, ImageHeader header, Inflater inflater) {
        this.bytes = bytes;
        this.in = in;
        this.header = header;
        this.inflater = inflater;
        in.seek(SIGNATURE + 8 + 9);
        this.indexed = in.u8() == PALETTE;
        in.skip(2);
        this.interlaced = in.u8() == 1;
    }

    static ImageHeader header(ByteReader in) {
        in.skip(SIGNATURE);
        if (in.u32() != 13 || in.u32() != IHDR) {
            throw in.bad("is a damaged PNG: it does not begin with its header chunk");
        }
        long width = in.u32();
        long height = in.u32();
        int bits = in.u8();
        int type = in.u8();
        int compression = in.u8();
        int filter = in.u8();
        int interlace = in.u8();
        int channels =
                switch (type) {
                    case GREY, PALETTE -> 1;
                    case GREY_ALPHA -> 2;
                    case RGB -> 3;
                    case RGBA -> 4;
                    default -> throw in.bad("is a damaged PNG: colour type " + type);
                };
        boolean known = bits == 8
                || bits == 16 && type != PALETTE
                || (bits == 1 || bits == 2 || bits == 4) && (type == GREY || type == PALETTE);
        if (!known || compression != 0 || filter != 0 || interlace > 1) {
            throw in.bad("is a damaged PNG: depth " + bits + " with colour type " + type + ", compression "
                    + compression + ", filter " + filter + ", interlace " + interlace);
        }
        return ImageHeader.of(in, ImageFormat.PNG, width, height, channels, bits);
    }

    static byte[] decode(byte[] bytes, Path name, ImageHeader header) {
        Inflater inflater = new Inflater();
        try {
            PngDecoder decoder = new PngDecoder(bytes, new ByteReader(bytes, name), header, inflater);
            decoder.readChunks();
            return decoder.readRows();
        } finally {
            inflater.end();
        }
    }

    private void readChunks() {
        in.seek(SIGNATURE);
        CRC32 crc = new CRC32();
        int type = 0;
        while (type != IEND) {
            long length = in.u32();
            int start = in.position();
            type = (int) in.u32();
            in.skip(length);
            crc.reset();
            crc.update(bytes, start, in.position() - start);
            if (in.u32() != crc.getValue()) {
                throw in.bad("is a damaged PNG: the checksum of chunk " + name(type) + " is wrong");
            }
            Slice content = new Slice(start + 4, (int) length);
            if (type == PLTE) {
                readPalette(content);
            } else if (type == IDAT) {
                data.add(content);
            }
        }
    }

    private void readPalette(Slice chunk) {
        if (chunk.length() % 3 != 0 || chunk.length() > palette.length) {
            throw in.bad("is a damaged PNG: a palette of " + chunk.length() + " bytes");
        }
        System.arraycopy(bytes, chunk.offset(), palette, 0, chunk.length());
        hasPalette = true;
    }

    private byte[] readRows() {
        if (indexed && !hasPalette) {
            throw in.bad("is a damaged PNG: it has no palette");
        }
        byte[] out = header.allocate();
        int bitsPerPixel = header.channels() * header.bits();
        int step = Math.max(1, bitsPerPixel / 8);
        for (int[] pass : interlaced ? ADAM7 : WHOLE) {
            int columns = count(header.width(), pass[0], pass[2]);
            int rows = count(header.height(), pass[1], pass[3]);
            if (columns == 0) {
                continue;
            }
            int size = Math.toIntExact(((long) columns * bitsPerPixel + 7) / 8);
            // Filter byte and row, behind as many zeros as the filters look back.
            byte[] row = new byte[step + size];
            byte[] above = new byte[step + size];
            byte[] filter = new byte[1];
            for (int r = 0; r < rows; r++) {
                inflate(filter, 0, 1);
                inflate(row, step, size);
                unfilter(filter[0], row, above, step);
                int y = pass[1] + r * pass[3];
                expand(row, step, columns, out, (y * header.width() + pass[0]) * 3, pass[2] * 3);
                byte[] swap = above;
                above = row;
                row = swap;
            }
        }
        return out;
    }

    /** How many of 0 .. size-1 are first, first + step, ... */
    private static int count(int size, int first, int step) {
        return size <= first ? 0 : (size - first - 1) / step + 1;
    }

    private void inflate(byte[] out, int offset, int length) {
        int done = 0;
        while (done < length) {
            int n;
            try {
                n = inflater.inflate(out, offset + done, length - done);
            } catch (DataFormatException e) {
                throw in.bad("is a damaged PNG: its compressed data is invalid (" + e.getMessage() + ")");
            }
            done += n;
            if (n == 0) {
                if (inflater.finished() || inflater.needsDictionary() || data.isEmpty()) {
                    throw in.bad("is a truncated or damaged PNG: its data ends before its last row");
                }
                Slice next = data.remove();
                inflater.setInput(bytes, next.offset(), next.length());
            }
        }
    }

    private void unfilter(int filter, byte[] row, byte[] above, int step) {
        switch (filter) {
            case 0 -> {}
            case 1 -> {
                for (int i = step; i < row.length; i++) {
                    row[i] += row[i - step];
                }
            }
            case 2 -> {
                for (int i = step; i < row.length; i++) {
                    row[i] += above[i];
                }
            }
            case 3 -> {
                for (int i = step; i < row.length; i++) {
                    row[i] += (byte) ((row[i - step] & 0xff) + (above[i] & 0xff) >> 1);
                }
            }
            case 4 -> {
                for (int i = step; i < row.length; i++) {
                    row[i] += (byte) paeth(row[i - step] & 0xff, above[i] & 0xff, above[i - step] & 0xff);
                }
            }
            default -> throw in.bad("is a damaged PNG: row filter " + (filter & 0xff));
        }
    }

    private static int paeth(int left, int up, int corner) {
        int estimate = left + up - corner;
        int toLeft = Math.abs(estimate - left);
        int toUp = Math.abs(estimate - up);
        int toCorner = Math.abs(estimate - corner);
        if (toLeft <= toUp && toLeft <= toCorner) {
            return left;
        }
        return toUp <= toCorner ? up : corner;
    }

    /** Writes {@code columns} pixels of a row as RGB, at {@code o} and every {@code step} bytes from there. */
    private void expand(byte[] row, int start, int columns, byte[] out, int o, int step) {
        int channels = header.channels();
        int bits = header.bits();
        if (bits < 8) {
            int mask = (1 << bits) - 1;
            for (int x = 0; x < columns; x++, o += step) {
                int bit = x * bits;
                int v = row[start + (bit >> 3)] >> 8 - bits - (bit & 7) & mask;
                put(indexed ? v : v * (255 / mask), out, o);
            }
        } else if (channels < 3) {
            // Of 16 bits the first byte is the high one.
            int pixel = channels * bits / 8;
            for (int x = 0, i = start; x < columns; x++, i += pixel, o += step) {
                put(row[i] & 0xff, out, o);
            }
        } else {
            int sample = bits / 8;
            int pixel = channels * sample;
            for (int x = 0, i = start; x < columns; x++, i += pixel, o += step) {
                out[o] = row[i];
                out[o + 1] = row[i + sample];
                out[o + 2] = row[i + 2 * sample];
            }
        }
    }

    /** Index or grey alike: without a palette of its own a picture has the grey one. */
    private void put(int v, byte[] out, int o) {
        if (indexed) {
            System.arraycopy(palette, v * 3, out, o, 3);
        } else {
            out[o] = out[o + 1] = out[o + 2] = (byte) v;
        }
    }

    private static int chunk(String name) {
        return name.charAt(0) << 24 | name.charAt(1) << 16 | name.charAt(2) << 8 | name.charAt(3);
    }

    private static String name(int type) {
        StringBuilder name = new StringBuilder();
        for (int shift = 24; shift >= 0; shift -= 8) {
            int c = type >> shift & 0xff;
            name.append(c > ' ' && c < 0x7f ? (char) c : '?');
        }
        return name.toString();
    }
}
