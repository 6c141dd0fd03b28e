package io.github.resnet4j.datasets.image;

/** Colour tables: 256 entries of RGB. */
final class Palette {
    private Palette() {}

    /** Grey from black to white; entries that a file does not set keep it, as in Pillow. */
    static byte[] grey() {
        byte[] palette = new byte[256 * 3];
        for (int i = 0; i < palette.length; i++) {
            palette[i] = (byte) (i / 3);
        }
        return palette;
    }
}
