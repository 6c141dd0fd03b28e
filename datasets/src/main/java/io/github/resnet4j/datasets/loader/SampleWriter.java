package io.github.resnet4j.datasets.loader;

import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.transform.Interpolation;
import io.github.resnet4j.datasets.transform.SampleRandom;

/** Turns an image into the values of one sample. Several threads share one writer. */
@FunctionalInterface
public interface SampleWriter {
    /**
     * Writes the sample as planes (C×H×W) to {@code out} from {@code offset}, every one of its values.
     *
     * @param random the random numbers of this sample in this epoch, the only source of randomness
     */
    void write(LazyImage image, SampleRandom random, float[] out, int offset);

    /**
     * The pixels, 0 to 255, of the image scaled to {@code height}×{@code width} whatever its shape, by Pillow's bilinear
     * filter.
     */
    static SampleWriter scaled(int height, int width) {
        SampleWriter pixels = pixels(height, width);
        return (image, random, out, offset) ->
                pixels.write(Interpolation.BILINEAR.resize(image.decode(), width, height), random, out, offset);
    }

    /**
     * The pixels as they are, 0 to 255, as planes red, green, blue (3×H×W).
     *
     * @return a writer that throws {@link IllegalArgumentException} for images of another size
     */
    static SampleWriter pixels(int height, int width) {
        return (image, random, out, offset) -> {
            if (image.height() != height || image.width() != width) {
                throw new IllegalArgumentException("expected " + width + "x" + height + " pixels, got " + image.width()
                        + "x" + image.height() + ": resize");
            }
            byte[] pixels = image.decode().pixels();
            int plane = height * width;
            for (int i = 0; i < plane; i++) {
                out[offset + i] = pixels[3 * i] & 0xff;
                out[offset + plane + i] = pixels[3 * i + 1] & 0xff;
                out[offset + 2 * plane + i] = pixels[3 * i + 2] & 0xff;
            }
        };
    }
}
