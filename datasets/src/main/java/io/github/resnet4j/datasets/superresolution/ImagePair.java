package io.github.resnet4j.datasets.superresolution;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.transform.SampleRandom;

/**
 * An image in two sizes.
 *
 * @param low the smaller
 * @param high {@code factor} times as wide and as high
 * @param factor at least 1
 */
public record ImagePair(Rgb8Image low, Rgb8Image high, int factor) {

    /** Throws {@link IllegalArgumentException} if the sizes are others. */
    public ImagePair {
        if (factor < 1 || high.width() != factor * low.width() || high.height() != factor * low.height()) {
            throw new IllegalArgumentException("an image of " + high.width() + "x" + high.height() + " pixels is not "
                    + factor + " times one of " + low.width() + "x" + low.height()
                    + "; crop the larger one to a multiple of " + factor);
        }
    }

    /** An image, cropped to a multiple of {@code factor}, and the smaller one that {@code by} makes of it. */
    public static ImagePair of(Rgb8Image image, int factor, Bicubic by) {
        return new ImagePair(by.smaller(image, factor), Bicubic.cropped(image, factor), factor);
    }

    /**
     * The same random part of both, flipped and turned at random: a sample of training. What it is depends on the numbers
     * alone.
     *
     * @param size rows and columns of the smaller part
     * @throws IllegalArgumentException if the smaller image is smaller than that
     */
    public ImagePair patch(int size, SampleRandom random) {
        if (size < 1 || low.width() < size || low.height() < size) {
            throw new IllegalArgumentException("an image of " + high.width() + "x" + high.height()
                    + " pixels has no part of " + factor * size + "x" + factor * size
                    + "; use smaller patches or larger images");
        }
        int left = random.nextInt(low.width() - size + 1);
        int top = random.nextInt(low.height() - size + 1);
        Symmetry symmetry = Symmetry.of(random.nextInt(Symmetry.COUNT));
        return new ImagePair(
                symmetry.apply(low.part(left, top, size, size)),
                symmetry.apply(high.part(factor * left, factor * top, factor * size, factor * size)),
                factor);
    }
}
