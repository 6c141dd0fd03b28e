package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/**
 * Flips the image left to right at random.
 *
 * @param p probability, 0 to 1
 */
public record HorizontalFlip(@Default("0.5") double p) implements Transform {
    public HorizontalFlip {
        Check.probability("horizontal-flip", p);
    }

    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        return random.nextDouble() < p ? mirror(image) : image;
    }

    static Rgb8Image mirror(Rgb8Image image) {
        byte[] in = image.pixels();
        byte[] out = new byte[in.length];
        int stride = image.width() * 3;
        for (int row = 0; row < in.length; row += stride) {
            for (int i = row, o = row + stride - 3; o >= row; i += 3, o -= 3) {
                out[o] = in[i];
                out[o + 1] = in[i + 1];
                out[o + 2] = in[i + 2];
            }
        }
        return new Rgb8Image(image.width(), image.height(), out);
    }
}
