package io.github.resnet4j.finetune.quality;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.superresolution.Colours;

/**
 * How near an image comes to what it should be, as super-resolution is measured: on the luminance of BT.601, without the
 * outermost pixels.
 *
 * @param psnr peak signal-to-noise ratio in decibels, {@code 10 · log10(255² / mean squared difference)}; infinite if
 *     there is no difference
 * @param ssim structural similarity (Wang et al. 2004): Gaussian windows of 11×11 pixels with a standard deviation of 1.5,
 *     constants (0.01 · 255)² and (0.03 · 255)², only where windows are whole: the authors' {@code ssim_index}
 */
public record Fidelity(double psnr, double ssim) {
    private static final int MAX = 255;
    private static final int WINDOW = 11;
    private static final double SIGMA = 1.5;
    private static final double C1 = (0.01 * MAX) * (0.01 * MAX);
    private static final double C2 = (0.03 * MAX) * (0.03 * MAX);

    /** How luminance is computed, which decides the second digit behind the point. */
    public enum Luminance {
        /** Rounded to 8 bits, as MATLAB's {@code rgb2ycbcr} of 8-bit images does: SelfExSR's and most papers' figures. */
        ROUNDED,
        /** As it is: the evaluation script of MSRN's authors. */
        EXACT,
        /** Not at all: of images that are grey as they are stored, such as one in Set14, the grey values are compared. */
        GREY;

        private double of(int red, int green, int blue) {
            double y = Colours.luminance(red, green, blue);
            return switch (this) {
                case ROUNDED -> Math.floor(y + 0.5);
                case EXACT -> y;
                case GREY -> red;
            };
        }
    }

    /**
     * Compares two images.
     *
     * @param image what a model made
     * @param truth of the same size
     * @param border pixels left out on each side; papers leave out as many as the scale
     * @throws IllegalArgumentException if the sizes differ, or less than 11×11 pixels are left
     */
    public static Fidelity of(Rgb8Image image, Rgb8Image truth, int border, Luminance luminance) {
        if (image.width() != truth.width() || image.height() != truth.height()) {
            throw new IllegalArgumentException("an image of " + image.width() + "x" + image.height()
                    + " pixels cannot be compared with one of " + truth.width() + "x" + truth.height());
        }
        int width = truth.width() - 2 * border;
        int height = truth.height() - 2 * border;
        if (border < 0 || width < WINDOW || height < WINDOW) {
            throw new IllegalArgumentException("an image of " + truth.width() + "x" + truth.height()
                    + " pixels less " + border + " on each side leaves too few; " + WINDOW + "x" + WINDOW
                    + " are needed");
        }
        double[] made = values(image.part(border, border, width, height), luminance);
        double[] wanted = values(truth.part(border, border, width, height), luminance);
        return new Fidelity(psnr(made, wanted), ssim(made, wanted, width, height));
    }

    private static double[] values(Rgb8Image image, Luminance luminance) {
        byte[] pixels = image.pixels();
        double[] values = new double[pixels.length / 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = luminance.of(pixels[3 * i] & 0xff, pixels[3 * i + 1] & 0xff, pixels[3 * i + 2] & 0xff);
        }
        return values;
    }

    private static double psnr(double[] made, double[] wanted) {
        double sum = 0;
        for (int i = 0; i < made.length; i++) {
            double difference = made[i] - wanted[i];
            sum += difference * difference;
        }
        return 10 * Math.log10((double) MAX * MAX / (sum / made.length));
    }

    private static double ssim(double[] a, double[] b, int width, int height) {
        double[] products = new double[a.length];
        double[] squaresOfA = new double[a.length];
        double[] squaresOfB = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            products[i] = a[i] * b[i];
            squaresOfA[i] = a[i] * a[i];
            squaresOfB[i] = b[i] * b[i];
        }
        double[] meanOfA = blurred(a, width, height);
        double[] meanOfB = blurred(b, width, height);
        double[] mixed = blurred(products, width, height);
        double[] ofA = blurred(squaresOfA, width, height);
        double[] ofB = blurred(squaresOfB, width, height);
        double sum = 0;
        for (int i = 0; i < meanOfA.length; i++) {
            double ab = meanOfA[i] * meanOfB[i];
            double aa = meanOfA[i] * meanOfA[i];
            double bb = meanOfB[i] * meanOfB[i];
            double contrast = (2 * (mixed[i] - ab) + C2) / (ofA[i] - aa + ofB[i] - bb + C2);
            sum += (2 * ab + C1) / (aa + bb + C1) * contrast;
        }
        return sum / meanOfA.length;
    }

    /** Weighted means over whole windows. */
    private static double[] blurred(double[] values, int width, int height) {
        double[] weights = weights();
        int across = width - WINDOW + 1;
        int down = height - WINDOW + 1;
        double[] rows = new double[across * height];
        for (int y = 0; y < height; y++) {
            for (int k = 0; k < WINDOW; k++) {
                for (int x = 0; x < across; x++) {
                    rows[y * across + x] += weights[k] * values[y * width + x + k];
                }
            }
        }
        double[] means = new double[across * down];
        for (int y = 0; y < down; y++) {
            for (int k = 0; k < WINDOW; k++) {
                for (int x = 0; x < across; x++) {
                    means[y * across + x] += weights[k] * rows[(y + k) * across + x];
                }
            }
        }
        return means;
    }

    /** Of a Gaussian; their sum is 1. */
    private static double[] weights() {
        double[] weights = new double[WINDOW];
        double sum = 0;
        for (int i = 0; i < WINDOW; i++) {
            double distance = i - WINDOW / 2;
            weights[i] = Math.exp(-distance * distance / (2 * SIGMA * SIGMA));
            sum += weights[i];
        }
        for (int i = 0; i < WINDOW; i++) {
            weights[i] /= sum;
        }
        return weights;
    }
}
