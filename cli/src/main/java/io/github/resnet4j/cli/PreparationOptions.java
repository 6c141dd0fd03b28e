package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.model.ModelRequest.Preparation;
import io.github.resnet4j.zoo.pretrained.ChannelOrder;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How images become the input of a model, where the weights do not say. */
final class PreparationOptions {
    /** Follows a remark about an assumption. */
    static final String HINT = "; override with --mean, --std, --resize, --crop, --channel-order";

    @Option(
            names = "--resize",
            paramLabel = "PIXELS",
            showDefaultValue = Visibility.NEVER,
            description = "Scale the shorter side to this many pixels.")
    private Optional<Integer> resize = Optional.empty();

    @Option(
            names = "--crop",
            paramLabel = "PIXELS",
            showDefaultValue = Visibility.NEVER,
            description = "Crop the centre square with sides of this many pixels.")
    private Optional<Integer> crop = Optional.empty();

    @Option(
            names = "--interpolation",
            paramLabel = "FILTER",
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

    Preparation preparation() {
        return new Preparation(
                optional(resize),
                optional(crop),
                interpolation,
                Optional.ofNullable(mean),
                Optional.ofNullable(std),
                channelOrder);
    }

    private static OptionalInt optional(Optional<Integer> value) {
        return value.map(OptionalInt::of).orElse(OptionalInt.empty());
    }
}
