package io.github.resnet4j.zoo.weights.archive;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.spec.ResNetSpec;
import io.github.resnet4j.zoo.spec.ShortcutType;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What must be known about a model besides its parameters: enough to build its network from the zoo, to prepare pictures
 * for it and to name what it says.
 *
 * @param format version of this description, {@link #FORMAT}
 * @param architecture name in the zoo
 * @param shortcut how the blocks' inputs reach their sums
 * @param strideOn which convolution of a bottleneck carries the stride
 * @param zeroInitResidual whether training began with the last BN of every block at zero
 * @param input shape of one picture
 * @param classes what the logits stand for, in their order; names may repeat (ImageNet has two cranes)
 * @param preprocessing how pictures become inputs
 * @param provenance where the model comes from, in words: recipe, data, version, licence
 */
public record ModelCard(
        int format,
        String architecture,
        ShortcutType shortcut,
        ResNetSpec.StrideOn strideOn,
        boolean zeroInitResidual,
        Shape input,
        List<String> classes,
        Preprocessing preprocessing,
        Map<String, String> provenance) {
    /** The only version so far. */
    public static final int FORMAT = 1;

    private static final int MAX_CHANNELS = 1 << 10;
    private static final int MAX_SIDE = 1 << 14;
    private static final int MAX_CLASS_NAME = 1 << 14;
    private static final String CONTROL = "contains a control character";

    public ModelCard {
        if (format != FORMAT) {
            throw new IllegalArgumentException("format " + format + " is not known to this version, which reads format "
                    + FORMAT + "; use a newer resnet4j");
        }
        if (input.channels() > MAX_CHANNELS || input.height() > MAX_SIDE || input.width() > MAX_SIDE) {
            throw new IllegalArgumentException(
                    "input " + input + " is larger than " + new Shape(MAX_CHANNELS, MAX_SIDE, MAX_SIDE));
        }
        classes = List.copyOf(classes);
        if (classes.size() < 2) {
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
                    + preprocessing.mean().size() + " values but pictures have " + input.channels() + " channels");
        }
        provenance = Collections.unmodifiableMap(new TreeMap<>(provenance));
        provenance.forEach((key, value) -> {
            if (!isPrintable(key)) {
                throw notPrintable("provenance");
            }
            if (!isPrintable(value)) {
                throw notPrintable("provenance " + key);
            }
        });
    }

    /**
     * What keeps a name from being that of a class, if anything does, so that one can say so before a network is trained:
     * {@code has no name}, {@code contains a control character}.
     */
    public static Optional<String> classNameProblem(String name) {
        if (name.isBlank()) {
            return Optional.of("has no name");
        }
        if (!isPrintable(name)) {
            return Optional.of(CONTROL);
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_CLASS_NAME) {
            return Optional.of("has a name of more than " + MAX_CLASS_NAME + " bytes");
        }
        // A surrogate without its partner has no bytes in UTF-8: it would come back as a question mark.
        return StandardCharsets.UTF_8.newEncoder().canEncode(name)
                ? Optional.empty()
                : Optional.of("has a name that is no Unicode text");
    }

    /** The card of a model of architecture {@code row}. */
    public static ModelCard of(
            Architecture row,
            Shape input,
            List<String> classes,
            Preprocessing preprocessing,
            Map<String, String> provenance) {
        ResNetSpec spec = row.spec();
        return new ModelCard(
                FORMAT,
                row.name(),
                spec.shortcut(),
                spec.strideOn(),
                spec.zeroInitResidual(),
                input,
                classes,
                preprocessing,
                provenance);
    }

    /**
     * The network that the parameters belong to, built from the zoo.
     *
     * @throws io.github.resnet4j.zoo.UnknownModelException if the zoo does not have the architecture
     * @throws IllegalArgumentException if the pictures are too small for it
     */
    public Network network() {
        Architecture row = Zoo.find(architecture);
        ResNetSpec spec =
                row.spec().withShortcut(shortcut).withStrideOn(strideOn).withZeroInitResidual(zeroInitResidual);
        return row.with(spec).network(input, classes.size());
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
