package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.image.Rgb8Image;
import java.util.Objects;

/**
 * Scales the shorter side to {@code size}, keeping the aspect ratio; the longer side is rounded down, as by
 * torchvision's {@code Resize(int)}.
 *
 * @param size the shorter side of the result, in pixels
 * @param interpolation the filter
 */
public record Resize(int size, @Default("bilinear") Interpolation interpolation) implements Transform {
    /** The largest result, in pixels: what the decoder would accept. A thread-like image must not exhaust memory. */
    private static final long MAX_PIXELS = 89_478_485;

    public Resize {
        Check.side("resize", size);
        Objects.requireNonNull(interpolation, "interpolation");
    }

    @Override
    public boolean isRandom() {
        return false;
    }

    /** @throws IllegalArgumentException if the result would have more than 89,478,485 pixels */
    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        return apply((LazyImage) image, random);
    }

    @Override
    public Rgb8Image apply(LazyImage image, SampleRandom random) {
        int width = side(image, image.width());
        int height = side(image, image.height());
        return Resampler.resize(image, width, height, interpolation);
    }

    @Override
    public Rgb8Image applyToMask(Rgb8Image mask, SampleRandom random) {
        return NearestNeighbour.resize(mask, side(mask, mask.width()), side(mask, mask.height()));
    }

    /** What {@code crop} leaves of the result; no other pixels are computed. */
    Rgb8Image apply(LazyImage image, CenterCrop crop, SampleRandom random) {
        int width = side(image, image.width());
        int height = side(image, image.height());
        int left = crop.start(width);
        int top = crop.start(height);
        return left < 0 || top < 0
                ? crop.apply(apply(image, random), random)
                : Resampler.resize(image, width, height, interpolation, left, top, crop.size(), crop.size());
    }

    /** How long a side of the image becomes. */
    private int side(LazyImage image, int side) {
        long shorter = Math.min(image.width(), image.height());
        long longer = size * (long) Math.max(image.width(), image.height()) / shorter;
        if (size * longer > MAX_PIXELS) {
            throw new IllegalArgumentException("resize to " + size + " would make " + size + "x" + longer
                    + " pixels of an image of " + image.width() + "x" + image.height() + "; at most " + MAX_PIXELS);
        }
        return side == shorter ? size : (int) longer;
    }
}
