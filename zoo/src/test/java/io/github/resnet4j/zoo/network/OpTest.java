package io.github.resnet4j.zoo.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.network.Op.Interpolation;
import io.github.resnet4j.zoo.network.Op.Pooling;
import io.github.resnet4j.zoo.network.Window.Axis;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What operations say before any graph is built, and what they refuse. */
class OpTest {
    private static final Shape MAP = new Shape(8, 5, 7);

    static List<Arguments> labels() {
        Window tall = new Window(new Axis(3, 2, 1, 1), new Axis(1, 1, 0, 1));
        return List.of(
                Arguments.of(new Op.Convolution(4, Window.square(3, 1, 1), 1, false), "conv 3x3"),
                Arguments.of(new Op.Convolution(4, Window.square(3, 2, 1), 32, true), "conv 3x3/2, 32 groups + bias"),
                Arguments.of(new Op.Convolution(4, Window.square(3, 1, 4, 4), 1, false), "conv 3x3 dilated 4"),
                Arguments.of(new Op.Convolution(4, tall, 1, false), "conv 3x1/2x1"),
                Arguments.of(new Op.BatchNorm(true, 1e-5, 0.9), "batch norm"),
                Arguments.of(new Op.LocalResponseNorm(5, 1e-4, 0.75, 2), "local response norm 5"),
                Arguments.of(new Op.Relu(), "relu"),
                Arguments.of(new Op.LeakyRelu(0.2), "leaky relu 0.2"),
                Arguments.of(new Op.Prelu(false), "prelu"),
                Arguments.of(new Op.Prelu(true), "prelu, shared"),
                Arguments.of(new Op.Sigmoid(), "sigmoid"),
                Arguments.of(new Op.Tanh(), "tanh"),
                Arguments.of(new Op.Dropout(0.3), "dropout 0.3"),
                Arguments.of(new Op.Scale(0.1), "scale 0.1"),
                Arguments.of(new Op.Shift(List.of(1.5, -2.0)), "shift by 1.5, -2.0"),
                Arguments.of(new Op.ZeroPad(0, 1, 2, 3), "pad 0,1,2,3"),
                Arguments.of(new Op.MaxPool(Window.square(3, 2, 1)), "max pool 3x3/2"),
                Arguments.of(new Op.AvgPool(Window.square(2, 2, 0), true), "avg pool 2x2/2"),
                Arguments.of(new Op.HalvingAvgPool(), "avg pool 2x2/2, rounding up"),
                Arguments.of(new Op.GlobalAvgPool(), "global avg pool"),
                Arguments.of(new Op.ChannelPool(Pooling.MAX), "channel max pool"),
                Arguments.of(new Op.SpatialPool(Pooling.MEAN), "spatial avg pool"),
                Arguments.of(new Op.ZeroPadShortcut(16, 2, ChannelPadding.END), "zero pad /2"),
                Arguments.of(new Op.ZeroPadShortcut(16, 1, ChannelPadding.END), "zero pad"),
                Arguments.of(new Op.DepthToSpace(2), "depth to space 2"),
                Arguments.of(new Op.Upsample(2, Interpolation.NEAREST), "upsample 2, nearest"),
                Arguments.of(new Op.Upsample(4, Interpolation.BILINEAR), "upsample 4, bilinear"),
                Arguments.of(new Op.Dense(10), "dense"),
                Arguments.of(new Op.Dense(10, false), "dense, no bias"),
                Arguments.of(new Op.Dense(10, true, -2), "dense, bias from -2.0"),
                Arguments.of(new Op.Add(), "add"),
                Arguments.of(new Op.Multiply(), "multiply"),
                Arguments.of(new Op.Concat(), "concat"));
    }

    @ParameterizedTest
    @MethodSource("labels")
    void haveALabel(Op op, String label) {
        assertThat(op.label()).isEqualTo(label);
    }

