package io.github.resnet4j.datasets.image;

import java.nio.file.Path;

/**
 * GIF 87a and 89a: the first frame on its canvas. Around the frame, as in Pillow, is the transparent colour's entry or
 * else entry 0; a frame that leaves the canvas enlarges it.
 */
final class GifDecoder {
    private static final int EXTENSION = '!';
    private static final int GRAPHIC_CONTROL = 0xf9;
    private static final int FRAME = ',';
    private static final int TRAILER = ';';

    private static final int MAX_CODES = 4096;

    private final ByteReader in;
    private final int canvasWidth;
    private final int canvasHeight;
    private final byte[] palette = Palette.grey();
    private int background;
    private int left;
    private int top;
    private int width;
    private int height;
    private boolean interlaced;

    /** Reads up to the first frame's data. */
    private GifDecoder(ByteReader in) {
        this.in = in;
        in.skip(6);
        int screenWidth = in.u16LittleEndian();
        int screenHeight = in.u16LittleEndian();
        int flags = in.u8();
        in.skip(2);
        readPalette(flags);
        seekFrame();
        left = in.u16LittleEndian();
        top = in.u16LittleEndian();
        width = in.u16LittleEndian();
        height = in.u16LittleEndian();
        flags = in.u8();
        interlaced = (flags & 0x40) != 0;
        readPalette(flags);
        canvasWidth = Math.max(screenWidth, left + width);
        canvasHeight = Math.max(screenHeight, top + height);
    }

    static ImageHeader header(ByteReader in) {
        GifDecoder decoder = new GifDecoder(in);
        return ImageHeader.of(in, ImageFormat.GIF, decoder.canvasWidth, decoder.canvasHeight, 1, 8);
    }

    static byte[] decode(byte[] bytes, Path name, ImageHeader header) {
        return new GifDecoder(new ByteReader(bytes, name)).readFrame(header);
    }

    private void readPalette(int flags) {
        if ((flags & 0x80) != 0) {
            in.read(palette, 0, 3 << (flags & 7) + 1);
        }
    }

    private void seekFrame() {
        int block = in.u8();
        while (block != FRAME) {
            if (block == TRAILER) {
                throw in.bad("is a GIF without a frame");
            }
            if (block == EXTENSION) {
                readExtension();
            }
            block = in.u8();
        }
    }

    private void readExtension() {
        boolean control = in.u8() == GRAPHIC_CONTROL;
        for (int length = in.u8(); length != 0; length = in.u8()) {
            int end = in.position() + length;
            if (control && length >= 4 && (in.u8() & 1) != 0) {
                in.skip(2);
                background = in.u8();
            }
            in.seek(end);
        }
    }

    private byte[] readFrame(ImageHeader header) {
        byte[] indices = new byte[width * height];
        inflate(indices);
        byte[] out = header.allocate();
        if (width < canvasWidth || height < canvasHeight) {
            for (int o = 0; o < out.length; o += 3) {
                System.arraycopy(palette, background * 3, out, o, 3);
            }
        }
        for (int row = 0; row < height; row++) {
            int o = ((top + (interlaced ? interlacedRow(row) : row)) * canvasWidth + left) * 3;
            for (int x = 0; x < width; x++, o += 3) {
                System.arraycopy(palette, (indices[row * width + x] & 0xff) * 3, out, o, 3);
            }
        }
        return out;
    }

    /** The place of the n-th row stored: first every eighth, then those between, four and two apart, then the rest. */
    private int interlacedRow(int n) {
        int first = (height + 7) / 8;
        int second = (height + 3) / 8;
        int third = (height + 1) / 4;
        if (n < first) {
            return n * 8;
        }
        if (n < first + second) {
            return (n - first) * 8 + 4;
        }
        if (n < first + second + third) {
            return (n - first - second) * 4 + 2;
        }
        return (n - first - second - third) * 2 + 1;
    }

    /** LZW with codes that grow to 12 bits, least significant bit first, in blocks of at most 255 bytes. */
    private void inflate(byte[] out) {
        int rootBits = in.u8();
        if (rootBits < 1 || rootBits > 8) {
            throw in.bad("is a damaged GIF: codes of " + rootBits + " bits");
        }
        int clear = 1 << rootBits;
        int end = clear + 1;
        short[] prefix = new short[MAX_CODES];
        byte[] suffix = new byte[MAX_CODES];
        byte[] string = new byte[MAX_CODES];
        for (int i = 0; i < clear; i++) {
            suffix[i] = (byte) i;
        }

        int bits = rootBits + 1;
        int next = end + 1;
        int previous = -1;
        int first = 0;
        int block = 0;
        int pool = 0;
        int pooled = 0;
        int o = 0;
        while (o < out.length) {
            for (; pooled < bits; pooled += 8) {
                if (block == 0) {
                    block = in.u8();
                    if (block == 0) {
                        throw incomplete(o, out);
                    }
                }
                pool |= in.u8() << pooled;
                block--;
            }
            int code = pool & (1 << bits) - 1;
            pool >>>= bits;
            pooled -= bits;

            if (code == clear) {
                bits = rootBits + 1;
                next = end + 1;
                previous = -1;
                continue;
            }
            if (code == end) {
                throw incomplete(o, out);
            }
            if (code > next || code == next && previous < 0 || code >= MAX_CODES) {
                throw in.bad("is a damaged GIF: a code that was not defined");
            }
            int length = 0;
            int walk = code;
            if (code == next) {
                string[length++] = (byte) first;
                walk = previous;
            }
            while (walk >= clear) {
                string[length++] = suffix[walk];
                walk = prefix[walk];
            }
            first = walk;
            string[length++] = (byte) walk;
            while (length > 0 && o < out.length) {
                out[o++] = string[--length];
            }
            if (previous >= 0 && next < MAX_CODES) {
                prefix[next] = (short) previous;
                suffix[next] = (byte) first;
                next++;
                if (next == 1 << bits && bits < 12) {
                    bits++;
                }
            }
            previous = code;
        }
    }

    private BadImageException incomplete(int got, byte[] wanted) {
        return in.bad("is a truncated or damaged GIF: " + got + " of " + wanted.length + " pixels");
    }
}
