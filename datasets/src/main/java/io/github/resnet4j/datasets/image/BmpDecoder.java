package io.github.resnet4j.datasets.image;

import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * Windows and OS/2 bitmaps: 1, 4, 8, 16, 24 and 32 bits a pixel, run-length coded or with bit fields, either way up.
 */
final class BmpDecoder {
    private static final int FILE_HEADER = 14;
    private static final int OS2_HEADER = 12;

    private static final int RAW = 0;
    private static final int RLE8 = 1;
    private static final int RLE4 = 2;
    private static final int BITFIELDS = 3;

    private final ByteReader in;
    private final long width;
    private final long height;
    private final boolean topDown;
    private final int bits;
    private final int compression;
    private final long pixelData;
    private final byte[] palette = Palette.grey();
    private final int[] masks;

    private BmpDecoder(ByteReader in) {
        this.in = in;
        in.skip(10);
        pixelData = in.u32LittleEndian();
        long headerSize = in.u32LittleEndian();
        long colours = 0;
        if (headerSize == OS2_HEADER) {
            width = in.u16LittleEndian();
            height = in.u16LittleEndian();
            topDown = false;
            in.skip(2);
            bits = in.u16LittleEndian();
            compression = RAW;
        } else if (headerSize >= 40 && headerSize <= 124) {
            width = (int) in.u32LittleEndian();
            long rows = (int) in.u32LittleEndian();
            topDown = rows < 0;
            height = Math.abs(rows);
            in.skip(2);
            bits = in.u16LittleEndian();
            compression = (int) in.u32LittleEndian();
            in.skip(12);
            colours = in.u32LittleEndian();
            in.skip(4);
        } else {
            throw in.bad("is not a BMP image: a header of " + headerSize + " bytes");
        }
        boolean known =
                switch (compression) {
                    case RAW -> IntStream.of(1, 4, 8, 16, 24, 32).anyMatch(b -> b == bits);
                    case RLE8 -> bits == 8;
                    case RLE4 -> bits == 4;
                    case BITFIELDS -> bits == 16 || bits == 32;
                    default -> false;
                };
        if (!known) {
            throw in.bad("is a BMP of " + bits + " bits with compression " + compression
                    + ", which is not supported: convert it to PNG");
        }
        masks = masks();
        if (bits <= 8) {
            in.seek(Math.max(in.position(), FILE_HEADER + headerSize));
            readPalette(colours, headerSize == OS2_HEADER ? 3 : 4);
        }
    }

    static ImageHeader header(ByteReader in) {
        BmpDecoder decoder = new BmpDecoder(in);
        boolean colour = decoder.bits > 8;
        return ImageHeader.of(
                in, ImageFormat.BMP, decoder.width, decoder.height, colour ? 3 : 1, colour ? 8 : decoder.bits);
    }

    static byte[] decode(byte[] bytes, Path name, ImageHeader header) {
        return new BmpDecoder(new ByteReader(bytes, name)).readPixels(header);
    }

    /** Where red, green and blue are in a pixel of 16 or more bits. */
    private int[] masks() {
        int[] fields = {0xff0000, 0xff00, 0xff};
        if (bits == 16) {
            fields = new int[] {0x7c00, 0x3e0, 0x1f};
        }
        if (compression != BITFIELDS) {
            return fields;
        }
        // Behind a header of 40 bytes or, in the same place, inside a longer one.
        int[] own = {(int) in.u32LittleEndian(), (int) in.u32LittleEndian(), (int) in.u32LittleEndian()};
        if ((own[0] | own[1] | own[2]) == 0) {
            return fields;
        }
        for (int mask : own) {
            int run = mask >>> Integer.numberOfTrailingZeros(mask);
            if (mask == 0 || (run & run + 1) != 0) {
                throw in.bad("is a damaged BMP: bit field " + Integer.toHexString(mask));
            }
        }
        return own;
    }

