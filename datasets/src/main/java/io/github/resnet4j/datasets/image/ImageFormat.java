package io.github.resnet4j.datasets.image;

import java.util.Optional;

/** The supported formats, recognised by their first bytes, never by the file's name. */
enum ImageFormat {
    /** A block of 8×8 pixels takes at least one bit (its DC coefficient). */
    JPEG(512, 0xff, 0xd8, 0xff),
    /** Deflate makes at most 1032 bytes of one, each of at most eight 1-bit pixels. */
    PNG(1032 * 8, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'),
    /** A run of two bytes makes at most 255 pixels. */
    BMP(128, 'B', 'M'),
    /** A code of 12 bits makes fewer than 4096 pixels. */
    GIF(4096, 'G', 'I', 'F', '8');

    private final int pixelsPerByte;
    private final int[] magic;

    ImageFormat(int pixelsPerByte, int... magic) {
        this.pixelsPerByte = pixelsPerByte;
        this.magic = magic;
    }

    /** The format whose signature {@code bytes} begin with. */
    static Optional<ImageFormat> of(byte[] bytes) {
        for (ImageFormat format : values()) {
            if (format.begins(bytes)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /** No more pixels than this can come out of a file of {@code size} bytes. */
    long mostPixels(long size) {
        return pixelsPerByte * size;
    }

    private boolean begins(byte[] bytes) {
        if (bytes.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((bytes[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
