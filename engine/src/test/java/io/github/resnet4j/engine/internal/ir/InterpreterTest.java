package io.github.resnet4j.engine.internal.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.resnet4j.engine.internal.ir.Operation.Activation.Function;
import java.util.function.ToIntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation against values worked out by hand; parameters are 1, 2, 3, … in the order of their writing. */
class InterpreterTest {
    private static final double[] IMAGE = {1, -2, 3, -4};

    static Stream<Arguments> operations() {
        double sigmoid = 1 / (1 + Math.exp(-1));
        double e = Math.exp(1);
        return Stream.of(
                row("input", w -> 0, 1, -2, 3, -4),
                // bias 1, 2; weights 3 4 5 6 and 7 8 9 10
                row("convolution", w -> w.convolution(0, 2, Window.square(2, 1, 0), 1, true), -13, -20),
                row(
                        "strided convolution",
                        w -> w.convolution(
                                0, 1, new Window(1, 2, 2, 2, new Window.Padding(0, 0, 1, 0), 1, 1), 1, false),
                        2),
                row(
                        "dilated convolution",
                        w -> w.convolution(
                                0, 1, new Window(2, 1, 1, 1, new Window.Padding(1, 1, 0, 0), 2, 1), 1, false),
                        6,
                        -8,
                        1,
                        -2),
                row(
                        "grouped convolution",
                        w -> w.convolution(w.concat(0, 0), 2, Window.square(2, 2, 0), 2, false),
                        -10,
                        -18),
                // weights 1 to 8 (input fastest), bias 9, 10
                row("dense", w -> w.dense(0, 2), 1 - 4 + 9 - 16 + 9, 5 - 12 + 21 - 32 + 10),
                row("fixed norm", w -> w.norm(0, false, false), norm(3, 4)),
                row("fixed norm of log deviation", w -> w.norm(0, false, true), norm(3, 1e8)),
                row("norm of the batch", w -> w.norm(0, true, false), norm(-0.5, 7.25)),
                row("relu", w -> w.relu(0), 1, 0, 3, 0),
                row("leaky relu", w -> w.activation(0, Function.RELU, 0.5), 1, -1, 3, -2),
                row("sigmoid", w -> w.activation(w.maxPool(0, Window.square(1, 2, 0)), Function.SIGMOID, 0), sigmoid),
                row("tanh", w -> w.activation(w.maxPool(0, Window.square(1, 2, 0)), Function.TANH, 0), Math.tanh(1)),
                // 1 in the middle of 0, 1 and -2, and -2 of 1, -2 and 0
                row(
                        "local response norm",
                        w -> w.responseNorm(w.zeroPadShortcut(0, 2, 2, 0), 3, 6, 0.5, 1),
                        1 / Math.sqrt(3),
                        0),
                row("prelu", w -> w.prelu(w.concat(0, 0), false), 1, -2, 3, -4, 1, -4, 3, -8),
                row("prelu of one slope", w -> w.prelu(w.concat(0, 0), true), 1, -2, 3, -4, 1, -2, 3, -4),
                row("sum", w -> w.sum(0, 0, 0), 3, -6, 9, -12),
                row("product", w -> w.product(0, 0), 1, 4, 9, 16),
                row(
                        "product by channel",
                        w -> w.product(
                                w.concat(0, 0), w.avgPool(w.concat(0, w.relu(0)), Window.square(2, 2, 0), false)),
                        -0.5,
                        1,
                        -1.5,
                        2,
                        1,
                        -2,
                        3,
                        -4),
                row("product by place", w -> w.product(w.concat(0, 0), 0), 1, 4, 9, 16, 1, 4, 9, 16),
                row("scale", w -> w.scale(0, -2), -2, 4, -6, 8),
                row("shift", w -> w.shift(0), 1.5, -1.5, 3.5, -3.5),
                row("concat", w -> w.concat(w.relu(0), 0), 1, 0, 3, 0, 1, -2, 3, -4),
                row("max pool", w -> w.maxPool(0, Window.square(2, 2, 1)), 1, -2, 3, -4),
                row("avg pool", w -> w.avgPool(0, Window.square(2, 2, 0), false), -0.5),
                row("avg pool without padding", w -> w.avgPool(0, Window.square(2, 2, 1), false), 1, -2, 3, -4),
                row("avg pool with padding", w -> w.avgPool(0, Window.square(2, 2, 1), true), 0.25, -0.5, 0.75, -1),
                row("mean of channels", w -> w.spatialPool(w.concat(0, w.scale(0, -3)), false), -1, 2, -3, 4),
                row("maximum of channels", w -> w.spatialPool(w.concat(0, w.scale(0, -3)), true), 1, 6, 3, 12),
                row(
                        "depth to space",
                        w -> w.depthToSpace(w.concat(0, w.scale(0, 2), w.scale(0, 3), w.scale(0, 4)), 2),
                        1,
                        2,
                        -2,
                        -4,
                        3,
                        4,
                        -6,
                        -8,
                        3,
                        6,
                        -4,
                        -8,
                        9,
                        12,
                        -12,
                        -16),
                row("nearest", w -> w.resize(0, 2, 4, false), 1, 1, -2, -2, 3, 3, -4, -4),
                row("nearest of 3", w -> w.resize(0, 1, 3, false), 1, 1, -2),
                row("bilinear", w -> w.resize(0, 2, 4, true), 1, 0.25, -1.25, -2, 3, 1.25, -2.25, -4),
                row("zero pad", w -> w.zeroPad(0, 1, 0, 0, 1), 0, 0, 0, 1, -2, 0, 3, -4, 0),
                row("zero-pad shortcut", w -> w.zeroPadShortcut(0, 3, 2, 1), 0, 1, 0),
                row("idle dropout", w -> w.dropout(0, 0.5), 1, -2, 3, -4),
                row("softmax", w -> w.softmax(w.zeroPadShortcut(0, 2, 2, 0)), e / (e + 1), 1 / (e + 1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("operations")
    void computes(String name, ToIntFunction<ProgramWriter> operation, double[] expected) {
        ProgramWriter writer = new ProgramWriter(new Extent(1, 2, 2));
        Program program = writer.program(operation.applyAsInt(writer));

        double[] output = interpreter(program, 1).outputs(IMAGE).get(0);

        assertThat(output).containsExactly(expected, within(1e-12));
    }

    @Test
    void batchStatisticsAreThoseOfAllImages() {
        ProgramWriter writer = new ProgramWriter(new Extent(2, 1, 1));
        Program program = writer.program(writer.norm(0, true, false));

        // gammas 1, 2; betas 3, 4
        assertThat(interpreter(program, 2).outputs(new double[] {0, 5, 2, 9}).get(0))
                .containsExactly(new double[] {2, 2, 4, 6}, within(1e-4));
    }

    @Test
    void dropoutThatDrawsIsRefused() {
        ProgramWriter writer = new ProgramWriter(new Extent(1, 2, 2)).trained();
        Program program = writer.program(writer.dropout(0, 0.5));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> interpreter(program, 1).outputs(IMAGE))
                .withMessageContaining("Dropout1");
    }

    private static Interpreter interpreter(Program program, int batch) {
        return new Interpreter(
                program, DoubleStream.iterate(1, x -> x + 1).limit(100).toArray(), batch);
    }

    /** Scale 1 and shift 2. */
    private static double[] norm(double mean, double variance) {
        return DoubleStream.of(IMAGE)
                .map(x -> (x - mean) / Math.sqrt(variance + 1e-5) + 2)
                .toArray();
    }

    private static Arguments row(String name, ToIntFunction<ProgramWriter> operation, double... expected) {
        return arguments(name, operation, expected);
    }
}
