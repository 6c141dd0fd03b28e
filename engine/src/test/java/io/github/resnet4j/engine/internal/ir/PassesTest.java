package io.github.resnet4j.engine.internal.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.resnet4j.engine.internal.ir.Operation.Activation.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** When each pass applies and when not. */
class PassesTest {
    private static final Window POOL = Window.square(3, 2, 0);

    interface Network {
        Program write(ProgramWriter w);
    }

    static Stream<Arguments> paddings() {
        return Stream.of(
                row("convolution", w -> w.program(w.convolution(w.zeroPad(0, 1))), "Convolution(0)"),
                row(
                        "convolution with a way back",
                        w -> w.program(w.convolution(w.zeroPad(w.trained().convolution(0), 1))),
                        "Convolution(0) Convolution(1)"),
                row(
                        "zeros around zeros",
                        w -> w.program(w.convolution(w.zeroPad(w.zeroPad(0, 1), 2))),
                        "Convolution(0)"),
                row("mean that counts them", w -> w.program(w.avgPool(w.zeroPad(0, 1), POOL, true)), "AvgPool(0)"),
                row(
                        "mean that does not",
                        w -> w.program(w.avgPool(w.zeroPad(0, 1), POOL, false)),
                        "ZeroPad(0) AvgPool(1)"),
                row(
                        "maximum of rectified values",
                        w -> w.program(w.maxPool(w.zeroPad(w.relu(0), 1), POOL)),
                        "Activation(0) MaxPool(1)"),
                row(
                        "maximum of rectified values with a way back",
                        w -> w.program(w.maxPool(w.zeroPad(w.relu(w.trained().norm(0)), 1), POOL)),
                        "BatchNorm+RELU(0) MaxPool(1)"),
                row(
                        "maximum of rectified values put together",
                        w -> w.program(w.maxPool(w.zeroPad(w.concat(w.relu(0), w.relu(w.norm(0))), 0, 1, 0, 1), POOL)),
                        "Activation(0) BatchNorm+RELU(0) Concat(1, 2) MaxPool(3)"),
                row(
                        "maximum of values of which some are rectified",
                        w -> w.program(w.maxPool(w.zeroPad(w.concat(w.relu(0), 0), 0, 1, 0, 1), POOL)),
                        "Activation(0) Concat(1, 0) ZeroPad(2) MaxPool(3)"),
                row(
                        "maximum of values that may be negative",
                        w -> w.program(w.maxPool(w.zeroPad(0, 1), POOL)),
                        "ZeroPad(0) MaxPool(1)"),
                row(
                        "maximum behind a leaky ReLU",
                        w -> w.program(w.maxPool(w.zeroPad(w.activation(0, Function.RELU, 0.1), 1), POOL)),
                        "Activation(0) ZeroPad(1) MaxPool(2)"),
                row(
                        "maximum with windows in the zeros alone",
                        w -> w.program(w.maxPool(w.zeroPad(w.relu(0), 3, 3, 0, 0), POOL)),
                        "Activation(0) ZeroPad(1) MaxPool(2)"),
                row(
                        "maximum whose window steps over the map",
                        w -> w.program(w.maxPool(
                                w.zeroPad(w.relu(w.avgPool(0, Window.square(4, 1, 0), true)), 1),
                                new Window(2, 2, 1, 1, Window.Padding.NONE, 2, 2))),
                        "AvgPool(0) Activation(1) ZeroPad(2) MaxPool(3)"),
                row(
                        "several readers that take them",
                        w -> {
                            int zeros = w.zeroPad(0, 1);
                            return w.program(w.sum(w.avgPool(zeros, POOL, true), w.avgPool(zeros, POOL, true)));
                        },
                        "AvgPool(0) AvgPool(0) Add(1, 2)"),
                row(
                        "one reader that does not",
                        w -> {
                            int zeros = w.zeroPad(0, 1);
                            return w.program(w.sum(w.avgPool(zeros, POOL, true), w.maxPool(zeros, POOL)));
                        },
                        "ZeroPad(0) AvgPool(0) MaxPool(1) Add(2, 3)"),
                row(
                        "an output",
                        w -> {
                            int zeros = w.zeroPad(0, 1);
                            return w.program(zeros, w.convolution(zeros));
                        },
                        "ZeroPad(0) Convolution(0)"),
                row("another operation", w -> w.program(w.norm(w.zeroPad(0, 1))), "ZeroPad(0) BatchNorm(1)"));
    }

