package io.github.resnet4j.finetune.model;

import io.github.resnet4j.zoo.weights.Preprocessing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a user says of a model, in any combination that leaves no question open.
 *
 * @param model a file; a name of the zoo ({@code resnet50}), which then needs {@code weights}; or a published name
 *     ({@code resnet50.tv_in1k}), whose preprocessing and class names go for {@code weights} too
 * @param weights a file of weights; with {@code model} absent, its tensors tell the network
 * @param map rules for names that nothing else knows, see {@link io.github.resnet4j.zoo.weights.names.NameMapping}
 * @param labels a file of class names, one a line, in the order of the logits
 * @param newClasses a number of classes gives the model a new classifier for as many, with random weights
 * @param preparation what of the preprocessing is given
 * @param options of the network, such as {@code shortcut=a-end}, where its weights do not tell them
 */
public record ModelRequest(
        Optional<String> model,
        Optional<Path> weights,
        Optional<Path> map,
        Optional<Path> labels,
        OptionalInt newClasses,
        Preparation preparation,
        Map<String, String> options) {
    public ModelRequest {
        options = Map.copyOf(options);
    }

    /** A request in which the weights tell the network's options. */
    public ModelRequest(
            Optional<String> model,
            Optional<Path> weights,
            Optional<Path> map,
            Optional<Path> labels,
            OptionalInt newClasses,
            Preparation preparation) {
        this(model, weights, map, labels, newClasses, preparation, Map.of());
    }

    /** The same with options of the network. */
    public ModelRequest withOptions(Map<String, String> known) {
        return new ModelRequest(model, weights, map, labels, newClasses, preparation, known);
    }

    /**
     * Parts of a {@link Preprocessing}; absent ones are the weights' own, or else assumed.
     *
     * @param resize pixels of the shorter side
     * @param crop pixels of the square's side
     * @param interpolation {@code bilinear} or {@code bicubic}
     * @param mean one per channel, of pixels in [0, 1]
     * @param std one per channel
     */
    public record Preparation(
            OptionalInt resize,
            OptionalInt crop,
            Optional<String> interpolation,
            Optional<List<Double>> mean,
            Optional<List<Double>> std) {
        /** Nothing given. */
        public static final Preparation NONE = new Preparation(
                OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), Optional.empty(), Optional.empty());

        /** {@code other} with what is given here in its place. */
        Preprocessing over(Preprocessing other) {
            return new Preprocessing(
                    resize.isPresent() ? resize : other.resize(),
                    crop.isPresent() ? crop : other.crop(),
                    interpolation.orElse(other.interpolation()),
                    mean.orElse(other.mean()),
                    std.orElse(other.std()));
        }
    }

    /** A model by its file or name alone. */
    public static ModelRequest of(String model) {
        return new ModelRequest(
                Optional.of(model),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Preparation.NONE);
    }

    /** A model of the zoo with weights from a file. */
    public static ModelRequest of(String architecture, Path weights) {
        return new ModelRequest(
                Optional.of(architecture),
                Optional.of(weights),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Preparation.NONE);
    }

    /** Whether {@code model} is meant as a file's path, not as a name. */
    public static boolean isFile(String model) {
        return Files.exists(Path.of(model))
                || model.contains("/")
                || model.contains("\\")
                || model.matches("(?i).*\\.(zip|safetensors|pth|pt|th|tar|bin|h5|hdf5|keras|ckpt)");
    }
}