    /** PyTorch's formula; the last two do not fit. */
    @ParameterizedTest
    @CsvSource({
        "8, 3, 1, 1, 1, 8", "8, 3, 2, 1, 1, 4", "9, 3, 2, 1, 1, 5", "224, 7, 2, 3, 1, 112", "224, 11, 4, 2, 1, 55",
        "7, 3, 1, 4, 4, 7", "65, 3, 1, 36, 36, 65", "5, 2, 2, 0, 1, 2", "6, 4, 2, 1, 1, 3", "3, 3, 1, 0, 1, 1",
        "2, 3, 1, 0, 1, 0", "4, 3, 1, 0, 2, 0", "1, 5, 2, 0, 1, -1"
    })
    void windowsAreCounted(long size, int kernel, int stride, int padding, int dilation, long outputs) {
        assertThat(new Axis(kernel, stride, padding, dilation).outputs(size)).isEqualTo(outputs);
    }

    @Test
    void windowsHaveTwoAxes() {
        Op op = new Op.Convolution(4, new Window(new Axis(3, 2, 1, 1), new Axis(5, 1, 0, 1)), 2, true);

        assertThat(op.out(List.of(MAP))).isEqualTo(new Shape(4, 3, 3));
        assertThat(op.macs(List.of(MAP))).isEqualTo(3 * 5 * 4 * (4 * 3 * 3));
        assertThat(op.slots(List.of(MAP)))
                .extracting(slot -> slot.role() + " " + slot.shape())
                .containsExactly("WEIGHT [4, 4, 3, 5]", "BIAS [4]");
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 0, 1", "3, 0, 1, 1", "3, 1, -1, 1", "3, 1, 1, 0"})
    void windowsNeedAKernelAndAStep(int kernel, int stride, int padding, int dilation) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Axis(kernel, stride, padding, dilation))
                .withMessage(
                        "a window needs a kernel, stride and dilation of at least 1 and a padding of at least 0, got"
                                + " kernel %d, stride %d, dilation %d, padding %d",
                        kernel, stride, dilation, padding);
    }

    static List<Arguments> shapes() {
        Shape place = new Shape(1, 5, 7);
        Shape vector = new Shape(8, 1, 1);
        return List.of(
                Arguments.of(new Op.Convolution(4, Window.square(3, 2, 1), 2, false), List.of(MAP), "4x3x4"),
                Arguments.of(new Op.BatchNorm(false, 1e-5, 0.9), List.of(MAP), "8x5x7"),
                Arguments.of(new Op.ZeroPad(1, 2, 3, 4), List.of(MAP), "8x8x14"),
                Arguments.of(new Op.MaxPool(Window.square(3, 2, 1)), List.of(MAP), "8x3x4"),
                Arguments.of(new Op.AvgPool(Window.square(2, 2, 0), true), List.of(MAP), "8x2x3"),
                Arguments.of(new Op.GlobalAvgPool(), List.of(MAP), "8x1x1"),
                Arguments.of(new Op.ChannelPool(Pooling.MAX), List.of(MAP), "8x1x1"),
                Arguments.of(new Op.SpatialPool(Pooling.MAX), List.of(MAP), "1x5x7"),
                Arguments.of(new Op.ZeroPadShortcut(16, 2, ChannelPadding.END), List.of(MAP), "16x3x4"),
                Arguments.of(new Op.ZeroPadShortcut(8, 1, ChannelPadding.END), List.of(MAP), "8x5x7"),
                Arguments.of(new Op.DepthToSpace(2), List.of(MAP), "2x10x14"),
                Arguments.of(new Op.Upsample(3, Interpolation.NEAREST), List.of(MAP), "8x15x21"),
                Arguments.of(new Op.Dense(10), List.of(MAP), "10x1x1"),
                Arguments.of(new Op.Add(), List.of(MAP, MAP, MAP), "8x5x7"),
                Arguments.of(new Op.Multiply(), List.of(MAP, MAP), "8x5x7"),
                Arguments.of(new Op.Multiply(), List.of(MAP, vector), "8x5x7"),
                Arguments.of(new Op.Multiply(), List.of(MAP, place), "8x5x7"),
                Arguments.of(new Op.Concat(), List.of(place, MAP, MAP), "17x5x7"));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void knowTheirOutput(Op op, List<Shape> in, String out) {
        assertThat(op.out(in)).hasToString(out);
    }

    /** Tensors in PyTorch's order, and multiply-adds. */
    static List<Arguments> costs() {
        return List.of(
                Arguments.of(new Op.Convolution(4, Window.square(3, 2, 1), 2, false), "WEIGHT [4, 4, 3, 3]", 36 * 48),
                Arguments.of(new Op.Dense(10), "WEIGHT [10, 280], BIAS [10]", 2800),
                Arguments.of(new Op.Dense(10, false), "WEIGHT [10, 280]", 2800),
                Arguments.of(
                        new Op.BatchNorm(true, 1e-5, 0.9), "GAMMA [8], BETA [8], RUNNING_MEAN [8], RUNNING_VAR [8]", 0),
                Arguments.of(new Op.Prelu(false), "SLOPE [8]", 0),
                Arguments.of(new Op.Prelu(true), "SLOPE [1]", 0),
                Arguments.of(new Op.Relu(), "", 0),
                Arguments.of(new Op.Add(), "", 0));
    }

    @ParameterizedTest
    @MethodSource("costs")
    void knowTheirTensorsAndMultiplyAdds(Op op, String slots, long macs) {
        assertThat(op.slots(List.of(MAP)).stream()
                        .map(slot -> slot.role() + " " + slot.shape())
                        .collect(Collectors.joining(", ")))
                .isEqualTo(slots);
        assertThat(op.macs(List.of(MAP))).isEqualTo(macs);
    }

    @Test
    void runningStatisticsAreNotTrained() {
        Node norm =
                new Node("bn1", new Op.BatchNorm(false, 1e-5, 0.9), List.of(Network.INPUT), Network.STEM, List.of(MAP));

        assertThat(norm.slots())
                .extracting(slot -> slot.name() + " " + slot.role().trained())
                .containsExactly("bn1.weight true", "bn1.bias true", "bn1.running_mean false", "bn1.running_var false");
        assertThat(norm.parameters()).isEqualTo(16);
        assertThat(norm.statistics()).isEqualTo(16);
    }

    static List<Arguments> illegal() {
        return List.of(
                illegal(() -> new Op.MaxPool(Window.square(3, 1, 2)), "got kernel 3, padding 2, dilation 1"),
                illegal(() -> new Op.AvgPool(Window.square(2, 1, 1, 2), true), "got kernel 2, padding 1, dilation 2"),
                illegal(() -> new Op.Dropout(1), "at least 0 and below 1, got 1.0"),
                illegal(() -> new Op.Dropout(-0.1), "at least 0 and below 1, got -0.1"),
                illegal(() -> new Op.Dropout(Double.NaN), "at least 0 and below 1, got NaN"),
                illegal(() -> new Op.LeakyRelu(-1), "a slope of at least 0, got -1.0"),
                illegal(() -> new Op.LeakyRelu(Double.NaN), "a slope of at least 0, got NaN"),
                illegal(() -> new Op.LeakyRelu(Double.POSITIVE_INFINITY), "a slope of at least 0, got Infinity"),
                illegal(
                        () -> new Op.MaxPool(new Window(new Axis(3, 1, 1, 1), new Axis(3, 1, 2, 1))),
                        "got kernel 3, padding 2, dilation 1"),
                illegal(() -> new Op.Scale(Double.POSITIVE_INFINITY), "a finite factor, got Infinity"),
                illegal(() -> new Op.Shift(List.of(1.0, Double.NaN)), "needs finite constants, got [1.0, NaN]"),
                illegal(() -> new Op.Dense(3, false, -1), "a dense layer without a bias cannot start with one of -1.0"),
                illegal(
                        () -> new Op.Dense(3, true, Double.NaN),
                        "a dense layer with a bias cannot start with one of NaN"),
                illegal(() -> new Op.DepthToSpace(0), "a factor of at least 1, got 0"),
                illegal(() -> new Op.Upsample(0, Interpolation.NEAREST), "a factor of at least 1, got 0"),
                illegal(() -> new Op.LocalResponseNorm(4, 1, 1, 1), "got size 4, alpha 1.0, beta 1.0, k 1.0"),
                illegal(() -> new Op.LocalResponseNorm(5, 1, 1, 0), "got size 5, alpha 1.0, beta 1.0, k 0.0"),
                illegal(() -> new Op.LocalResponseNorm(5, -1, 1, 1), "got size 5, alpha -1.0, beta 1.0, k 1.0"),
                illegal(() -> new Op.LocalResponseNorm(5, 1, -1, 1), "got size 5, alpha 1.0, beta -1.0, k 1.0"),
                illegal(() -> new Op.LocalResponseNorm(-1, 1, 1, 1), "got size -1, alpha 1.0, beta 1.0, k 1.0"),
                illegal(
                        () -> new Op.LocalResponseNorm(5, Double.POSITIVE_INFINITY, 1, 1),
                        "got size 5, alpha Infinity, beta 1.0, k 1.0"),
                illegal(() -> new Op.ZeroPadShortcut(1, 0, ChannelPadding.END), "got 1 channels, stride 0"),
                illegal(() -> new Op.ZeroPadShortcut(0, 1, ChannelPadding.END), "got 0 channels, stride 1"));
    }

    private static Arguments illegal(Supplier<Op> op, String message) {
        return Arguments.of(op, message);
    }

    @ParameterizedTest
    @MethodSource("illegal")
    void refuseNumbersOutOfRange(Supplier<Op> op, String message) {
        assertThatIllegalArgumentException().isThrownBy(op::get).withMessageEndingWith(message);
    }

    static List<Supplier<Op>> extremes() {
        return List.of(
                () -> new Op.MaxPool(Window.square(2, 2, 1)),
                () -> new Op.AvgPool(new Window(new Axis(4, 1, 2, 1), new Axis(1, 1, 0, 1)), true),
                () -> new Op.Dropout(0),
                () -> new Op.LeakyRelu(0),
                () -> new Op.Scale(-Double.MAX_VALUE),
                () -> new Op.DepthToSpace(1),
                () -> new Op.Upsample(1, Interpolation.NEAREST),
                () -> new Op.LocalResponseNorm(1, 0, 0, Double.MIN_VALUE),
                () -> new Op.ZeroPadShortcut(1, 1, ChannelPadding.END));
    }

    @ParameterizedTest
    @MethodSource("extremes")
    void takeTheEndsOfTheirRanges(Supplier<Op> op) {
        assertThatCode(op::get).doesNotThrowAnyException();
    }

    static List<Arguments> misfits() {
        Shape small = new Shape(8, 1, 1);
        Shape other = new Shape(3, 5, 6);
        return List.of(
                Arguments.of(new Op.Relu(), List.of(MAP, MAP), "relu takes one input, got 2"),
                Arguments.of(new Op.Relu(), List.of(), "relu takes one input, got 0"),
                Arguments.of(new Op.Add(), List.of(MAP, small), "a sum takes equal shapes, got 8x5x7, 8x1x1"),
                Arguments.of(new Op.Add(), List.of(), "add takes at least one input"),
                Arguments.of(new Op.Concat(), List.of(), "concat takes at least one input"),
                Arguments.of(
                        new Op.Concat(),
                        List.of(MAP, other),
                        "a concatenation takes maps of one height and width, got 8x5x7, 3x5x6"),
                Arguments.of(
                        new Op.Concat(),
                        List.of(MAP, new Shape(3, 4, 7)),
                        "a concatenation takes maps of one height and width, got 8x5x7, 3x4x7"),
                Arguments.of(
                        new Op.Multiply(),
                        List.of(MAP, other),
                        "a product with 8x5x7 takes factors of that shape, 8x1x1 or 1x5x7, got 3x5x6"),
                Arguments.of(
                        new Op.Multiply(),
                        List.of(small, MAP),
                        "a product with 8x1x1 takes factors of that shape, 8x1x1 or 1x1x1, got 8x5x7"),
                Arguments.of(new Op.Multiply(), List.of(MAP), "a product takes a map and its factors, got 1 inputs"),
                Arguments.of(
                        new Op.DepthToSpace(3),
                        List.of(MAP),
                        "depth to space by 3 needs a multiple of 9 channels, got 8x5x7"),
                Arguments.of(
                        new Op.ZeroPadShortcut(4, 1, ChannelPadding.END),
                        List.of(MAP),
                        "a zero-pad shortcut cannot go from 8 down to 4 channels"),
                Arguments.of(
                        new Op.StochasticSum(0.5, Op.StochasticSum.Scaling.AT_TEST, Op.StochasticSum.Per.BATCH),
                        List.of(MAP, MAP, MAP),
                        "a stochastic sum takes a branch and its shortcut, got 3 inputs"),
                Arguments.of(
                        new Op.StochasticSum(0.5, Op.StochasticSum.Scaling.AT_TEST, Op.StochasticSum.Per.BATCH),
                        List.of(MAP, new Shape(8, 5, 6)),
                        "a sum takes equal shapes, got 8x5x7, 8x5x6"),
                Arguments.of(
                        new Op.AvgPool(Window.square(6, 1, 0), true),
                        List.of(MAP),
                        "a window of 6x6 does not fit into 8x5x7"),
                Arguments.of(
                        new Op.Convolution(4, Window.square(3, 1, 0), 3, true),
                        List.of(MAP),
                        "8 channels in and 4 out do not divide evenly into 3 groups"));
    }

    @ParameterizedTest
    @MethodSource("misfits")
    void refuseShapesThatDoNotFit(Op op, List<Shape> in, String message) {
        assertThatExceptionOfType(ShapeException.class)
                .isThrownBy(() -> op.out(in))
                .withMessage(message);
    }

    @Test
    void writersNameNodeAndInputs() {
        NetworkWriter net = new NetworkWriter("toy", MAP, Conventions.TORCHVISION);
        net.spatialPool("gate", Network.INPUT, Pooling.MAX);
        net.conv("wide", "gate", 6, 3, 2);

        assertThatExceptionOfType(ShapeException.class)
                .isThrownBy(() -> net.product("product", "wide", "gate"))
                .withMessage("toy, product of wide, gate: a product with 6x3x4 takes factors of that shape, 6x1x1 or"
                        + " 1x3x4, got 1x5x7");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> net.relu("relu", "gaet"))
                .withMessage("toy has no node gaet yet; did you mean gate?");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> net.shape("nothing"))
                .withMessage("toy has no node nothing yet");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> net.relu(Network.INPUT, "gate"))
                .withMessage("toy has two nodes named input");
    }

    @Test
    void dilationWidensThePadding() {
        NetworkWriter torch = new NetworkWriter("toy", MAP, Conventions.TORCHVISION);
        torch.dilatedConv("conv", Network.INPUT, 4, 3, 1, 2, 4);
        NetworkWriter keras = new NetworkWriter("toy", MAP, Conventions.KERAS);
        keras.dilatedConv("conv", Network.INPUT, 4, 3, 2, 1, 2);

        assertThat(torch.finish().nodes())
                .extracting(Node::op)
                .containsExactly(new Op.Convolution(4, Window.square(3, 1, 4, 4), 2, false));
        assertThat(torch.shape("conv")).isEqualTo(new Shape(4, 5, 7));
        assertThat(keras.finish().nodes()) // 5 and 7 rows of reach 5: 4 zeros for 3 and 4 windows
                .extracting(Node::op)
                .containsExactly(new Op.Convolution(4, Window.square(3, 2, 2, 2), 1, true));
        assertThat(keras.shape("conv")).isEqualTo(new Shape(4, 3, 4));
    }

    /** A node has the shapes of all its inputs. */
    @Test
    void nodesKnowTheShapesOfAllInputs() {
        NetworkWriter net = new NetworkWriter("toy", MAP, Conventions.TORCHVISION);
        net.conv("conv", Network.INPUT, 2, 1, 1);
        net.concat("concat", List.of(Network.INPUT, "conv", "conv"));
        Node node = net.finish().nodes().get(1);

        assertThat(node.inputShapes()).containsExactly(MAP, new Shape(2, 5, 7), new Shape(2, 5, 7));
        assertThat(node.in()).isEqualTo(MAP);
        assertThat(node.out()).isEqualTo(new Shape(12, 5, 7));
    }
}
