package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/**
 * Flips the image upside down at random; for images without a natural orientation, such as aerial photographs and
 * microscopy.
 *
 * @param p probability, 0 to 1
 */
public record VerticalFlip(@Default("0.5") double p) implements Transform {
    public VerticalFlip {
        Check.probability("vertical-flip", p);
    }

    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        return random.nextDouble() < p ? mirror(image) : image;
    }

    private static Rgb8Image mirror(Rgb8Image image) {
        byte[] in = image.pixels();
        byte[] out = new byte[in.length];
        int stride = image.width() * 3;
        for (int row = 0; row < in.length; row += stride) {
            System.arraycopy(in, row, out, in.length - stride - row, stride);
        }
        return new Rgb8Image(image.width(), image.height(), out);
    }
}
