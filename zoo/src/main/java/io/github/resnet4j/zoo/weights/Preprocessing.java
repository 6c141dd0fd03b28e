package io.github.resnet4j.zoo.weights;

import java.util.List;
import java.util.OptionalInt;

/**
 * How an image becomes the input of a model, so that nobody evaluates with the wrong crop or mean: resize the shorter
 * side, crop the centre, scale pixels to [0, 1], subtract the mean and divide by the standard deviation per channel.
 *
 * @param resize pixels of the shorter side after resizing; absent: the size is kept
 * @param crop side of the square cut from the centre; absent: no crop
 * @param interpolation resampling filter, antialiased as in Pillow: {@code bilinear} or {@code bicubic}
 * @param mean one per channel, of pixels in [0, 1]
 * @param std one per channel, positive
 */
public record Preprocessing(
        OptionalInt resize, OptionalInt crop, String interpolation, List<Double> mean, List<Double> std) {
    private static final List<String> INTERPOLATIONS = List.of("bilinear", "bicubic");
    private static final int MAX_SIDE = 1 << 14;

    public Preprocessing {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        requireSide("resize", resize);
        requireSide("crop", crop);
        if (!INTERPOLATIONS.contains(interpolation)) {
            throw new IllegalArgumentException(
                    "interpolation \"" + interpolation + "\" is not one of " + String.join(", ", INTERPOLATIONS));
        }
        if (mean.isEmpty() || mean.size() != std.size()) {
            throw new IllegalArgumentException("mean and std need one value per channel, got " + mean + " and " + std);
        }
        if (!mean.stream().allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("mean must be finite, got " + mean);
        }
        if (!std.stream().allMatch(value -> Double.isFinite(value) && value > 0)) {
            throw new IllegalArgumentException("std must be positive, got " + std);
        }
    }

    private static void requireSide(String what, OptionalInt pixels) {
        if (pixels.isPresent() && (pixels.getAsInt() < 1 || pixels.getAsInt() > MAX_SIDE)) {
            throw new IllegalArgumentException(
                    what + " must be between 1 and " + MAX_SIDE + " pixels, got " + pixels.getAsInt());
        }
    }

    /** In words: {@code resize 256, crop 224, bilinear, mean [0.485, 0.456, 0.406], std [0.229, 0.224, 0.225]}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        resize.ifPresent(pixels -> text.append("resize ").append(pixels).append(", "));
        crop.ifPresent(pixels -> text.append("crop ").append(pixels).append(", "));
        if (!text.isEmpty()) {
            text.append(interpolation).append(", ");
        }
        return text.append("mean ").append(mean).append(", std ").append(std).toString();
    }
}
