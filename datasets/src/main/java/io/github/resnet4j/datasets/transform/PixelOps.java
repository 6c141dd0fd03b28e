package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/** Changes of colour and sharpness, byte by byte as Pillow's {@code ImageEnhance} and {@code ImageOps} make them. */
final class PixelOps {
    private static final int LEVELS = 256;

    private PixelOps() {}

    /** Brightness: 0 is black, 1 the image, 2 twice as bright. */
    static Rgb8Image brightness(Rgb8Image image, double factor) {
        return blend(new byte[image.pixels().length], image, factor);
    }

    /** Contrast: 0 is the mean grey, 1 the image. */
    static Rgb8Image contrast(Rgb8Image image, double factor) {
        byte[] pixels = image.pixels();
        long sum = 0;
        for (int i = 0; i < pixels.length; i += 3) {
            sum += grey(pixels, i);
        }
        byte mean = (byte) (int) ((double) sum / (pixels.length / 3) + 0.5);
        byte[] flat = new byte[pixels.length];
        Arrays.fill(flat, mean);
        return blend(flat, image, factor);
    }

    /** Saturation: 0 is grey, 1 the image. */
    static Rgb8Image saturation(Rgb8Image image, double factor) {
        byte[] pixels = image.pixels();
        byte[] greys = new byte[pixels.length];
        for (int i = 0; i < pixels.length; i += 3) {
            byte grey = (byte) grey(pixels, i);
            greys[i] = grey;
            greys[i + 1] = grey;
            greys[i + 2] = grey;
        }
        return blend(greys, image, factor);
    }

    /** Sharpness: 0 is smoothed, 1 the image, 2 sharpened. */
    static Rgb8Image sharpness(Rgb8Image image, double factor) {
        return blend(smooth(image), image, factor);
    }

    /** Hue: turned by {@code turn} of the circle, from -0.5 to 0.5. */
    static Rgb8Image hue(Rgb8Image image, double turn) {
        byte[] in = image.pixels();
        byte[] out = new byte[in.length];
        int shift = (int) (turn * 255);
        for (int i = 0; i < in.length; i += 3) {
            turn(in, out, i, shift);
        }
        return new Rgb8Image(image.width(), image.height(), out);
    }

    /** The {@code bits} highest bits of every sample, 0 to 8. */
    static Rgb8Image posterize(Rgb8Image image, int bits) {
        int mask = -(1 << (8 - bits));
        return mapped(image, value -> value & mask);
    }

    /** Inverts what is at least {@code threshold}. */
    static Rgb8Image solarize(Rgb8Image image, double threshold) {
        return mapped(image, value -> value < threshold ? value : 255 - value);
    }

    /** Stretches every channel to the whole range. */
    static Rgb8Image autoContrast(Rgb8Image image) {
        byte[][] tables = new byte[3][];
        for (int c = 0; c < 3; c++) {
            int[] counts = histogram(image, c);
            int low = 0;
            while (counts[low] == 0) {
                low++;
            }
            int high = LEVELS - 1;
            while (counts[high] == 0) {
                high--;
            }
            double scale = high > low ? 255.0 / (high - low) : 1;
            double offset = high > low ? -low * scale : 0;
            tables[c] = table(value -> (int) (value * scale + offset));
        }
        return mapped(image, tables);
    }

    /** Makes all levels of every channel equally frequent. */
    static Rgb8Image equalize(Rgb8Image image) {
        byte[][] tables = new byte[3][];
        for (int c = 0; c < 3; c++) {
            int[] counts = histogram(image, c);
            int last = LEVELS - 1;
            while (counts[last] == 0) {
                last--;
            }
            int step = (image.width() * image.height() - counts[last]) / 255;
            int[] values = new int[LEVELS];
            int sum = step / 2;
            for (int value = 0; value < LEVELS; value++) {
                values[value] = step == 0 ? value : sum / step;
                sum += counts[value];
            }
            tables[c] = table(value -> values[value]);
        }
        return mapped(image, tables);
    }

    /** From {@code degenerate} at 0 to the image at 1, and beyond. */
    private static Rgb8Image blend(byte[] degenerate, Rgb8Image image, double factor) {
        float alpha = (float) factor;
        byte[] in = image.pixels();
        if (alpha == 1) {
            return image;
        }
        byte[] out = new byte[in.length];
        for (int i = 0; i < in.length; i++) {
            int from = degenerate[i] & 0xff;
            out[i] = clip(from + alpha * ((in[i] & 0xff) - from));
        }
        return new Rgb8Image(image.width(), image.height(), out);
    }

