package io.github.resnet4j.datasets.superresolution;

import io.github.resnet4j.datasets.image.Rgb8Image;
import java.util.Arrays;
import java.util.List;

/** What super-resolution networks see of images. */
public enum Colours {
    /** Red, green and blue, 0 to 255. */
    RGB(List.of("red", "green", "blue")),
    /** The luminance of BT.601 in 8 bits, 16 to 235, divided by 255: what networks of one channel are trained on. */
    LUMINANCE(List.of("luminance"));

    private static final int MAX = 255;

    private final List<String> channels;

    Colours(List<String> channels) {
        this.channels = channels;
    }

    /**
     * Those of networks with so many channels.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static Colours of(int channels) {
        return Arrays.stream(values())
                .filter(colours -> colours.channels.size() == channels)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("images have one channel or three, not " + channels));
    }

    /** What the channels are called. */
    public List<String> channels() {
        return channels;
    }

    /** The largest value of a channel. */
    public float largest() {
        return this == RGB ? MAX : 1;
    }

    /** What there is to see: of {@link #LUMINANCE}, a grey image. */
    public Rgb8Image seen(Rgb8Image image) {
        return this == RGB ? image : luminance(image);
    }

    /** The luminance of an image, 16 to 235 and rounded as MATLAB's {@code rgb2ycbcr} does, as a grey image. */
    public static Rgb8Image luminance(Rgb8Image image) {
        byte[] pixels = image.pixels();
        byte[] grey = new byte[pixels.length];
        for (int i = 0; i < pixels.length; i += 3) {
            double y = luminance(pixels[i] & 0xff, pixels[i + 1] & 0xff, pixels[i + 2] & 0xff);
            Arrays.fill(grey, i, i + 3, (byte) Math.floor(y + 0.5));
        }
        return new Rgb8Image(image.width(), image.height(), grey);
    }

    /** The luminance of a pixel of values from 0 to 255 (ITU-R BT.601), 16 to 235. */
    public static double luminance(double red, double green, double blue) {
        return 16 + (65.481 * red + 128.553 * green + 24.966 * blue) / MAX;
    }

    /** Whether an image is grey all over. */
    public static boolean isGrey(Rgb8Image image) {
        byte[] pixels = image.pixels();
        for (int i = 0; i < pixels.length; i += 3) {
            if (pixels[i] != pixels[i + 1] || pixels[i] != pixels[i + 2]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Writes the values of an image as planes (C×H×W).
     *
     * @param seen of {@link #LUMINANCE}, a grey image, whose values are taken as they are
     */
    public void write(Rgb8Image seen, float[] out, int at) {
        byte[] pixels = seen.pixels();
        int places = seen.width() * seen.height();
        for (int c = 0; c < channels.size(); c++) {
            for (int i = 0; i < places; i++) {
                float value = pixels[3 * i + c] & 0xff;
                out[at + c * places + i] = this == RGB ? value : value / MAX;
            }
        }
    }

    /** A value as a network puts it out in 8 bits: half to even, and what is out of range at its border. */
    public byte pixel(float value) {
        return (byte) Math.min(MAX, Math.max(0, Math.rint(this == RGB ? value : value * MAX)));
    }
}
