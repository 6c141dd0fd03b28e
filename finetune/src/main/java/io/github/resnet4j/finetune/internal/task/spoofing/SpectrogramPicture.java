package io.github.resnet4j.finetune.internal.task.spoofing;

import io.github.resnet4j.datasets.image.Rgb8Image;
import java.awt.Color;
import java.util.Arrays;

/** A feature of a sound as a picture: the lowest row at the bottom, large values bright. */
final class SpectrogramPicture {
    private static final Color DARK = new Color(0x10182b);
    private static final Color BRIGHT = new Color(0xffd166);

    /** One value in so many is beyond either end of the colours: the first cepstral coefficient dwarfs all others. */
    private static final int EXTREMES = 20;

    private SpectrogramPicture() {}

    /**
     * {@code side}×{@code side} pixels; of several values that share a pixel, the largest.
     *
     * @param values rows × frames
     */
    static Rgb8Image of(float[] values, int rows, int frames, int side) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        float low = sorted[sorted.length / EXTREMES];
        float high = sorted[sorted.length - 1 - sorted.length / EXTREMES];
        byte[] pixels = new byte[3 * side * side];
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                float value = largest(
                        values,
                        frames,
                        y * rows / side,
                        Math.max(y * rows / side + 1, (y + 1) * rows / side),
                        x * frames / side,
                        Math.max(x * frames / side + 1, (x + 1) * frames / side));
                float share = high > low ? Math.max(0, Math.min(1, (value - low) / (high - low))) : 0;
                shade(share, pixels, 3 * ((side - 1 - y) * side + x));
            }
        }
        return new Rgb8Image(side, side, pixels);
    }

    private static float largest(float[] values, int frames, int top, int bottom, int left, int right) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int row = top; row < bottom; row++) {
            for (int frame = left; frame < right; frame++) {
                largest = Math.max(largest, values[row * frames + frame]);
            }
        }
        return largest;
    }

    private static void shade(float share, byte[] pixels, int at) {
        pixels[at] = mixed(DARK.getRed(), BRIGHT.getRed(), share);
        pixels[at + 1] = mixed(DARK.getGreen(), BRIGHT.getGreen(), share);
        pixels[at + 2] = mixed(DARK.getBlue(), BRIGHT.getBlue(), share);
    }

    private static byte mixed(int from, int to, float share) {
        return (byte) Math.round(from + share * (to - from));
    }
}
