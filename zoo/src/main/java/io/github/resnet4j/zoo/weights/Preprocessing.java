package io.github.resnet4j.zoo.weights;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How an image becomes the input of a model, recorded so that a model is never evaluated with the wrong crop or mean:
 * resize the shorter side, crop the centre, scale pixels to [0, 1], subtract the mean and divide by the standard
 * deviation per channel.
 *
 * @param resize pixels of the shorter side after resizing; absent to keep the size
 * @param crop side of the square cut from the centre; absent: no crop
 * @param interpolation resampling filter, antialiased as in Pillow: {@code bilinear} or {@code bicubic}
 * @param mean one per channel, of pixels in [0, 1]
 * @param std one per channel, positive
 */
public record Preprocessing(
        OptionalInt resize, OptionalInt crop, String interpolation, List<Double> mean, List<Double> std) {
    private static final List<String> INTERPOLATIONS = List.of("bilinear", "bicubic");
    private static final int MAX_SIDE = 1 << 14;
    private static final int MAX_TEXT = 1 << 10;
    private static final double MAX_PIXEL = 255;

    /** Of pixels in [0, 1] half would be the most; divisors a little above 1 are odd, but mean what they say. */
    private static final double MAX_STD = 5;

    private static final MathContext DIGITS = new MathContext(6);
    private static final String KEY = "resnet4j.";

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

    /**
     * Why a mean or standard deviation cannot be for pixels in [0, 1], with the converted values if they look like
     * values for pixels from 0 to 255; empty if they can be. Meant for values that a person typed: those in a card were
     * right for its model and are not checked.
     */
    public static Optional<String> scaleProblem(List<Double> mean, List<Double> std) {
        boolean bytes =
                mean.stream().anyMatch(value -> value > 1) || std.stream().anyMatch(value -> value > MAX_STD);
        if (mean.stream().anyMatch(value -> value < 0)) {
            return Optional.of("must be for pixels in [0, 1], got mean " + joined(mean));
        }
        if (!bytes) {
            return Optional.empty();
        }
        return Optional.of("must be for pixels in [0, 1]; these are for pixels from 0 to 255: divided by 255 they are "
                + Stream.of(
                                mean.isEmpty() ? "" : "mean " + joined(divided(mean)),
                                std.isEmpty() ? "" : "std " + joined(divided(std)))
                        .filter(part -> !part.isEmpty())
                        .collect(Collectors.joining(" and ")));
    }

    /** Those that are small are of pixels in [0, 1] already, unless they are scaled with others. */
    private static List<Double> divided(List<Double> values) {
        boolean scaled = values.stream().anyMatch(value -> value > 1);
        return values.stream()
                .map(value ->
                        scaled ? new BigDecimal(value / MAX_PIXEL).round(DIGITS).doubleValue() : value)
                .toList();
    }

    private static String joined(List<Double> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** As text under these keys, for the metadata of weight files; {@link #of} reads it. */
    public Map<String, String> asMetadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        resize.ifPresent(side -> metadata.put(KEY + "resize", String.valueOf(side)));
        crop.ifPresent(side -> metadata.put(KEY + "crop", String.valueOf(side)));
        metadata.put(KEY + "interpolation", interpolation);
        metadata.put(KEY + "mean", joined(mean));
        metadata.put(KEY + "std", joined(std));
        return metadata;
    }

    /** Reads what {@link #asMetadata} wrote; empty if there is none, or it is invalid. */
    public static Optional<Preprocessing> of(Map<String, String> metadata) {
        if (!metadata.containsKey(KEY + "mean")) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Preprocessing(
                    side(metadata, "resize"),
                    side(metadata, "crop"),
                    metadata.getOrDefault(KEY + "interpolation", ""),
                    numbers(metadata, "mean"),
                    numbers(metadata, "std")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static OptionalInt side(Map<String, String> metadata, String key) {
        String text = metadata.get(KEY + key);
        return text == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
    }

    private static List<Double> numbers(Map<String, String> metadata, String key) {
        String text = metadata.getOrDefault(KEY + key, "");
        if (text.length() > MAX_TEXT) {
            throw new IllegalArgumentException("too long");
        }
        return Stream.of(text.split(",")).map(Double::valueOf).toList();
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