    static Stream<Arguments> norms() {
        return Stream.of(
                row("fixed", w -> w.program(w.norm(w.convolution(0))), "Convolution+norm(0)"),
                row("of the batch", w -> w.program(w.trained().norm(w.convolution(0))), "Convolution(0) BatchNorm(1)"),
                row(
                        "of the batch, nothing trained",
                        w -> w.program(w.norm(w.convolution(0), true, false)),
                        "Convolution(0) BatchNorm(1)"),
                row(
                        "fixed, its scale trained",
                        w -> {
                            int convolution = w.convolution(0);
                            return w.program(w.trained().norm(convolution, false, true));
                        },
                        "Convolution(0) BatchNorm(1)"),
                row(
                        "behind a trained convolution",
                        w -> {
                            int convolution = w.trained().convolution(0);
                            return w.program(w.frozen().norm(convolution));
                        },
                        "Convolution(0) BatchNorm(1)"),
                row("twice", w -> w.program(w.norm(w.norm(w.convolution(0)))), "Convolution+norm(0) BatchNorm(1)"),
                row(
                        "behind an output",
                        w -> {
                            int convolution = w.convolution(0);
                            return w.program(convolution, w.norm(convolution));
                        },
                        "Convolution(0) BatchNorm(1)"),
                row(
                        "behind a convolution of several readers",
                        w -> {
                            int convolution = w.convolution(0);
                            return w.program(w.concat(w.norm(convolution), w.norm(convolution)));
                        },
                        "Convolution(0) BatchNorm(1) BatchNorm(1) Concat(2, 3)"),
                row("behind something else", w -> w.program(w.norm(w.relu(0))), "Activation(0) BatchNorm(1)"));
    }

    static Stream<Arguments> scales() {
        return Stream.of(
                row("convolution", w -> w.program(w.scale(w.convolution(0), 0.5)), "Convolution*0.5(0)"),
                row("twice", w -> w.program(w.scale(w.scale(w.convolution(0), 0.5), 3)), "Convolution*0.5(0) Scale(1)"),
                row(
                        "a branch of stochastic depth",
                        w -> w.program(w.relu(w.sum(w.scale(w.norm(w.convolution(0)), 0.5), 0))),
                        "Convolution+norm*0.5+sum+RELU(0, 0)"),
                row(
                        "of zeros, and a norm behind it",
                        w -> w.program(w.norm(w.scale(w.convolution(w.zeroPad(0, 1)), 2))),
                        "Convolution*2.0(0) BatchNorm(1)"),
                row(
                        "with a way back",
                        w -> w.program(w.scale(w.trained().convolution(0), 0.5)),
                        "Convolution(0) Scale(1)"),
                row(
                        "behind an activation",
                        w -> w.program(w.scale(w.relu(w.convolution(0)), 0.5)),
                        "Convolution+RELU(0) Scale(1)"),
                row(
                        "one of several readers",
                        w -> {
                            int convolution = w.convolution(0);
                            return w.program(w.concat(w.scale(convolution, 0.5), convolution));
                        },
                        "Convolution(0) Scale(1) Concat(2, 1)"));
    }

