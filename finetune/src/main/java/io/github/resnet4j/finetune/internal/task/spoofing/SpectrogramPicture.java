package io.github.resnet4j.finetune.internal.task.spoofing;

import io.github.resnet4j.finetune.internal.report.Png;
import java.awt.Color;
import java.awt.image.BufferedImage;

/** A feature of a sound as a picture: the lowest row at the bottom, the largest value the brightest. */
final class SpectrogramPicture {
    private static final Color DARK = new Color(0x10182b);
    private static final Color BRIGHT = new Color(0xffd166);

    private SpectrogramPicture() {}

    /**
     * A PNG of {@code side}×{@code side} pixels; of several values that share a pixel, the largest.
     *
     * @param values rows × frames
     */
    static byte[] png(float[] values, int rows, int frames, int side) {
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                float value = largest(
                        values,
                        frames,
                        y * rows / side,
                        Math.max(y * rows / side + 1, (y + 1) * rows / side),
                        x * frames / side,
                        Math.max(x * frames / side + 1, (x + 1) * frames / side));
                float share = high > low ? (value - low) / (high - low) : 0;
                picture.setRGB(x, side - 1 - y, shade(share));
            }
        }
        return Png.encode(picture);
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

    private static int shade(float share) {
        return new Color(
                        mixed(DARK.getRed(), BRIGHT.getRed(), share),
                        mixed(DARK.getGreen(), BRIGHT.getGreen(), share),
                        mixed(DARK.getBlue(), BRIGHT.getBlue(), share))
                .getRGB();
    }

    private static int mixed(int from, int to, float share) {
        return Math.round(from + share * (to - from));
    }
}
