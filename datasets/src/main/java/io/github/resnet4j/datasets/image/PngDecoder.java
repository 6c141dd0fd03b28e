package io.github.resnet4j.datasets.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * PNG (ISO/IEC 15948), all colour types and depths, interlaced or not; of an APNG its default image. The JDK decodes
 * the pixels.
 *
 * <p>The JDK's reader checks no checksum, needs no end and inflates text and colour profiles, so it is given a file of
 * the chunks IHDR, PLTE, IDAT and IEND alone; the others are checked and skipped, never inflated. Nor does it compare
 * the size it allocates for with the data there is. Behind the last IDAT a file may stop, as for Pillow; whether all rows
 * came is the reader's to say.
 */
final class PngDecoder {
    private static final int SIGNATURE = 8;

    /** What is around a chunk's content: length, type and checksum. */
    private static final int FRAME = 12;

    /** Deflate makes at most this many bytes of one. */
    private static final int MOST_INFLATION = 1032;

    private static final String IHDR = "IHDR";
    private static final String PLTE = "PLTE";
    private static final String TRNS = "tRNS";
    private static final String IDAT = "IDAT";
    private static final String IEND = "IEND";

    private static final byte[] END = {0, 0, 0, 0, 'I', 'E', 'N', 'D', (byte) 0xae, 0x42, 0x60, (byte) 0x82};

    private static final int GREY = 0;
    private static final int RGB = 2;
    private static final int PALETTE = 3;
    private static final int GREY_ALPHA = 4;
    private static final int RGBA = 6;

    private PngDecoder() {}

    static ImageHeader header(ByteReader in) {
        in.skip(SIGNATURE);
        if (in.u32() != 13 || !in.at(IHDR)) {
            throw in.bad("is a damaged PNG: it does not begin with its header chunk");
        }
        in.skip(IHDR.length());
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
        return JdkReader.rgb(ImageFormat.PNG, bare(bytes, new ByteReader(bytes, name), header), name);
    }

    /** How opaque the pixels are: as a channel of its own says, or as transparent colours do. */
    static Optional<byte[]> opacity(byte[] bytes, Path name, ImageHeader header) {
        byte[] bare = bare(bytes, new ByteReader(bytes, name), header); // checks what is read here
        int channels = header.channels();
        int bits = header.bits();
        if (channels == 2 || channels == 4) {
            return Optional.of(JdkReader.bytes(
                    ImageFormat.PNG,
                    bare,
                    name,
                    (samples, first) -> JdkReader.eightBits(samples[first + channels - 1], bits)));
        }
        return transparency(bytes, new ByteReader(bytes, name))
                .map(transparent -> JdkReader.bytes(ImageFormat.PNG, bare, name, transparent));
    }

    /** What the chunk tRNS of a file that is whole up to its data says. */
    private static Optional<JdkReader.PixelByte> transparency(byte[] bytes, ByteReader in) {
        in.seek(SIGNATURE + 8 + 9);
        int type = in.u8();
        in.seek(SIGNATURE);
        while (true) {
            int length = (int) in.u32();
            int content = in.position() + 4;
            if (in.at(IDAT) || in.at(IEND)) {
                return Optional.empty();
            }
            if (in.at(TRNS)) {
                in.seek(content);
                return transparency(in, bytes, type, length);
            }
            in.seek(content + length + 4);
        }
    }

    /** As in libpng, a colour of another length than the pixels' is none. */
    private static Optional<JdkReader.PixelByte> transparency(ByteReader in, byte[] bytes, int type, int length) {
        int content = in.position();
        if (type == PALETTE) {
            return Optional.of((samples, first) -> samples[first] < length ? bytes[content + samples[first]] : 0xff);
        }
        int channels = type == RGB ? 3 : 1;
        if (length != 2 * channels) {
            return Optional.empty();
        }
        int[] colour = new int[channels];
        for (int c = 0; c < channels; c++) {
            colour[c] = in.u16();
        }
        return Optional.of(
                (samples, first) -> Arrays.equals(samples, first, first + channels, colour, 0, channels) ? 0 : 0xff);
    }

