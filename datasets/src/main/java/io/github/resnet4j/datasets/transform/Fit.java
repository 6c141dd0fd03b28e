package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.image.Rgb8Image;

/**
 * Scales the whole image until its longer side has {@code size} pixels, bilinearly, and fills the square up with black, to the
 * right or below.
 *
 * @param size width and height of the result, in pixels
 */
public record Fit(int size) implements Transform {
    public Fit {
        Check.side("fit", size);
    }

    @Override
    public boolean isRandom() {
        return false;
    }

    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        return apply((LazyImage) image, random);
    }

    @Override
    public Rgb8Image apply(LazyImage image, SampleRandom random) {
        Rgb8Image scaled = Resampler.resize(image, width(image), height(image), Interpolation.BILINEAR);
        return PixelWindow.cut(scaled, 0, 0, size, size);
    }

    @Override
    public Rgb8Image applyToMask(Rgb8Image mask, SampleRandom random) {
        return PixelWindow.cut(NearestNeighbour.resize(mask, width(mask), height(mask)), 0, 0, size, size);
    }

    /** Columns of the result that are of the image. */
    public int width(LazyImage image) {
        return side(image.width(), Math.max(image.width(), image.height()));
    }

    /** Rows of the result that are of the image. */
    public int height(LazyImage image) {
        return side(image.height(), Math.max(image.width(), image.height()));
    }

    private int side(int side, int longer) {
        return (int) Math.max(1, Math.round((double) side * size / longer));
    }
}
