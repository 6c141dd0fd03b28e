package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/**
 * Cuts {@code size}×{@code size} from the centre; a shorter side is padded with black, as by torchvision's
 * {@code CenterCrop}, whose rounding this follows.
 *
 * @param size width and height of the result, in pixels
 */
public record CenterCrop(int size) implements Transform {
    public CenterCrop {
        Check.side("center-crop", size);
    }

    @Override
    public boolean isRandom() {
        return false;
    }

    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        return PixelWindow.cut(image, start(image.width()), start(image.height()), size, size);
    }

    /** Where on a side the result begins: half the excess, ties to even as Python rounds; half the shortage before the image, rounded down. */
    int start(int side) {
        return side < size ? -((size - side) / 2) : (int) Math.rint((side - size) / 2.0);
    }
}
