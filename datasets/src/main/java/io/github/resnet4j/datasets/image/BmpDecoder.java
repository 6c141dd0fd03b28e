package io.github.resnet4j.datasets.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * Windows and OS/2 bitmaps: 1, 4, 8, 16, 24 and 32 bits a pixel, run-length coded or with bit fields, either way up.
 *
 * <p>The JDK reads the pixels, from a file with the plainest header: from others its reader takes colour profiles and
 * embedded JPEG and PNG, it refuses some lengths and makes palette entries that a file does not set black. Run-length
 * codes are undone here: the JDK takes codes that end early for an image. As in Pillow, a run that is longer than the
 * rest of its row is cut off (ImageMagick codes the padding of rows too), and an offset that forgets the palette is
 * corrected.
 */
final class BmpDecoder {
    private static final int FILE_HEADER = 14;
    private static final int OS2_HEADER = 12;
    private static final int PLAIN_HEADER = 40;

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
    private long pixelData;
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
        if (pixelData == in.position()) {
            pixelData += (long) entry * count;
        }
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

    /** How long the pixels are, at least: the last row's padding may be missing, and of run-length codes nothing is known. */
    private long leastPixelBytes() {
        boolean coded = compression == RLE8 || compression == RLE4;
        return coded ? 0 : (width * bits + 31) / 32 * 4 * (height - 1) + (width * bits + 7) / 8;
    }

    private void requirePixels() {
        in.seek(pixelData);
        long least = leastPixelBytes();
        if (in.remaining() < least) {
            throw in.bad(
                    "is a truncated BMP: " + least + " bytes of pixels are needed, " + in.remaining() + " are there");
        }
    }

    private byte[] readPixels(ImageHeader header) {
        requirePixels();
        if (compression == RLE8 || compression == RLE4) {
            IndexColorModel colours = new IndexColorModel(8, palette.length / 3, palette, 0, false);
            BufferedImage image =
                    new BufferedImage(header.width(), header.height(), BufferedImage.TYPE_BYTE_INDEXED, colours);
            image.getRaster().setDataElements(0, 0, header.width(), header.height(), runs(header));
            return JdkReader.rgb(image);
        }
        return JdkReader.rgb(ImageFormat.BMP, bare((int) leastPixelBytes()), in.name());
    }

    /** A file with the plainest header and {@code size} bytes of pixels. */
    private byte[] bare(int size) {
        int colours = bits > 8 ? 0 : 1 << bits;
        boolean fields = bits == 16 || bits == 32;
        int start = FILE_HEADER + PLAIN_HEADER + (fields ? 12 : 4 * colours);
        ByteBuffer bare = ByteBuffer.allocate(start + size).order(ByteOrder.LITTLE_ENDIAN);
        bare.put((byte) 'B').put((byte) 'M').putInt(start + size).putInt(0).putInt(start);
        bare.putInt(PLAIN_HEADER).putInt((int) width).putInt((int) (topDown ? -height : height));
        bare.putShort((short) 1).putShort((short) bits).putInt(fields ? BITFIELDS : RAW);
        bare.position(FILE_HEADER + PLAIN_HEADER);
        if (fields) {
            bare.putInt(masks[0]).putInt(masks[1]).putInt(masks[2]);
        }
        for (int i = 0; i < 3 * colours; i += 3) {
            bare.put(palette[i + 2]).put(palette[i + 1]).put(palette[i]).put((byte) 0);
        }
        in.read(bare.array(), start, size);
        return bare.array();
    }

    /** The indices of a run-length coded image, from its top; what the code skips is 0. */
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
                int length = literal ? value : Math.min(count, Math.max(0, columns - x));
                if (literal && x + length > columns) {
                    throw in.bad("is a damaged BMP: a row is longer than the image is wide");
                }
                int start = in.position();
                int o = (topDown ? y : header.height() - 1 - y) * columns + x;
                for (int i = 0; i < length; i++) {
                    if (literal && (bits == 8 || (i & 1) == 0)) {
                        value = in.u8();
                    }
                    int index = bits == 8 ? value : (i & 1) == 0 ? value >> 4 : value & 15;
                    out[o + i] = (byte) index;
                }
                x += length;
                if ((in.position() - start & 1) != 0) {
                    in.skip(1);
                }
            }
        }
        return out;
    }
}
