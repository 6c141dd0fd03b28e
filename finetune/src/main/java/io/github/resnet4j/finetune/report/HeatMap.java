package io.github.resnet4j.finetune.report;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.finetune.explain.ActivationMap;
import io.github.resnet4j.finetune.internal.report.Png;
import java.awt.image.BufferedImage;

/**
 * A class-activation map painted over its image: what speaks for the class glows, from violet to yellow, and what does not
 * stays as it is. Only positive values are painted, as Grad-CAM's ReLU has it, the largest of the map at full strength.
 */
public final class HeatMap {
    /**
     * Inferno without its black beginning, which would hide the image: lightness grows evenly, also for the colour-blind
     * (van der Walt and Smith 2015, CC0).
     */
    private static final int[] COLOURS = {0x420a68, 0x932667, 0xdd513a, 0xfca50a, 0xfcffa4};

    /** The image shows through even where the map is largest. */
    private static final double STRONGEST = 0.7;

    private HeatMap() {}

    /**
     * The image with the map over all of it, as PNG.
     *
     * @param image the whole of what the network saw, at any resolution
     */
    public static byte[] png(Rgb8Image image, ActivationMap map) {
        return Png.encode(over(image, map));
    }

    /** The same as JPEG, a fifth of the size for photographs. */
    public static byte[] jpeg(Rgb8Image image, ActivationMap map) {
        return Jpeg.encode(over(image, map));
    }

    private static BufferedImage over(Rgb8Image image, ActivationMap map) {
        BufferedImage picture = Png.image(image);
        float[] strengths = strengths(map, image.width(), image.height());
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                double strength = strengths[y * image.width() + x];
                picture.setRGB(x, y, mix(picture.getRGB(x, y), colour(strength), STRONGEST * strength));
            }
        }
        return picture;
    }

    /**
     * The positive part of a map in another size, 0 to 1, by bilinear interpolation between the centres of its places:
     * PyTorch's {@code align_corners=False}. A map without positive values, or with values that are not finite, is zero.
     */
    static float[] strengths(ActivationMap map, int width, int height) {
        float largest = 0;
        for (float value : map.values()) {
            if (!Float.isFinite(value)) {
                return new float[width * height];
            }
            largest = Math.max(largest, value);
        }
        float[] strengths = new float[width * height];
        if (largest == 0) {
            return strengths;
        }
        Axis rows = new Axis(map.height(), height);
        Axis columns = new Axis(map.width(), width);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double above = between(
                        positive(map, columns.low(x), rows.low(y)),
                        positive(map, columns.high(x), rows.low(y)),
                        columns.share(x));
                double below = between(
                        positive(map, columns.low(x), rows.high(y)),
                        positive(map, columns.high(x), rows.high(y)),
                        columns.share(x));
                strengths[y * width + x] = (float) (between(above, below, rows.share(y)) / largest);
            }
        }
        return strengths;
    }

    /** Where the pixels of one side lie among the places of a map. */
    private record Axis(int places, int pixels) {
        double at(int pixel) {
            return Math.max(0, (pixel + 0.5) * places / pixels - 0.5);
        }

        int low(int pixel) {
            return (int) at(pixel);
        }

        int high(int pixel) {
            return Math.min(places - 1, low(pixel) + 1);
        }

        double share(int pixel) {
            return at(pixel) - low(pixel);
        }
    }

    private static float positive(ActivationMap map, int x, int y) {
        return Math.max(0, map.at(x, y));
    }

    private static double between(double low, double high, double share) {
        return low + (high - low) * share;
    }

    private static int colour(double strength) {
        double at = Math.max(0, Math.min(1, strength)) * (COLOURS.length - 1);
        int low = Math.min((int) at, COLOURS.length - 2);
        return mix(COLOURS[low], COLOURS[low + 1], at - low);
    }

    /** {@code share} of the second colour, the rest of the first. */
    private static int mix(int first, int second, double share) {
        int mixed = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            long part = Math.round(between(first >> shift & 0xff, second >> shift & 0xff, share));
            mixed |= (int) part << shift;
        }
        return mixed;
    }
}
