package io.github.resnet4j.finetune.model;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.pretrained.ChannelOrder;
import io.github.resnet4j.zoo.pretrained.Pretrained;
import io.github.resnet4j.zoo.pretrained.PretrainedWeights;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The preprocessing that foreign weights expect, as given by the user, the registry's row of this very file, or the
 * file itself. Otherwise it is assumed to be that of the architecture's published weights, since a Keras architecture
 * is usually trained in Keras; and for an architecture without published weights, torchvision's. Networks that make images
 * larger have theirs by themselves.
 *
 * @param preprocessing from an image to numbers
 * @param channelOrder of the first convolution
 * @param assumed what was assumed, in words; empty if everything is known
 */
record InputConvention(Preprocessing preprocessing, ChannelOrder channelOrder, Optional<String> assumed) {
    /** Small images are used as they are; of larger ones a margin is cut off. */
    private static final int LARGE = 64;

    static InputConvention of(
            ModelRequest.Preparation given,
            Optional<PretrainedWeights> row,
            Map<String, String> metadata,
            Architecture architecture) {
        if (row.isPresent()) {
            return new InputConvention(
                    given.over(row.get().preprocessing()),
                    given.channelOrder().orElse(row.get().channelOrder()),
                    Optional.empty());
        }
        if (Upscaler.factor(architecture.network()).isPresent()) {
            return new InputConvention(
                    Upscaler.preprocessing(architecture.input().channels()), ChannelOrder.RGB, Optional.empty());
        }
        Optional<Preprocessing> stored = Preprocessing.of(metadata);
        if (stored.isPresent()) { // resnet4j writes networks for RGB, whatever they were
            return new InputConvention(
                    given.over(stored.get()), given.channelOrder().orElse(ChannelOrder.RGB), Optional.empty());
        }
        Optional<PretrainedWeights> published = Pretrained.defaultOf(architecture.name());
        Preprocessing usual =
                published.map(PretrainedWeights::preprocessing).orElseGet(() -> usual(architecture.input()));
        boolean ours = metadata.containsKey("architecture"); // as `convert` wrote before it kept the preprocessing
        ChannelOrder order = ours
                ? ChannelOrder.RGB
                : published.map(PretrainedWeights::channelOrder).orElse(ChannelOrder.RGB);
        Preprocessing steps = given.over(usual);
        boolean known = given.mean().isPresent()
                && given.std().isPresent()
                && (given.channelOrder().isPresent() || order == ChannelOrder.RGB);
        ChannelOrder used = given.channelOrder().orElse(order);
        return new InputConvention(
                steps,
                used,
                known
                        ? Optional.empty()
                        : Optional.of("preprocessing assumed"
                                + published
                                        .map(found -> ", that of " + found.name())
                                        .orElse("") + ": " + steps
                                + ", channel order " + used.name().toLowerCase(Locale.ROOT)));
    }

    /** torchvision's way for ImageNet, and without any resizing for small images. */
    private static Preprocessing usual(Shape input) {
        boolean large = input.height() >= LARGE;
        return new Preprocessing(
                large ? OptionalInt.of(Math.round(input.height() / 0.875f)) : OptionalInt.empty(),
                large ? OptionalInt.of(input.height()) : OptionalInt.empty(),
                "bilinear",
                List.of(0.485, 0.456, 0.406),
                List.of(0.229, 0.224, 0.225));
    }
}
