package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/** Resampling filters, antialiased as in Pillow: the filter's support grows with the reduction. */
public enum Interpolation {
    /** Triangle filter, support 1; torchvision's default for classification. */
    BILINEAR(1) {
        @Override
        double weight(double distance) {
            return Math.max(0, 1 - Math.abs(distance));
        }
    },
    /** Keys' cubic (1981) with a = -0.5, support 2, as in Pillow; timm's recipes use it. */
    BICUBIC(2) {
        @Override
        double weight(double distance) {
            double x = Math.abs(distance);
            if (x < 1) {
                return ((A + 2) * x - (A + 3)) * x * x + 1;
            }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
        }
    };

    private static final double A = -0.5;

    /** The filter is zero from this distance on, in pixels of the coarser image. */
    final double support;

    Interpolation(double support) {
        this.support = support;
    }

    /** The image scaled to {@code width}×{@code height}, whatever its shape, with exactly Pillow's pixels. */
    public Rgb8Image resize(Rgb8Image image, int width, int height) {
        Check.side("resize", width);
        Check.side("resize", height);
        return Resampler.resize(image, width, height, this);
    }

    abstract double weight(double distance);
}
