package io.github.resnet4j.finetune.model;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.zoo.pretrained.ChannelOrder;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.WeightSet;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A user's choice of a model, in any unambiguous combination.
 *
 * @param model a file; a name of the zoo ({@code resnet50}), which then needs {@code weights}; or a published name
 *     ({@code resnet50.tv_in1k}), whose preprocessing and class names go for {@code weights} too
 * @param weights a weights file; with {@code model} absent, its tensors determine the network
 * @param set which weights of a file that has several
 * @param map rules for unrecognised names, see {@link io.github.resnet4j.zoo.weights.names.NameMapping}
 * @param labels a file of class names, one per line, in the order of the logits
 * @param head what happens to the classifier
 * @param preparation the parts of the preprocessing that are given
 * @param options of the network, such as {@code shortcut=a-end}, that its weights do not determine
 */
public record ModelRequest(
        Optional<String> model,
        Optional<Path> weights,
        WeightSet set,
        Optional<Path> map,
        Optional<Path> labels,
        Head head,
        Preparation preparation,
        Map<String, String> options) {
    /** The defaults. */
    private static final ModelRequest NONE = new ModelRequest(
            Optional.empty(),
            Optional.empty(),
            WeightSet.TRAINED,
            Optional.empty(),
            Optional.empty(),
            new Head.Own(),
            Preparation.NONE,
            Map.of());

    public ModelRequest {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options)); // in the order given
    }

    /** What happens to a model's classifier. */
    public sealed interface Head {
        /** Keep that of the weights, which must have one. */
        record Own() implements Head {}

        /** Start from random weights, for this number of classes. */
        record New(int classes) implements Head {}

        /** Keep that of the weights if they have one, otherwise a random one: training replaces it anyway. */
        record Any() implements Head {}

        /**
         * As {@link Any}; and weights of another network will do if it has the same body, which is all that is used of them then.
         */
        record Body() implements Head {}
    }

    /**
     * Parts of a {@link Preprocessing}; absent ones are the weights' own, or assumed if these are unknown.
     *
     * @param resize pixels of the shorter side
     * @param crop pixels of the square's side
     * @param interpolation {@code bilinear} or {@code bicubic}
     * @param mean of red, green and blue, in this order whatever the weights', of pixels in [0, 1]
     * @param std of red, green and blue
     * @param channelOrder the channel order that the weights expect
     */
    public record Preparation(
            OptionalInt resize,
            OptionalInt crop,
            Optional<String> interpolation,
            Optional<List<Double>> mean,
            Optional<List<Double>> std,
            Optional<ChannelOrder> channelOrder) {
        /** Nothing given. */
        public static final Preparation NONE = new Preparation(
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        /** Only the channel order, if given. */
        public static Preparation of(Optional<ChannelOrder> channelOrder) {
            return new Preparation(NONE.resize, NONE.crop, NONE.interpolation, NONE.mean, NONE.std, channelOrder);
        }

        /**
         * {@code other} with what is given here in its place.
         *
         * @throws UsageException if it is not a valid preprocessing, such as a mean of pixels from 0 to 255
         */
        public Preprocessing over(Preprocessing other) {
            Preprocessing.scaleProblem(mean.orElse(List.of()), std.orElse(List.of()))
                    .ifPresent(problem -> {
                        throw new UsageException("mean and std " + problem);
                    });
            try {
                return new Preprocessing(
                        resize.isPresent() ? resize : other.resize(),
                        crop.isPresent() ? crop : other.crop(),
                        interpolation.orElse(other.interpolation()),
                        mean.orElse(other.mean()),
                        std.orElse(other.std()));
            } catch (IllegalArgumentException e) {
                throw new UsageException(e.getMessage());
            }
        }
    }

    /** A model by its file or name alone. */
    public static ModelRequest of(String model) {
        return NONE.withModel(Optional.of(model));
    }

    /** A model of the zoo with weights from a file. */
    public static ModelRequest of(String architecture, Path weights) {
        return of(architecture).withWeights(Optional.of(weights));
    }

    /** The model that a file or name gives, if any. */
    public static ModelRequest of(Optional<String> model) {
        return NONE.withModel(model);
    }

    private ModelRequest withModel(Optional<String> other) {
        return new ModelRequest(other, weights, set, map, labels, head, preparation, options);
    }

    /** The same with weights from a file. */
    public ModelRequest withWeights(Optional<Path> other) {
        return new ModelRequest(model, other, set, map, labels, head, preparation, options);
    }

    /** The same with the trained or the averaged weights. */
    public ModelRequest withSet(WeightSet other) {
        return new ModelRequest(model, weights, other, map, labels, head, preparation, options);
    }

    /** The same with rules for names. */
    public ModelRequest withMap(Optional<Path> other) {
        return new ModelRequest(model, weights, set, other, labels, head, preparation, options);
    }

    /** The same with class names from a file. */
    public ModelRequest withLabels(Optional<Path> other) {
        return new ModelRequest(model, weights, set, map, other, head, preparation, options);
    }

    /** The same with another classifier. */
    public ModelRequest withHead(Head other) {
        return new ModelRequest(model, weights, set, map, labels, other, preparation, options);
    }

    /** The same with another preprocessing. */
    public ModelRequest withPreparation(Preparation other) {
        return new ModelRequest(model, weights, set, map, labels, head, other, options);
    }

    /** The same with options of the network. */
    public ModelRequest withOptions(Map<String, String> other) {
        return new ModelRequest(model, weights, set, map, labels, head, preparation, other);
    }

    /** Whether {@code model} is meant as a file's path, not as a name. */
    public static boolean isFile(String model) {
        return Files.exists(Path.of(model))
                || model.contains("/")
                || model.contains("\\")
                || WeightFile.isNamedLikeWeights(model);
    }
}
