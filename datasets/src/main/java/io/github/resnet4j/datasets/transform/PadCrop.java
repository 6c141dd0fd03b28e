package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/**
 * Pads with black on every side, then cuts a random window of the original size (He et al. 2015, section 4.2, with 4
 * pixels; torchvision's {@code RandomCrop(size, padding)}).
 *
 * @param padding pixels on each side
 */
public record PadCrop(@Default("4") int padding) implements Transform {
    private static final int MAX_PADDING = 1024;

    public PadCrop {
        if (padding < 0 || padding > MAX_PADDING) {
            throw new IllegalArgumentException("pad-crop needs a padding of 0 to " + MAX_PADDING + ", got " + padding);
        }
    }

    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        int top = random.nextInt(2 * padding + 1) - padding;
        int left = random.nextInt(2 * padding + 1) - padding;
        return PixelWindow.cut(image, left, top, image.width(), image.height());
    }
}
