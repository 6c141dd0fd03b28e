package io.github.resnet4j.datasets.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.imageio.IIOException;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;
import javax.imageio.event.IIOReadWarningListener;

/**
 * GIF 87a and 89a: the first frame on its canvas. Around the frame, as in Pillow, is the transparent colour's entry or
 * else entry 0; a frame that leaves the canvas enlarges it.
 *
 * <p>The JDK undoes the LZW coding. Its reader knows no canvas, misreads a first data block of fewer than four bytes and
 * interlaced frames of fewer than five rows, makes palette entries that a file does not set black, and takes data that
 * ends early or holds undefined codes for an image; so it is given a file of the first frame alone, with a whole
 * palette, full blocks and no interlacing, and is watched while it reads. (An undefined code right behind a clear code
 * escapes it: one wrong pixel.)
 */
final class GifDecoder {
    private static final int EXTENSION = '!';
    private static final int GRAPHIC_CONTROL = 0xf9;
    private static final int FRAME = ',';
    private static final int TRAILER = ';';

    private static final byte WHOLE_PALETTE = (byte) 0xf7;

    private static final int MAX_BLOCK = 255;

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
        byte[] frame = JdkReader.read(ImageFormat.GIF, bare(), in.name(), reader -> {
            Rows rows = new Rows();
            reader.addIIOReadProgressListener(rows);
            reader.addIIOReadWarningListener(rows);
            BufferedImage image = reader.read(0);
            if (rows.damage != null || !rows.complete) {
                throw new IIOException(rows.damage != null ? rows.damage : "its data ends before its last row");
            }
            return JdkReader.rgb(image);
        });
        byte[] out = header.allocate();
        if (width < canvasWidth || height < canvasHeight) {
            for (int o = 0; o < out.length; o += 3) {
                System.arraycopy(palette, background * 3, out, o, 3);
            }
        }
        int row = 0;
        for (int[] pass : interlaced ? INTERLACED : WHOLE) {
            for (int y = pass[0]; y < height; y += pass[1]) {
                System.arraycopy(frame, 3 * width * row++, out, 3 * (canvasWidth * (top + y) + left), 3 * width);
            }
        }
        return out;
    }

    /** A file of the frame alone, its rows in the order they are stored. */
    private byte[] bare() {
        ByteBuffer start = ByteBuffer.allocate(13 + palette.length + 11).order(ByteOrder.LITTLE_ENDIAN);
        start.put("GIF89a".getBytes(StandardCharsets.US_ASCII));
        start.putShort((short) width)
                .putShort((short) height)
                .put(WHOLE_PALETTE)
                .putShort((short) 0);
        start.put(palette);
        start.put((byte) FRAME).putInt(0).putShort((short) width).putShort((short) height);
        start.put((byte) 0).put((byte) in.u8());
        ByteArrayOutputStream codes = new ByteArrayOutputStream(in.remaining());
        byte[] block = new byte[MAX_BLOCK];
        for (int length = in.u8(); length > 0; length = in.u8()) {
            in.read(block, 0, length);
            codes.write(block, 0, length);
        }
        // Behind the last byte the JDK reads zeros, which may be pixels; ones are nearly always an undefined code.
        codes.writeBytes(new byte[] {-1, -1, -1, -1});
        byte[] data = codes.toByteArray();
        ByteArrayOutputStream bare =
                new ByteArrayOutputStream(start.capacity() + data.length + data.length / MAX_BLOCK + 3);
        bare.writeBytes(start.array());
        for (int i = 0; i < data.length; i += MAX_BLOCK) {
            int length = Math.min(MAX_BLOCK, data.length - i);
            bare.write(length);
            bare.write(data, i, length);
        }
        bare.write(0);
        bare.write(TRAILER);
        return bare.toByteArray();
    }

    /** Tells whether all rows came and came undamaged, and stops the reader when more come. */
    private static final class Rows implements IIOReadProgressListener, IIOReadWarningListener {
        private boolean complete;
        private String damage;

        @Override
        public void imageProgress(ImageReader reader, float percent) {
            complete = percent >= 100;
            if (percent > 100) {
                reader.abort();
            }
        }

        @Override
        public void warningOccurred(ImageReader reader, String warning) {
            if (!complete) {
                damage = warning;
            }
        }

        @Override
        public void imageStarted(ImageReader reader, int image) {}

        @Override
        public void imageComplete(ImageReader reader) {}

        @Override
        public void readAborted(ImageReader reader) {}

        @Override
        public void sequenceStarted(ImageReader reader, int first) {}

        @Override
        public void sequenceComplete(ImageReader reader) {}

        @Override
        public void thumbnailStarted(ImageReader reader, int image, int thumbnail) {}

        @Override
        public void thumbnailProgress(ImageReader reader, float percent) {}

        @Override
        public void thumbnailComplete(ImageReader reader) {}
    }
}
