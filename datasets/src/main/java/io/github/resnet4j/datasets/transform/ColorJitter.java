package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/**
 * Changes brightness, contrast, saturation and hue at random, in random order, as torchvision does.
 *
 * @param brightness how far the factor is from 1 at most, at least 0
 * @param contrast likewise
 * @param saturation likewise
 * @param hue how far the hue is turned at most, in circles, 0 to 0.5
 */
public record ColorJitter(
        @Default("0") double brightness,
        @Default("0") double contrast,
        @Default("0") double saturation,
        @Default("0") double hue)
        implements Transform {
    /** Enough to leave nothing of an image. */
    private static final double MOST = 100;

    public ColorJitter {
        Check.within("color-jitter", "brightness", brightness, 0, MOST);
        Check.within("color-jitter", "contrast", contrast, 0, MOST);
        Check.within("color-jitter", "saturation", saturation, 0, MOST);
        Check.within("color-jitter", "hue", hue, 0, 0.5);
    }

    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        int[] order = {0, 1, 2, 3};
        for (int i = order.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        double[] factors = {
            factor(brightness, random), factor(contrast, random), factor(saturation, random), random.uniform(-hue, hue)
        };
        Rgb8Image changed = image;
        for (int which : order) {
            changed = switch (which) {
                case 0 -> brightness == 0 ? changed : PixelOps.brightness(changed, factors[0]);
                case 1 -> contrast == 0 ? changed : PixelOps.contrast(changed, factors[1]);
                case 2 -> saturation == 0 ? changed : PixelOps.saturation(changed, factors[2]);
                default -> hue == 0 ? changed : PixelOps.hue(changed, factors[3]);
            };
        }
        return changed;
    }

    /** The mask itself: colours are not its. */
    @Override
    public Rgb8Image applyToMask(Rgb8Image mask, SampleRandom random) {
        return mask;
    }

    private static double factor(double range, SampleRandom random) {
        return random.uniform(Math.max(0, 1 - range), 1 + range);
    }
}
