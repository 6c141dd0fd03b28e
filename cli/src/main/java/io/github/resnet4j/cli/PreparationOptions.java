package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.ModelRequest.Preparation;
import io.github.resnet4j.zoo.pretrained.ChannelOrder;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How images become the input of a model, where the weights do not say. */
final class PreparationOptions {
    /** Follows a remark about an assumption. */
    static final String HINT = "; override with --mean, --std, --resize, --crop, --channel-order";

    private static final int CHANNELS = 3;

    /** Valid, so that only what is given over it can be at fault. */
    private static final Preprocessing ANY = new Preprocessing(
            OptionalInt.empty(), OptionalInt.empty(), "bilinear", List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));

    @Option(
            names = "--resize",
            showDefaultValue = Visibility.NEVER,
            description = "Scale the shorter side to this many pixels.")
    private Optional<Integer> resize = Optional.empty();

    @Option(
            names = "--crop",
            showDefaultValue = Visibility.NEVER,
            description = "Crop the centre square with sides of this many pixels.")
    private Optional<Integer> crop = Optional.empty();

    @Option(
            names = "--interpolation",
            showDefaultValue = Visibility.NEVER,
            description = "Filter for --resize: bilinear or bicubic.")
    private Optional<String> interpolation = Optional.empty();

    @Option(
            names = "--mean",
            split = ",",
            paramLabel = "X",
            description = "Means of red, green and blue, for pixels in [0, 1].")
    private List<Double> mean;

    @Option(names = "--std", split = ",", paramLabel = "X", description = "Standard deviations of red, green and blue.")
    private List<Double> std;

    @Option(
            names = "--channel-order",
            paramLabel = "ORDER",
            converter = Order.class,
            showDefaultValue = Visibility.NEVER,
            description = "Channel order that the weights expect: rgb or bgr (Caffe, OpenCV: bgr).")
    private Optional<ChannelOrder> channelOrder = Optional.empty();

    private static final class Order implements ITypeConverter<ChannelOrder> {
        @Override
        public ChannelOrder convert(String text) {
            for (ChannelOrder order : ChannelOrder.values()) {
                if (order.name().equalsIgnoreCase(text)) {
                    return order;
                }
            }
            throw new TypeConversionException("\"" + text.toLowerCase(Locale.ROOT) + "\" is neither rgb nor bgr");
        }
    }

    /** @throws UsageException naming the option whose value no preprocessing can have */
    Preparation preparation() {
        Preparation given = new Preparation(
                optional(resize),
                optional(crop),
                interpolation,
                Optional.ofNullable(mean),
                Optional.ofNullable(std),
                channelOrder);
        requireThree("--mean", given.mean());
        requireThree("--std", given.std());
        Preprocessing.scaleProblem(given.mean().orElse(List.of()), given.std().orElse(List.of()))
                .ifPresent(problem -> {
                    String options = Stream.of(
                                    given.mean().map(x -> "--mean"), given.std().map(x -> "--std"))
                            .flatMap(Optional::stream)
                            .collect(Collectors.joining(" and "));
                    throw new UsageException(options + " " + problem);
                });
        try {
            given.over(ANY);
        } catch (UsageException e) {
            throw new UsageException("--" + e.getMessage());
        }
        return given;
    }

    private static void requireThree(String option, Optional<List<Double>> values) {
        if (values.isPresent() && values.get().size() != CHANNELS) {
            throw new UsageException(option + " needs three numbers, for red, green and blue, such as " + option
                    + " 0.5,0.5,0.5; got " + values.get().size());
        }
    }

    private static OptionalInt optional(Optional<Integer> value) {
        return value.map(OptionalInt::of).orElse(OptionalInt.empty());
    }
}