    /** The samples of an image of one channel and at most 8 bits, as stored. */
    static byte[] samples(byte[] bytes, Path name, ImageHeader header) {
        byte[] bare = bare(bytes, new ByteReader(bytes, name), header);
        return JdkReader.bytes(ImageFormat.PNG, bare, name, (samples, first) -> samples[first]);
    }

    /** The file without its ancillary chunks, if all chunks are whole. */
    private static byte[] bare(byte[] bytes, ByteReader in, ImageHeader header) {
        in.seek(SIGNATURE + 8 + 9);
        boolean indexed = in.u8() == PALETTE;
        ByteArrayOutputStream bare = new ByteArrayOutputStream(bytes.length);
        bare.write(bytes, 0, SIGNATURE);
        boolean hasPalette = false;
        long data = 0;
        in.seek(SIGNATURE);
        String type = "";
        while (!type.equals(IEND)) {
            int start = in.position();
            if (data > 0 && !wholeChunk(in)) {
                bare.writeBytes(END);
                break;
            }
            long length = in.u32();
            in.skip(4 + length);
            type = new String(bytes, start + 4, 4, ISO_8859_1);
            if (in.u32() != checksum(bytes, start + 4, (int) length + 4)) {
                throw in.bad("is a damaged PNG: the checksum of chunk " + type.replaceAll("\\W", "?") + " is wrong");
            }
            if (type.equals(PLTE) && indexed) {
                bare.writeBytes(palette(in, bytes, start + 8, (int) length, header.bits()));
                hasPalette = true;
            } else if (type.equals(IDAT) && indexed && !hasPalette) {
                throw in.bad("is a damaged PNG: it has no palette");
            } else if (type.equals(IHDR) || type.equals(IDAT) || type.equals(IEND)) {
                bare.write(bytes, start, (int) length + FRAME);
                data += type.equals(IDAT) ? length : 0;
            }
        }
        long bitsPerRow = (long) header.width() * header.channels() * header.bits();
        if ((bitsPerRow + 7) / 8 * header.height() > data * MOST_INFLATION) {
            throw in.bad("is a truncated or damaged PNG: " + data + " bytes of data cannot hold its rows");
        }
        return bare.toByteArray();
    }

    /** Whether {@code bytes} end as a PNG does. */
    static boolean ends(byte[] bytes) {
        return bytes.length > END.length
                && Arrays.equals(bytes, bytes.length - END.length, bytes.length, END, 0, END.length);
    }

    /** Whether the chunk here, which is no data chunk, is all there. */
    private static boolean wholeChunk(ByteReader in) {
        if (in.remaining() < FRAME) {
            return false;
        }
        int start = in.position();
        long length = in.u32();
        boolean whole = in.at(IDAT) || length + FRAME - 4 <= in.remaining();
        in.seek(start);
        return whole;
    }

    /** The palette chunk with as many entries as the pixels can name; the JDK would make those missing black. */
    private static byte[] palette(ByteReader in, byte[] bytes, int start, int length, int bits) {
        byte[] palette = Palette.grey();
        if (length % 3 != 0 || length > palette.length) {
            throw in.bad("is a damaged PNG: a palette of " + length + " bytes");
        }
        System.arraycopy(bytes, start, palette, 0, length);
        int size = 3 << bits;
        ByteBuffer chunk = ByteBuffer.allocate(size + FRAME).putInt(size);
        chunk.put(PLTE.getBytes(ISO_8859_1)).put(palette, 0, size);
        return chunk.putInt((int) checksum(chunk.array(), 4, size + 4)).array();
    }

    private static long checksum(byte[] bytes, int start, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, start, length);
        return crc.getValue();
    }
}