    private void readPalette(long colours, int entry) {
        int most = 1 << bits;
        int count = colours == 0 ? most : (int) Math.min(colours, most);
        // A palette may be shorter than it says; the pixels then begin inside it.
        count = (int) Math.min(count, Math.max(0, pixelData - in.position()) / entry);
        for (int i = 0; i < count; i++) {
            palette[i * 3 + 2] = (byte) in.u8();
            palette[i * 3 + 1] = (byte) in.u8();
            palette[i * 3] = (byte) in.u8();
            in.skip(entry - 3);
        }
        if (count == 0 && bits == 1) {
            palette[3] = palette[4] = palette[5] = (byte) 255;
        }
    }

    private byte[] readPixels(ImageHeader header) {
        in.seek(pixelData);
        if (compression == RLE8 || compression == RLE4) {
            byte[] indices = runs(header);
            byte[] out = header.allocate();
            for (int y = 0; y < header.height(); y++) {
                int o = target(header, y);
                for (int x = 0; x < header.width(); x++, o += 3) {
                    System.arraycopy(palette, (indices[y * header.width() + x] & 0xff) * 3, out, o, 3);
                }
            }
            return out;
        }
        int stride = Math.toIntExact((width * bits + 31) / 32 * 4);
        // The last row's padding may be missing.
        long least = stride * (height - 1) + (width * bits + 7) / 8;
        if (in.remaining() < least) {
            throw in.bad(
                    "is a truncated BMP: " + least + " bytes of pixels are needed, " + in.remaining() + " are there");
        }
        byte[] out = header.allocate();
        byte[] row = new byte[stride];
        for (int y = 0; y < header.height(); y++) {
            in.read(row, 0, Math.min(stride, in.remaining()));
            expand(row, header.width(), out, target(header, y));
        }
        return out;
    }

    /** Where the y-th row stored goes. */
    private int target(ImageHeader header, int y) {
        return (topDown ? y : header.height() - 1 - y) * header.width() * 3;
    }

    private void expand(byte[] row, int columns, byte[] out, int o) {
        if (bits <= 8) {
            int mask = (1 << bits) - 1;
            for (int x = 0; x < columns; x++, o += 3) {
                int bit = x * bits;
                int index = row[bit >> 3] >> 8 - bits - (bit & 7) & mask;
                System.arraycopy(palette, index * 3, out, o, 3);
            }
            return;
        }
        int size = bits / 8;
        for (int x = 0; x < columns; x++, o += 3) {
            int pixel = 0;
            for (int b = 0; b < size; b++) {
                pixel |= (row[x * size + b] & 0xff) << 8 * b;
            }
            for (int c = 0; c < 3; c++) {
                out[o + c] = field(pixel, masks[c]);
            }
        }
    }

    /** A bit field scaled to 0..255, rounded down as in Pillow. */
    private static byte field(int pixel, int mask) {
        int shift = Integer.numberOfTrailingZeros(mask);
        long most = Integer.toUnsignedLong(mask >>> shift);
        long v = Integer.toUnsignedLong((pixel & mask) >>> shift);
        return (byte) (v * 255 / most);
    }

    /** The indices of a run-length coded picture, rows as stored; what the code skips is 0. */
    private byte[] runs(ImageHeader header) {
        int columns = header.width();
        byte[] out = new byte[Math.toIntExact(header.pixels())];
        int x = 0;
        int y = 0;
        // The end-of-bitmap code may be missing behind the last pixel.
        while (y < header.height() && (long) y * columns + x < out.length) {
            int count = in.u8();
            int value = in.u8();
            if (count == 0 && value == 0) {
                x = 0;
                y++;
            } else if (count == 0 && value == 1) {
                break;
            } else if (count == 0 && value == 2) {
                x += in.u8();
                y += in.u8();
            } else {
                boolean literal = count == 0;
                int length = literal ? value : count;
                if (x + length > columns) {
                    throw in.bad("is a damaged BMP: a run leaves the picture");
                }
                int start = in.position();
                for (int i = 0; i < length; i++) {
                    if (literal && (bits == 8 || (i & 1) == 0)) {
                        value = in.u8();
                    }
                    int index = bits == 8 ? value : (i & 1) == 0 ? value >> 4 : value & 15;
                    out[y * columns + x++] = (byte) index;
                }
                if ((in.position() - start & 1) != 0) {
                    in.skip(1);
                }
            }
        }
        return out;
    }
}