    private static byte clip(float value) {
        return (byte) (value <= 0 ? 0 : value >= 255 ? 255 : (int) value);
    }

    /** Luminance as Pillow's {@code convert("L")}. */
    private static int grey(byte[] pixels, int i) {
        return ((pixels[i] & 0xff) * 19595 + (pixels[i + 1] & 0xff) * 38470 + (pixels[i + 2] & 0xff) * 7471 + 0x8000)
                >> 16;
    }

    /** Pillow's {@code SMOOTH}: every pixel with its eight neighbours, five times as heavy as each; edges stay. */
    private static byte[] smooth(Rgb8Image image) {
        byte[] in = image.pixels();
        byte[] out = in.clone();
        int stride = image.width() * 3;
        float near = 1f / 13;
        float own = 5f / 13;
        for (int y = 1; y < image.height() - 1; y++) {
            for (int i = y * stride + 3; i < (y + 1) * stride - 3; i++) {
                float sum = 0.5f;
                sum += row(in, i + stride, near, near);
                sum += row(in, i, near, own);
                sum += row(in, i - stride, near, near);
                out[i] = clip(sum);
            }
        }
        return out;
    }

    private static float row(byte[] in, int i, float side, float middle) {
        return (in[i - 3] & 0xff) * side + (in[i] & 0xff) * middle + (in[i + 3] & 0xff) * side;
    }

    /** Pillow's way to HSV and back, each in bytes. */
    private static void turn(byte[] in, byte[] out, int i, int shift) {
        int r = in[i] & 0xff;
        int g = in[i + 1] & 0xff;
        int b = in[i + 2] & 0xff;
        int most = Math.max(r, Math.max(g, b));
        int least = Math.min(r, Math.min(g, b));
        if (most == least) {
            out[i] = in[i];
            out[i + 1] = in[i + 1];
            out[i + 2] = in[i + 2];
            return;
        }
        float range = most - least;
        float saturation = range / most;
        float rc = (most - r) / range;
        float gc = (most - g) / range;
        float bc = (most - b) / range;
        float angle = r == most ? bc - gc : g == most ? (float) (2.0 + rc - bc) : (float) (4.0 + gc - rc);
        angle = (float) ((angle / 6.0 + 1.0) % 1.0);
        int hue = (int) (angle * 255.0) + shift & 0xff;
        int s = (int) (saturation * 255.0);
        if (s == 0) {
            out[i] = (byte) most;
            out[i + 1] = (byte) most;
            out[i + 2] = (byte) most;
            return;
        }
        int sector = (int) (hue * 6.0 / 255.0);
        float rest = (float) (hue * 6.0 / 255.0 - sector);
        float fs = (float) (s / 255.0);
        int p = (int) Math.floor(most * (1.0 - fs) + 0.5);
        int q = (int) Math.floor(most * (1.0 - fs * rest) + 0.5);
        int t = (int) Math.floor(most * (1.0 - fs * (1.0 - rest)) + 0.5);
        int[] rgb =
                switch (sector % 6) {
                    case 0 -> new int[] {most, t, p};
                    case 1 -> new int[] {q, most, p};
                    case 2 -> new int[] {p, most, t};
                    case 3 -> new int[] {p, q, most};
                    case 4 -> new int[] {t, p, most};
                    default -> new int[] {most, p, q};
                };
        for (int c = 0; c < 3; c++) {
            out[i + c] = (byte) Math.max(0, Math.min(255, rgb[c]));
        }
    }

    private static int[] histogram(Rgb8Image image, int channel) {
        int[] counts = new int[LEVELS];
        byte[] pixels = image.pixels();
        for (int i = channel; i < pixels.length; i += 3) {
            counts[pixels[i] & 0xff]++;
        }
        return counts;
    }

    private static byte[] table(IntUnaryOperator change) {
        byte[] table = new byte[LEVELS];
        for (int value = 0; value < LEVELS; value++) {
            table[value] = (byte) Math.max(0, Math.min(255, change.applyAsInt(value)));
        }
        return table;
    }

    private static Rgb8Image mapped(Rgb8Image image, IntUnaryOperator change) {
        byte[] table = table(change);
        return mapped(image, new byte[][] {table, table, table});
    }

    private static Rgb8Image mapped(Rgb8Image image, byte[][] tables) {
        byte[] in = image.pixels();
        byte[] out = new byte[in.length];
        for (int i = 0; i < in.length; i += 3) {
            for (int c = 0; c < 3; c++) {
                out[i + c] = tables[c][in[i + c] & 0xff];
            }
        }
        return new Rgb8Image(image.width(), image.height(), out);
    }
}
