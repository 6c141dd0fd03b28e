package io.github.resnet4j.finetune.explain;

/**
 * How much each place of an image speaks for a class, at the resolution of the network's last maps. Positive values speak
 * for it, negative ones against; the scale is the network's own, so that only values of the same map compare.
 *
 * @param height rows, at least 1
 * @param width columns, at least 1
 * @param values row by row from the top, {@code height * width} of them; NaN where the network's values are not finite.
 *     Not copied and not to be modified
 */
public record ActivationMap(int height, int width, float[] values) {
    public ActivationMap {
        if (height < 1 || width < 1 || values.length != Math.multiplyExact(height, width)) {
            throw new IllegalArgumentException(
                    "a map of " + height + "x" + width + " cannot have " + values.length + " values");
        }
    }

    /** The value at column {@code x}, row {@code y}. */
    public float at(int x, int y) {
        return values[y * width + x];
    }
}
