package io.github.resnet4j.datasets.image;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;

/**
 * GIF 87a and 89a: the first frame on its canvas. Around the frame, as in Pillow, is the transparent colour's entry or
 * else entry 0; a frame that leaves the canvas enlarges it.
 *
 * <p>The LZW coding is undone here: the JDK's reader knows no canvas, refuses code sizes above 8, misreads short first
 * blocks and frames of few rows, and takes data that ends early or holds undefined codes for an image.
 */
final class GifDecoder {
    private static final int EXTENSION = '!';
    private static final int GRAPHIC_CONTROL = 0xf9;
    private static final int FRAME = ',';
    private static final int TRAILER = ';';

    private static final int MAX_BLOCK = 255;
    private static final int MAX_CODE_BITS = 12;

    /** The first row and the distance of the rows of each pass. */
    private static final int[][] INTERLACED = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};

    private static final int[][] WHOLE = {{0, 1}};

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
        if (width == 0 || height == 0) {
            throw in.bad("is a damaged GIF: a frame of " + width + "x" + height);
        }
        int codeBits = in.u8();
        if (codeBits > MAX_CODE_BITS) {
            throw in.bad(
                    "is a damaged GIF: codes of " + codeBits + " bits; at most " + MAX_CODE_BITS + " are supported");
        }
        byte[] frame = new LzwCodes(codes(), codeBits).decode(width * height);
        if (frame == null) {
            throw in.bad("is a truncated or damaged GIF: its data ends before its last row");
        }
        byte[] out = header.allocate();
        if (width < canvasWidth || height < canvasHeight) {
            for (int o = 0; o < out.length; o += 3) {
                System.arraycopy(palette, background * 3, out, o, 3);
            }
        }
        int i = 0;
        for (int[] pass : interlaced ? INTERLACED : WHOLE) {
            for (int y = pass[0]; y < height; y += pass[1]) {
                int o = 3 * (canvasWidth * (top + y) + left);
                for (int x = 0; x < width; x++, o += 3) {
                    System.arraycopy(palette, 3 * (frame[i++] & 0xff), out, o, 3);
                }
            }
        }
        return out;
    }

    /** The content of the frame's blocks. */
    private byte[] codes() {
        ByteArrayOutputStream codes = new ByteArrayOutputStream(in.remaining());
        byte[] block = new byte[MAX_BLOCK];
        for (int length = in.u8(); length > 0; length = in.u8()) {
            in.read(block, 0, length);
            codes.write(block, 0, length);
        }
        return codes.toByteArray();
    }

    /** LZW as Pillow's GifDecode.c undoes it: of indices that a large code size allows the low 8 bits count. */
    private static final class LzwCodes {
        private static final int TABLE = 1 << MAX_CODE_BITS;
        private static final int NONE = -1;

        private final byte[] codes;
        private final int clear;
        private final int firstWidth;
        /** The last index of each string, and the code of what is before it. */
        private final byte[] last = new byte[TABLE];

        private final int[] before = new int[TABLE];
        private int position;
        private int buffered;
        private int buffer;

        LzwCodes(byte[] codes, int codeBits) {
            this.codes = codes;
            this.clear = 1 << codeBits;
            this.firstWidth = codeBits + 1;
        }

        /** {@code size} indices; null where the codes end before or one of them is undefined. What follows is surplus. */
        byte[] decode(int size) {
            byte[] out = new byte[size];
            int filled = 0;
            int next = clear + 2;
            int bits = firstWidth;
            int previous = NONE;
            while (filled < size) {
                int code = read(bits);
                if (code == clear) {
                    next = clear + 2;
                    bits = firstWidth;
                    previous = NONE;
                    continue;
                }
                boolean defined = previous == NONE ? code < clear : code <= next && code != clear + 1;
                if (code == NONE || !defined) {
                    return null;
                }
                // A string is written from its end; the code that is defined right now is the previous one and its
                // first.
                boolean defining = code == next;
                int c = defining ? previous : code;
                int end = filled + length(c);
                int at = end;
                for (; c >= clear; c = before[c]) {
                    set(out, --at, last[c]);
                }
                byte first = (byte) c;
                set(out, --at, first);
                if (defining) {
                    set(out, end++, first);
                }
                filled = end;
                if (previous != NONE && next < TABLE) {
                    last[next] = first;
                    before[next] = previous;
                    if (next == (1 << bits) - 1 && bits < MAX_CODE_BITS) {
                        bits++;
                    }
                    next++;
                }
                previous = code;
            }
            return out;
        }

        private int length(int code) {
            int length = 1;
            for (int c = code; c >= clear; c = before[c]) {
                length++;
            }
            return length;
        }

        private static void set(byte[] out, int at, byte value) {
            if (at < out.length) {
                out[at] = value;
            }
        }

        private int read(int bits) {
            while (buffered < bits) {
                if (position == codes.length) {
                    return NONE;
                }
                buffer |= (codes[position++] & 0xff) << buffered;
                buffered += 8;
            }
            int code = buffer & (1 << bits) - 1;
            buffer >>>= bits;
            buffered -= bits;
            return code;
        }
    }
}
