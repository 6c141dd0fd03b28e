package io.github.resnet4j.zoo.weights.archive;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What you need to know about a model besides its parameters: enough to build its network from the zoo, to prepare
 * images for it and to name its classes.
 *
 * @param architecture name in the zoo
 * @param options of the architecture's spec, as {@link io.github.resnet4j.zoo.Spec#options} writes them; those left out
 *     are the architecture's own
 * @param input shape of one image
 * @param classes what the logits stand for, in their order; names may repeat (ImageNet has two cranes). Of a network that
 *     makes images, what their channels stand for
 * @param preprocessing how images become inputs
 * @param provenance where the model comes from, in words: recipe, data, version, licence
 * @param temperature by which the logits are divided before the softmax, for probabilities that are as often right as they
 *     say (Guo et al. 2017, section 4.2); positive and finite. Absent: the network's own are all that is known
 */
public record ModelCard(
        String architecture,
        Map<String, String> options,
        Shape input,
        List<String> classes,
        Preprocessing preprocessing,
        Map<String, String> provenance,
        OptionalDouble temperature) {
    private static final int MAX_CHANNELS = 1 << 10;
    private static final int MAX_SIDE = 1 << 14;
    /** Bytes of one char in UTF-8, at most. */
    private static final int MAX_UTF8_BYTES = 3;

    private static final int MAX_CLASS_NAME = 1 << 14;
    private static final String CONTROL = "contains a control character";

    public ModelCard {
        if (input.channels() > MAX_CHANNELS || input.height() > MAX_SIDE || input.width() > MAX_SIDE) {
            throw new IllegalArgumentException(
                    "input " + input + " is larger than " + new Shape(MAX_CHANNELS, MAX_SIDE, MAX_SIDE));
        }
        classes = List.copyOf(classes);
        if (classes.isEmpty() || classes.size() < 2 && !makesValues(architecture)) {
            throw new IllegalArgumentException("a classifier needs at least 2 classes, got " + classes.size());
        }
        for (int i = 0; i < classes.size(); i++) {
            Optional<String> problem = classNameProblem(classes.get(i));
            if (problem.isPresent()) {
                throw new IllegalArgumentException("class " + i + " " + problem.get());
            }
        }
        if (preprocessing.mean().size() != input.channels()) {
            throw new IllegalArgumentException("mean and std have "
                    + preprocessing.mean().size() + " values but images have " + input.channels() + " channels");
        }
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        requirePrintable("options", options);
        provenance = Collections.unmodifiableMap(new TreeMap<>(provenance));
        requirePrintable("provenance", provenance);
        if (temperature.isPresent()
                && !(temperature.getAsDouble() > 0 && temperature.getAsDouble() < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "temperature must be positive and finite, got " + temperature.getAsDouble());
        }
    }

    /** Networks that make images may have one channel. */
    private static boolean makesValues(String architecture) {
        return Zoo.list().stream()
                .filter(row -> row.name().equals(architecture))
                .anyMatch(row -> row.network().output() instanceof Output.Values);
    }

    /** A card without calibration. */
    public ModelCard(
            String architecture,
            Map<String, String> options,
            Shape input,
            List<String> classes,
            Preprocessing preprocessing,
            Map<String, String> provenance) {
        this(architecture, options, input, classes, preprocessing, provenance, OptionalDouble.empty());
    }

    /** The same with another temperature, or none. */
    public ModelCard withTemperature(OptionalDouble other) {
        return new ModelCard(architecture, options, input, classes, preprocessing, provenance, other);
    }

    /** The same with other provenance. */
    public ModelCard withProvenance(Map<String, String> other) {
        return new ModelCard(architecture, options, input, classes, preprocessing, other, temperature);
    }

    /**
     * Why a name cannot be the name of a class, if it cannot, so that you find out before training: {@code has no
     * name}, {@code contains a control character}.
     */
    public static Optional<String> classNameProblem(String name) {
        if (name.isBlank()) {
            return Optional.of("has no name");
        }
        if (!isPrintable(name)) {
            return Optional.of(CONTROL);
        }
        // Archives have up to a million names: no array for each of those that are short enough however they are
        // encoded.
        boolean surelyShort = name.length() <= MAX_CLASS_NAME / MAX_UTF8_BYTES;
        if (!surelyShort && name.getBytes(StandardCharsets.UTF_8).length > MAX_CLASS_NAME) {
            return Optional.of("has a name of more than " + MAX_CLASS_NAME + " bytes");
        }
        // A surrogate without its partner has no bytes in UTF-8: it would come back as a question mark.
        return hasLoneSurrogate(name) ? Optional.of("has a name that is not valid Unicode") : Optional.empty();
    }

    private static boolean hasLoneSurrogate(String text) {
        int point;
        for (int i = 0; i < text.length(); i += Character.charCount(point)) {
            point = text.codePointAt(i);
            if (Character.getType(point) == Character.SURROGATE) {
                return true;
            }
        }
        return false;
    }

    /** The card of a model of architecture {@code row}. */
    public static ModelCard of(
            Architecture row,
            Shape input,
            List<String> classes,
            Preprocessing preprocessing,
            Map<String, String> provenance) {
        return new ModelCard(row.name(), row.spec().options(), input, classes, preprocessing, provenance);
    }

    /**
     * The network that the parameters belong to, built from the zoo.
     *
     * @throws io.github.resnet4j.zoo.UnknownModelException if the zoo does not have the architecture
     * @throws io.github.resnet4j.zoo.OptionException if the architecture does not have the card's options
     * @throws IllegalArgumentException if the images are too small for it
     */
    public Network network() {
        return Zoo.find(architecture).with(options).network(input, classes.size());
    }

    private static void requirePrintable(String what, Map<String, String> texts) {
        texts.forEach((key, value) -> {
            if (!isPrintable(key)) {
                throw notPrintable(what);
            }
            if (!isPrintable(value)) {
                throw notPrintable(what + " " + key);
            }
        });
    }

    /** Cards are printed on terminals, where an escape sequence is a command. There may be 100,000 classes. */
    private static boolean isPrintable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static IllegalArgumentException notPrintable(String what) {
        return new IllegalArgumentException(what + " " + CONTROL);
    }
}