    static Stream<Arguments> activations() {
        return Stream.of(
                row("convolution", w -> w.program(w.relu(w.convolution(0))), "Convolution+RELU(0)"),
                row(
                        "convolution and norm",
                        w -> w.program(w.relu(w.norm(w.convolution(0)))),
                        "Convolution+norm+RELU(0)"),
                row(
                        "convolution, leaky",
                        w -> w.program(w.activation(w.convolution(0), Function.RELU, 0.1)),
                        "Convolution+RELU/0.1(0)"),
                row(
                        "convolution, sigmoid",
                        w -> w.program(w.activation(w.convolution(0), Function.SIGMOID, 0)),
                        "Convolution+SIGMOID(0)"),
                row(
                        "convolution with a way back",
                        w -> w.program(w.relu(w.trained().convolution(0))),
                        "Convolution+RELU(0)"),
                row(
                        "convolution with a way back, another activation",
                        w -> w.program(w.activation(w.trained().convolution(0), Function.SIGMOID, 0)),
                        "Convolution(0) Activation(1)"),
                row("dense", w -> w.program(w.activation(w.dense(0, 2), Function.TANH, 0)), "Dense+TANH(0)"),
                row("dense with a way back", w -> w.program(w.relu(w.trained().dense(0, 2))), "Dense(0) Activation(1)"),
                row("norm", w -> w.program(w.relu(w.norm(0))), "BatchNorm+RELU(0)"),
                row("norm with a way back", w -> w.program(w.relu(w.trained().norm(0))), "BatchNorm+RELU(0)"),
                row(
                        "norm, leaky",
                        w -> w.program(w.activation(w.norm(0), Function.RELU, 0.1)),
                        "BatchNorm(0) Activation(1)"),
                row(
                        "norm, sigmoid",
                        w -> w.program(w.activation(w.norm(0), Function.SIGMOID, 0)),
                        "BatchNorm(0) Activation(1)"),
                row("sum", w -> w.program(w.activation(w.sum(0, 0), Function.RELU, 0.1)), "Add+RELU/0.1(0, 0)"),
                row(
                        "sum with a way back",
                        w -> w.program(w.relu(w.sum(w.trained().norm(0), 0))),
                        "BatchNorm(0) Add+RELU(1, 0)"),
                row(
                        "sum with a way back, leaky",
                        w -> w.program(w.activation(w.sum(w.trained().norm(0), 0), Function.RELU, 0.1)),
                        "BatchNorm(0) Add(1, 0) Activation(2)"),
                row("product", w -> w.program(w.activation(w.product(0, 0), Function.TANH, 0)), "Multiply+TANH(0, 0)"),
                row(
                        "product with a way back",
                        w -> w.program(w.relu(w.product(w.trained().norm(0), 0))),
                        "BatchNorm(0) Multiply+RELU(1, 0)"),
                row(
                        "product with a way back, sigmoid",
                        w -> w.program(w.activation(w.product(w.trained().norm(0), 0), Function.SIGMOID, 0)),
                        "BatchNorm(0) Multiply(1, 0) Activation(2)"),
                row("twice", w -> w.program(w.relu(w.relu(w.sum(0, 0)))), "Add+RELU(0, 0) Activation(1)"),
                row(
                        "behind an output",
                        w -> {
                            int sum = w.sum(0, 0);
                            return w.program(w.relu(sum), sum);
                        },
                        "Add(0, 0) Activation(1)"),
                row(
                        "one of several readers",
                        w -> {
                            int sum = w.sum(0, 0);
                            return w.program(w.concat(w.relu(sum), sum));
                        },
                        "Add(0, 0) Activation(1) Concat(2, 1)"),
                row("another operation", w -> w.program(w.relu(w.scale(0, 2))), "Scale(0) Activation(1)"));
    }

    static Stream<Arguments> sums() {
        return Stream.of(
                row("identity shortcut", w -> w.program(w.sum(w.convolution(0), 0)), "Convolution+sum(0, 0)"),
                row("the other way round", w -> w.program(w.sum(0, w.convolution(0))), "Convolution+sum(0, 0)"),
                row(
                        "with norm and activation",
                        w -> w.program(w.relu(w.sum(w.norm(w.convolution(0)), 0))),
                        "Convolution+norm+sum+RELU(0, 0)"),
                row(
                        "projection shortcut written last",
                        w -> {
                            int main = w.convolution(w.relu(0));
                            return w.program(w.sum(main, w.norm(w.convolution(0))));
                        },
                        "Activation(0) Convolution(1) Convolution+norm+sum(0, 2)"),
                row(
                        "projection shortcut written first",
                        w -> {
                            int shortcut = w.norm(w.convolution(0));
                            return w.program(w.sum(w.convolution(w.relu(0)), shortcut));
                        },
                        "Convolution+norm(0) Activation(0) Convolution+sum(2, 1)"),
                row(
                        "shortcut computed behind the convolution",
                        w -> w.program(w.sum(w.convolution(0), w.relu(0))),
                        "Activation(0) Convolution+sum(0, 1)"),
                row(
                        "the later one has an activation",
                        w -> w.program(w.sum(w.convolution(0), w.relu(w.convolution(0)))),
                        "Convolution+RELU(0) Convolution+sum(0, 1)"),
                row(
                        "one after the other",
                        w -> w.program(w.sum(w.sum(w.convolution(0), 0), w.convolution(0))),
                        "Convolution+sum(0, 0) Convolution+sum(0, 1)"),
                row(
                        "sum of a sum that is taken",
                        w -> w.program(w.sum(w.sum(w.convolution(0), 0), 0)),
                        "Convolution+sum(0, 0) Add(1, 0)"),
                row(
                        "a value with itself",
                        w -> {
                            int convolution = w.convolution(0);
                            return w.program(w.sum(convolution, convolution));
                        },
                        "Convolution(0) Add(1, 1)"),
                row("three values", w -> w.program(w.sum(w.convolution(0), 0, 0)), "Convolution(0) Add(1, 0, 0)"),
                row(
                        "with a way back through the convolution",
                        w -> w.program(w.sum(w.trained().convolution(0), 0)),
                        "Convolution(0) Add(1, 0)"),
                row(
                        "with a way back through the other value",
                        w -> {
                            int convolution = w.convolution(0);
                            return w.program(w.sum(convolution, w.trained().norm(0)));
                        },
                        "Convolution(0) BatchNorm(0) Add(1, 2)"),
                row(
                        "the convolution is an output",
                        w -> {
                            int convolution = w.convolution(0);
                            return w.program(convolution, w.sum(convolution, 0));
                        },
                        "Convolution(0) Add(1, 0)"),
                row(
                        "somebody else reads the convolution",
                        w -> {
                            int convolution = w.convolution(0);
                            return w.program(w.concat(w.sum(convolution, 0), convolution));
                        },
                        "Convolution(0) Add(1, 0) Concat(2, 1)"),
                row("no convolution", w -> w.program(w.sum(w.relu(0), 0)), "Activation(0) Add(1, 0)"),
                row("product", w -> w.program(w.product(w.convolution(0), 0)), "Convolution(0) Multiply(1, 0)"));
    }

