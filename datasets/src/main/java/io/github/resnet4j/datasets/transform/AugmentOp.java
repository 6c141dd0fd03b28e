package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/** The operations that RandAugment and TrivialAugment choose from (Cubuk et al. 2019, table 1), as torchvision has them. */
enum AugmentOp {
    IDENTITY(false),
    SHEAR_X(true),
    SHEAR_Y(true),
    TRANSLATE_X(true),
    TRANSLATE_Y(true),
    ROTATE(true),
    BRIGHTNESS(true),
    COLOR(true),
    CONTRAST(true),
    SHARPNESS(true),
    POSTERIZE(false),
    SOLARIZE(false),
    AUTO_CONTRAST(false),
    EQUALIZE(false);

    /** How many steps there are from no change to the greatest. */
    static final int BINS = 31;

    private final boolean signed;

    AugmentOp(boolean signed) {
        this.signed = signed;
    }

    /** Whether its magnitude may be negative as well. */
    boolean signed() {
        return signed;
    }

    /** How far the operations of a method go. */
    enum Reach {
        /** RandAugment's. */
        MODERATE(0.3, 30, 0.9, 4),
        /** That of TrivialAugment, "wide". */
        WIDE(0.99, 135, 0.99, 6);

        private final double shear;
        private final double rotation;
        private final double enhancement;
        private final double bits;

        Reach(double shear, double rotation, double enhancement, double bits) {
            this.shear = shear;
            this.rotation = rotation;
            this.enhancement = enhancement;
            this.bits = bits;
        }

        /**
         * The magnitude of an operation.
         *
         * @param bin 0 to {@link #BINS} - 1
         * @param side of the image along which it is moved, if it is
         */
        double magnitude(AugmentOp op, int bin, int side) {
            return switch (op) {
                case IDENTITY, AUTO_CONTRAST, EQUALIZE -> 0;
                case SHEAR_X, SHEAR_Y -> step(0, shear, bin);
                case TRANSLATE_X, TRANSLATE_Y -> step(0, this == WIDE ? 32 : 150.0 / 331.0 * side, bin);
                case ROTATE -> step(0, rotation, bin);
                case BRIGHTNESS, COLOR, CONTRAST, SHARPNESS -> step(0, enhancement, bin);
                case POSTERIZE -> 8 - Math.rint(bin * bits / (BINS - 1));
                case SOLARIZE -> step(255, 0, bin);
            };
        }

        private static double step(double from, double to, int bin) {
            return from + (to - from) * bin / (BINS - 1);
        }
    }

    Rgb8Image apply(Rgb8Image image, double magnitude) {
        return switch (this) {
            case IDENTITY -> image;
            case SHEAR_X -> AffineMap.shearX(magnitude).apply(image);
            case SHEAR_Y -> AffineMap.shearY(magnitude).apply(image);
            case TRANSLATE_X -> AffineMap.translation((int) magnitude, 0).apply(image);
            case TRANSLATE_Y -> AffineMap.translation(0, (int) magnitude).apply(image);
            case ROTATE ->
                AffineMap.rotation(magnitude, image.width(), image.height()).apply(image);
            case BRIGHTNESS -> PixelOps.brightness(image, 1 + magnitude);
            case COLOR -> PixelOps.saturation(image, 1 + magnitude);
            case CONTRAST -> PixelOps.contrast(image, 1 + magnitude);
            case SHARPNESS -> PixelOps.sharpness(image, 1 + magnitude);
            case POSTERIZE -> PixelOps.posterize(image, (int) magnitude);
            case SOLARIZE -> PixelOps.solarize(image, magnitude);
            case AUTO_CONTRAST -> PixelOps.autoContrast(image);
            case EQUALIZE -> PixelOps.equalize(image);
        };
    }

    /** One of them at random, in a random direction if it has one. */
    static Rgb8Image any(Rgb8Image image, Reach reach, int bin, SampleRandom random) {
        AugmentOp op = values()[random.nextInt(values().length)];
        double magnitude = reach.magnitude(op, bin, op == TRANSLATE_Y ? image.height() : image.width());
        return op.apply(image, op.signed && random.nextDouble() < 0.5 ? -magnitude : magnitude);
    }
}
