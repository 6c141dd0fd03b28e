package io.github.resnet4j.datasets.transform;

import java.util.Arrays;

/**
 * From samples 0..255 to the network's floats: {@code (v / 255 - mean) / std}, per channel, in the float arithmetic of
 * torchvision's {@code ToTensor} and {@code Normalize}.
 *
 * @param mean of red, green and blue, on the scale 0..1; copied
 * @param std of red, green and blue, on the scale 0..1, above 0; copied
 */
public record Normalize(float[] mean, float[] std) {
    /** Of the ImageNet training set, as used for torchvision's and most of timm's weights. */
    public static final Normalize IMAGENET =
            new Normalize(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});

    /** Of the CIFAR-10 training set. */
    public static final Normalize CIFAR10 =
            new Normalize(new float[] {0.4914f, 0.4822f, 0.4465f}, new float[] {0.2470f, 0.2435f, 0.2616f});

    /** Division by 255 only. */
    public static final Normalize NONE = new Normalize(new float[3], new float[] {1, 1, 1});

    public Normalize {
        mean = mean.clone();
        std = std.clone();
        if (mean.length != 3 || std.length != 3) {
            throw new IllegalArgumentException("normalisation needs a mean and a std for red, green and blue, got "
                    + Arrays.toString(mean) + " and " + Arrays.toString(std));
        }
        for (int c = 0; c < 3; c++) {
            if (!Float.isFinite(mean[c]) || !Float.isFinite(std[c]) || std[c] <= 0) {
                throw new IllegalArgumentException("normalisation needs finite means and a std above 0, got "
                        + Arrays.toString(mean) + " and " + Arrays.toString(std));
            }
        }
    }

    @Override
    public float[] mean() {
        return mean.clone();
    }

    @Override
    public float[] std() {
        return std.clone();
    }

    /** The float of each sample value, 3×256. */
    float[][] table() {
        float[][] table = new float[3][256];
        for (int c = 0; c < 3; c++) {
            for (int v = 0; v < 256; v++) {
                table[c][v] = (v / 255f - mean[c]) / std[c];
            }
        }
        return table;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Normalize that && Arrays.equals(mean, that.mean) && Arrays.equals(std, that.std);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(mean) + Arrays.hashCode(std);
    }

    @Override
    public String toString() {
        return "Normalize[mean=" + Arrays.toString(mean) + ", std=" + Arrays.toString(std) + "]";
    }
}
