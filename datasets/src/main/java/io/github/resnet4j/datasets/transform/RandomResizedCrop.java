package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.image.Rgb8Image;
import java.util.Objects;
import java.util.Optional;

/**
 * A part of random area and aspect ratio, scaled to {@code size}×{@code size} (Szegedy et al. 2015, section 6; drawn as
 * torchvision draws it).
 *
 * @param size width and height of the result, in pixels
 * @param minScale least share of the image's area, above 0
 * @param maxScale greatest share of the image's area, at most 1
 * @param minRatio least width / height
 * @param maxRatio greatest width / height; the ratio is uniform on a logarithmic scale
 * @param interpolation the filter
 * @param reducingGap if present, JPEGs whose part is large are decoded at a half, a quarter or an eighth of their size, as long as
 *     the part stays at least this many times as wide and high as the result. Faster for photographs of many megapixels; with
 *     2, the values are close to those of torchvision, without it they are the same (Pillow's parameter of that name)
 */
public record RandomResizedCrop(
        int size,
        @Default("0.08") double minScale,
        @Default("1") double maxScale,
        @Default("" + 3.0 / 4) double minRatio,
        @Default("" + 4.0 / 3) double maxRatio,
        @Default("bilinear") Interpolation interpolation,
        Optional<Double> reducingGap)
        implements Transform {
    private static final int ATTEMPTS = 10;
    private static final int MAX_GAP = 100;
    private static final int MAX_REDUCTION = 8;

    public RandomResizedCrop {
        Check.side("random-resized-crop", size);
        Check.range("random-resized-crop", "scale", minScale, maxScale, 1);
        Check.range("random-resized-crop", "ratio", minRatio, maxRatio, Double.MAX_VALUE);
        Objects.requireNonNull(interpolation, "interpolation");
        if (reducingGap.isPresent() && !(reducingGap.get() >= 1 && reducingGap.get() <= MAX_GAP)) {
            throw new IllegalArgumentException("random-resized-crop needs a reducing-gap of 1 to " + MAX_GAP + ", got "
                    + reducingGap.get() + "; 2 is usual");
        }
    }

    /** Decodes images in their full size. */
    public RandomResizedCrop(
            int size, double minScale, double maxScale, double minRatio, double maxRatio, Interpolation interpolation) {
        this(size, minScale, maxScale, minRatio, maxRatio, interpolation, Optional.empty());
    }

    /** The usual ranges: 8 to 100 % of the area, ratio 3/4 to 4/3, bilinear. */
    public RandomResizedCrop(int size) {
        this(size, 0.08, 1, 3.0 / 4, 4.0 / 3, Interpolation.BILINEAR);
    }

    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        return apply((LazyImage) image, random);
    }

    @Override
    public Rgb8Image apply(LazyImage image, SampleRandom random) {
        Box box = draw(image.width(), image.height(), random);
        LazyImage decoded = image;
        int reduction = reduction(box);
        if (reduction > 1) {
            decoded = image.reduced(reduction);
            box = box.in(image, decoded);
        }
        return Resampler.resize(decoded.part(box.left, box.top, box.width, box.height), size, size, interpolation);
    }

    @Override
    public Rgb8Image applyToMask(Rgb8Image mask, SampleRandom random) {
        Box box = draw(mask.width(), mask.height(), random);
        return NearestNeighbour.resize(mask.part(box.left, box.top, box.width, box.height), size, size);
    }

    /** How many times smaller an image may be decoded for this part of it. */
    private int reduction(Box box) {
        double least = size * reducingGap.orElse(Double.POSITIVE_INFINITY);
        int reduction = MAX_REDUCTION;
        while (reduction > 1 && Math.min(box.width, box.height) < least * reduction) {
            reduction /= 2;
        }
        return reduction;
    }

    /** The part to cut; after ten that do not fit, the largest in the middle whose ratio is in range. */
    Box draw(int width, int height, SampleRandom random) {
        double area = (double) width * height;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            double target = area * random.uniform(minScale, maxScale);
            double ratio = Math.exp(random.uniform(Math.log(minRatio), Math.log(maxRatio)));
            double w = Math.rint(Math.sqrt(target * ratio));
            double h = Math.rint(Math.sqrt(target / ratio));
            if (w > 0 && w <= width && h > 0 && h <= height) {
                int top = random.nextInt(height - (int) h + 1);
                int left = random.nextInt(width - (int) w + 1);
                return new Box(left, top, (int) w, (int) h);
            }
        }
        double ratio = (double) width / height;
        // At least one pixel: torchvision would fail on an image one pixel wide or high.
        int w = ratio > maxRatio ? Math.max(1, (int) Math.rint(height * maxRatio)) : width;
        int h = ratio < minRatio ? Math.max(1, (int) Math.rint(width / minRatio)) : height;
        return new Box((width - w) / 2, (height - h) / 2, w, h);
    }

    /** A rectangle of an image. */
    record Box(int left, int top, int width, int height) {
        /** The same part of the image in another size, in whole pixels. */
        Box in(LazyImage image, LazyImage other) {
            double x = (double) other.width() / image.width();
            double y = (double) other.height() / image.height();
            int w = Math.max(1, (int) Math.rint(width * x));
            int h = Math.max(1, (int) Math.rint(height * y));
            return new Box(
                    Math.min((int) (left * x), other.width() - w), Math.min((int) (top * y), other.height() - h), w, h);
        }
    }
}