    static Stream<Arguments> dropouts() {
        return Stream.of(
                row("frozen", w -> w.program(w.relu(w.dropout(w.convolution(0), 0.5))), "Convolution+RELU(0)"),
                row("frozen, twice", w -> w.program(w.relu(w.dropout(w.dropout(0, 0.5), 0.5))), "Activation(0)"),
                row("drawing", w -> w.program(w.relu(w.trained().dropout(0, 0.5))), "Dropout(0) Activation(1)"),
                row(
                        "an output",
                        w -> {
                            int dropout = w.dropout(0, 0.5);
                            return w.program(dropout, w.relu(dropout));
                        },
                        "Dropout(0) Activation(0)"));
    }

    static Stream<Arguments> deadNodes() {
        return Stream.of(
                row(
                        "nothing above the output",
                        w -> {
                            int map = w.relu(0);
                            w.dense(w.avgPool(map, POOL, true), 3);
                            return w.program(map);
                        },
                        "Activation(0)"),
                row(
                        "a reader that is gone is none",
                        w -> {
                            int sum = w.sum(0, 0);
                            w.dense(sum, 3);
                            return w.program(w.relu(sum));
                        },
                        "Add+RELU(0, 0)"),
                row(
                        "a branch",
                        w -> {
                            w.convolution(0);
                            return w.program(w.scale(w.relu(0), 2));
                        },
                        "Activation(0) Scale(1)"),
                row(
                        "the input is the output",
                        w -> {
                            w.relu(0);
                            return w.program(0);
                        },
                        ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"paddings", "norms", "scales", "activations", "sums", "dropouts", "deadNodes"})
    void rewrites(String name, Network network, String expected) {
        Program program = network.write(new ProgramWriter(new Extent(2, 4, 4)));

        Program optimised = Passes.optimise(program);

        assertThat(described(optimised)).isEqualTo(expected);
        assertThat(optimised.outputs().stream()
                        .map(i -> optimised.nodes().get(i).name()))
                .containsExactlyElementsOf(program.outputs().stream()
                        .map(i -> program.nodes().get(i).name())
                        .toList());
    }

    @Test
    void paddingsAddUp() {
        ProgramWriter w = new ProgramWriter(new Extent(1, 4, 4));
        int padded = w.zeroPad(w.zeroPad(0, 1, 2, 3, 4), 10, 20, 30, 40);
        Program optimised = Passes.optimise(w.program(w.convolution(padded, 1, Window.square(3, 1, 1), 1, false)));

        assertThat(((Operation.Convolution) optimised.nodes().get(1).op())
                        .window()
                        .padding())
                .isEqualTo(new Window.Padding(12, 23, 34, 45));
    }

    @Test
    void fusedNodesAreStillTrained() {
        ProgramWriter w = new ProgramWriter(new Extent(1, 4, 4)).trained();
        int norm = w.norm(0);
        w.frozen();
        Program program = w.program(w.relu(norm));

        assertThat(Passes.optimise(program).nodes().get(1).trained())
                .isNotEmpty()
                .isEqualTo(program.nodes().get(norm).trained());
    }

    /** The nodes behind the input: operation, what is fused into it, inputs. */
    private static String described(Program program) {
        return program.nodes().stream().skip(1).map(PassesTest::described).collect(Collectors.joining(" "));
    }

    private static String described(ProgramNode node) {
        return node.op().getClass().getSimpleName()
                + (node.op() instanceof Operation.Convolution c && c.norm().isPresent() ? "+norm" : "")
                + (node.op() instanceof Operation.Convolution c && c.factor() != 1 ? "*" + c.factor() : "")
                + (node.epilogue().addsLastInput() ? "+sum" : "")
                + node.epilogue()
                        .activation()
                        .map(a -> "+" + a.function() + (a.slope() == 0 ? "" : "/" + a.slope()))
                        .orElse("")
                + node.inputs().stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
    }

    private static Arguments row(String name, Network network, String expected) {
        return arguments(name, network, expected);
    }
}
