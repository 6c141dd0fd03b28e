package io.github.resnet4j.datasets.image;

import java.nio.file.Path;

/**
 * What a file's header says about its image, before any of it is decoded.
 *
 * @param format the format, by its signature
 * @param width columns, 1 .. {@value #MAX_SIDE}
 * @param height rows, 1 .. {@value #MAX_SIDE}
 * @param channels samples of one pixel as stored: 1 grey or palette, 2 grey and alpha, 3 colour, 4 colour and alpha or
 *     CMYK
 * @param bits bits of one sample as stored
 */
record ImageHeader(ImageFormat format, int width, int height, int channels, int bits) {
    static final int MAX_SIDE = 65_535;

    /**
     * Reads a few bytes of each segment up to the image's size, whatever the segments hold; allocates a palette at most.
     *
     * @param bytes the file, or its beginning
     * @param fileSize of the whole file
     * @param maxPixels the most that is accepted
     */
    static ImageHeader read(byte[] bytes, long fileSize, Path name, long maxPixels) {
        ImageFormat format =
                ImageFormat.of(bytes).orElseThrow(() -> new BadImageException(name, ForeignImage.describe(bytes)));
        ByteReader in = new ByteReader(bytes, name);
        ImageHeader header =
                switch (format) {
                    case JPEG -> JpegDecoder.header(in);
                    case PNG -> PngDecoder.header(in);
                    case BMP -> BmpDecoder.header(in);
                    case GIF -> GifDecoder.header(in);
                };
        if (header.pixels() > maxPixels) {
            throw new BadImageException(
                    name,
                    "is too large: " + header.size() + " pixels; at most " + maxPixels
                            + " are decoded; scale it down or raise the limit (--max-pixels)");
        }
        if (header.pixels() > format.mostPixels(fileSize)) {
            throw new BadImageException(
                    name, "is truncated: " + fileSize + " bytes cannot hold " + header.size() + " pixels");
        }
        return header;
    }

    /** A header of untrusted numbers, or the refusal of a size out of bounds. */
    static ImageHeader of(ByteReader in, ImageFormat format, long width, long height, int channels, int bits) {
        if (width < 1 || height < 1) {
            throw in.bad("is a " + format + " without pixels: its size is " + width + "x" + height);
        }
        if (width > MAX_SIDE || height > MAX_SIDE) {
            throw in.bad(
                    "is too large: " + width + "x" + height + " pixels; at most " + MAX_SIDE + " a side are decoded");
        }
        return new ImageHeader(format, (int) width, (int) height, channels, bits);
    }

    long pixels() {
        return (long) width * height;
    }

    /** Room for the image as RGB. */
    byte[] allocate() {
        return new byte[Math.toIntExact(3 * pixels())];
    }

    private String size() {
        return width + "x" + height;
    }
}
