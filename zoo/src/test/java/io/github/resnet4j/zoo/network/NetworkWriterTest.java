package io.github.resnet4j.zoo.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.network.Op.Interpolation;
import io.github.resnet4j.zoo.network.Op.Pooling;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method of the writer writes the operation that it is named for. */
class NetworkWriterTest {
    private static final String IN = Network.INPUT;
    private static final Shape MAP = new Shape(8, 5, 7);

    /** Writes one node. */
    private interface Call {
        /** The name that the method gives back for the node {@code x}. */
        String write(NetworkWriter net);
    }

    static List<Arguments> calls() {
        Window three = Window.square(3, 2, 1);
        return List.of(
                call(net -> net.conv("x", IN, 4, 3, 2), new Op.Convolution(4, three, 1, false)),
                call(net -> net.groupedConv("x", IN, 4, 3, 2, 2), new Op.Convolution(4, three, 2, false)),
                call(
                        net -> net.dilatedConv("x", IN, 4, 3, 2, 4, 3),
                        new Op.Convolution(4, Window.square(3, 2, 3, 3), 4, false)),
                call(net -> net.bn("x", IN), new Op.BatchNorm(false, 1e-5, 0.9)),
                call(net -> net.lastBn("x", IN, true), new Op.BatchNorm(true, 1e-5, 0.9)),
                call(net -> net.relu("x", IN), new Op.Relu()),
                call(net -> net.leakyRelu("x", IN, 0.2), new Op.LeakyRelu(0.2)),
                call(net -> net.prelu("x", IN, true), new Op.Prelu(true)),
                call(net -> net.sigmoid("x", IN), new Op.Sigmoid()),
                call(net -> net.tanh("x", IN), new Op.Tanh()),
                call(net -> net.dropout("x", IN, 0.3), new Op.Dropout(0.3)),
                call(net -> net.scale("x", IN, 0.1), new Op.Scale(0.1)),
                call(net -> net.shift("x", IN, Collections.nCopies(8, 2.0)), new Op.Shift(Collections.nCopies(8, 2.0))),
                call(
                        net -> net.localResponseNorm("x", IN, 5, 1e-4, 0.75, 2),
                        new Op.LocalResponseNorm(5, 1e-4, 0.75, 2)),
                call(net -> net.maxPool("x", IN, 3, 2, 1), new Op.MaxPool(three)),
                call(net -> net.avgPool("x", IN, 3, 2, 1, true), new Op.AvgPool(three, true)),
                call(net -> net.globalAvgPool("x", IN), new Op.GlobalAvgPool()),
                call(net -> net.channelPool("x", IN, Pooling.MAX), new Op.ChannelPool(Pooling.MAX)),
                call(net -> net.spatialPool("x", IN, Pooling.MEAN), new Op.SpatialPool(Pooling.MEAN)),
                call(net -> net.dense("x", IN, 10), new Op.Dense(10, true)),
                call(net -> net.sum("x", IN, IN), new Op.Add(), IN, IN),
                call(net -> net.product("x", IN, IN), new Op.Multiply(), IN, IN),
                call(net -> net.concat("x", List.of(IN, IN, IN)), new Op.Concat(), IN, IN, IN),
                call(
                        net -> net.zeroPadShortcut("x", IN, 16, 2, ChannelPadding.BOTH_SIDES),
                        new Op.ZeroPadShortcut(16, 2, ChannelPadding.BOTH_SIDES)),
                call(net -> net.depthToSpace("x", IN, 2), new Op.DepthToSpace(2)),
                call(
                        net -> net.upsample("x", IN, 2, Interpolation.BILINEAR),
                        new Op.Upsample(2, Interpolation.BILINEAR)));
    }

    private static Arguments call(Call call, Op op) {
        return call(call, op, IN);
    }

    private static Arguments call(Call call, Op op, String... inputs) {
        return Arguments.of(call, op, List.of(inputs));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("calls")
    void writes(Call call, Op op, List<String> inputs) {
        NetworkWriter net = new NetworkWriter("toy", MAP, Conventions.TORCHVISION);
        net.stage("layer1");

        assertThat(call.write(net)).isEqualTo("x");
        assertThat(net.finish().nodes())
                .containsExactly(new Node(
                        "x",
                        op,
                        inputs,
                        "layer1",
                        inputs.stream().map(in -> MAP).toList()));
    }

    static List<Arguments> conventions() {
        return List.of(
                Arguments.of(Conventions.TORCHVISION, false, 1e-5, 0.9),
                Arguments.of(Conventions.KERAS_APPLICATIONS, true, 1.001e-5, 0.99),
                Arguments.of(Conventions.KERAS, true, 1e-3, 0.99));
    }

    /** The frameworks' biases, epsilons and decays as their documentation has them. */
    @ParameterizedTest
    @MethodSource("conventions")
    void followsTheConventions(Conventions conventions, boolean bias, double eps, double decay) {
        NetworkWriter net = new NetworkWriter("toy", MAP, conventions);
        net.bn("bn1", net.conv("conv1", IN, 4, 1, 1));

        assertThat(net.finish().nodes())
                .extracting(Node::op)
                .containsExactly(
                        new Op.Convolution(4, Window.square(1, 1, 0), 1, bias), new Op.BatchNorm(false, eps, decay));
    }

    @Test
    void finishesWithTheLogits() {
        NetworkWriter net = new NetworkWriter("toy", MAP, Conventions.TORCHVISION);
        net.dense("fc", net.relu("relu", IN), 3);
        Network network = net.finish();

        assertThat(network.name()).isEqualTo("toy");
        assertThat(network.input()).isEqualTo(MAP);
        assertThat(network.classes()).isEqualTo(3);
        assertThat(network.stages()).containsExactly(Network.STEM);
        assertThat(network.macs()).isEqualTo(3 * 280);
        assertThat(network.parameters()).isEqualTo(3 * 280 + 3);
    }
}
