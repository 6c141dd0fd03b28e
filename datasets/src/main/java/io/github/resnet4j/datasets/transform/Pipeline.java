package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.IndexedImage;
import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.image.Rgb8Image;
import java.util.List;
import java.util.Objects;

/**
 * The preprocessing of a decoded image: transforms in order, then normalisation to the 3×H×W floats a network takes.
 * Immutable; threads may share one.
 */
public final class Pipeline {
    /** No expectation; an image has at least one pixel. */
    private static final int ANY = 0;

    private final List<Transform> transforms;
    private final Normalize normalize;
    private final float[][] table;
    private final int height;
    private final int width;

    /** A pipeline that may produce images of any size. */
    public Pipeline(List<Transform> transforms, Normalize normalize) {
        this(transforms, normalize, ANY, ANY);
    }

    private Pipeline(List<Transform> transforms, Normalize normalize, int height, int width) {
        this.transforms = List.copyOf(transforms);
        this.normalize = normalize;
        this.table = normalize.table();
        this.height = height;
        this.width = width;
    }

    /** The same pipeline, which refuses to produce images of any other size than the network takes. */
    public Pipeline producing(int height, int width) {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("a network takes at least 1x1 pixels, got " + height + "x" + width);
        }
        return new Pipeline(transforms, normalize, height, width);
    }

    public List<Transform> transforms() {
        return transforms;
    }

    /** Whether the result depends on more than the image. */
    public boolean isRandom() {
        return transforms.stream().anyMatch(Transform::isRandom);
    }

    public Normalize normalize() {
        return normalize;
    }

    /**
     * The image as the network will see it, before normalisation.
     *
     * @throws IllegalArgumentException if it does not come out in the size {@link #producing} asks for
     */
    public Rgb8Image image(LazyImage image, SampleRandom random) {
        LazyImage made = image;
        for (int i = 0; i < transforms.size(); i++) {
            boolean cropped = i + 1 < transforms.size() && transforms.get(i + 1) instanceof CenterCrop;
            if (cropped && transforms.get(i) instanceof Resize resize) {
                i++;
                made = resize.apply(made, (CenterCrop) transforms.get(i), random);
            } else {
                made = transforms.get(i).apply(made, random);
            }
        }
        return required(image, made.decode());
    }

    private Rgb8Image required(LazyImage image, Rgb8Image transformed) {
        if (height != ANY && (transformed.height() != height || transformed.width() != width)) {
            throw new IllegalArgumentException("the transforms " + transforms + " make " + transformed.height() + "x"
                    + transformed.width() + " (height x width) of an image of " + image.height() + "x" + image.width()
                    + ", but the network takes " + height + "x" + width
                    + ": end with center-crop or random-resized-crop of that size");
        }
        return transformed;
    }

    /**
     * Writes the transformed and normalised image, 3×H×W floats: all of red, then green, then blue.
     *
     * @param out where to, from {@code offset} on
     * @throws IllegalArgumentException if the image does not come out in the size {@link #producing} asks for
     * @throws IndexOutOfBoundsException if {@code out} has no room for it
     */
    public void write(LazyImage image, SampleRandom random, float[] out, int offset) {
        write(image(image, random), out, offset);
    }

    /**
     * Writes an image as {@link #write(LazyImage, SampleRandom, float[], int)} does, and its mask, H×W, whose pixels were
     * moved alike: by nearest neighbour, and {@code nothing} where there is no image.
     *
     * @param mask of the image's size
     * @param nothing 0 to 255
     * @throws IllegalArgumentException also if they are not of the same size
     * @throws UnsupportedOperationException if a transform has none for masks, see {@link Transform#keepsMasks}
     */
    public void write(
            LazyImage image,
            IndexedImage mask,
            int nothing,
            SampleRandom random,
            float[] out,
            int offset,
            float[] maskOut,
            int maskOffset) {
        if (mask.width() != image.width() || mask.height() != image.height()) {
            throw new IllegalArgumentException("a mask of " + mask.width() + "x" + mask.height() + " for an image of "
                    + image.width() + "x" + image.height());
        }
        LazyImage made = image;
        Rgb8Image moved = mixed(mask, nothing);
        for (Transform transform : transforms) {
            SampleRandom same = random.copy();
            made = transform.apply(made, random);
            moved = transform.applyToMask(moved, same);
        }
        write(required(image, made.decode()), out, offset);
        byte[] numbers = moved.pixels();
        Objects.checkFromIndexSize(maskOffset, numbers.length / 3, maskOut.length);
        for (int i = 0, o = maskOffset; i < numbers.length; i += 3, o++) {
            maskOut[o] = (numbers[i] & 0xff) ^ nothing;
        }
    }

    /** An image of the numbers, so changed that {@code nothing} is 0: what transforms put where there is no image. */
    private static Rgb8Image mixed(IndexedImage mask, int nothing) {
        byte[] samples = mask.samples();
        byte[] pixels = new byte[Math.multiplyExact(3, samples.length)];
        for (int i = 0; i < samples.length; i++) {
            byte number = (byte) (samples[i] ^ nothing);
            pixels[3 * i] = number;
            pixels[3 * i + 1] = number;
            pixels[3 * i + 2] = number;
        }
        return new Rgb8Image(mask.width(), mask.height(), pixels);
    }

    private void write(Rgb8Image transformed, float[] out, int offset) {
        int area = transformed.width() * transformed.height();
        byte[] pixels = transformed.pixels();
        Objects.checkFromIndexSize(offset, pixels.length, out.length);
        for (int c = 0; c < 3; c++) {
            float[] values = table[c];
            int o = offset + c * area;
            for (int i = c; i < pixels.length; i += 3) {
                out[o++] = values[pixels[i] & 0xff];
            }
        }
    }
}
