package io.github.resnet4j.engine.internal.lower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Operation.Activation.Function;
import io.github.resnet4j.engine.internal.ir.Parameter;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import io.github.resnet4j.engine.internal.ir.Window;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation with parameters or inputs of its own against PyTorch, there and back: the zoo's goldens, which {@code
 * make_operations.py} wrote.
 *
 * <p>A program begins with images that are 1 at their own place in the batch and 0 elsewhere. A dense layer without
 * bias makes of the n-th one the n-th column of its matrix: the n-th input of the operation. The gradient of the matrix
 * is then that of the input. And a softmax whose labels are its probabilities less {@code dy} sends back {@code dy}.
 */
class OperationsTest {
    private static final Path GOLDENS = Path.of("../zoo/src/test/resources/golden/operations/operations.txt");

    /** Under which the goldens draw. */
    private static final long SEED = 3;

    /** What a golden's operation is here, given the extents of its inputs and where its parameters begin. */
    private interface Made {
        Operation of(Extent in, Extent out, int parameters);
    }

    private static final Map<String, Made> MADE = new LinkedHashMap<>();

    static {
        MADE.put("conv dilated", convolution(new Window(3, 3, 1, 1, sides(2, 2), 2, 2), 1, true));
        MADE.put("conv dilated, stride 2", convolution(new Window(3, 3, 2, 2, sides(3, 3), 3, 3), 1, false));
        MADE.put("conv dilated, groups", convolution(new Window(3, 3, 1, 1, sides(2, 2), 2, 2), 2, false));
        MADE.put("conv rectangular", convolution(new Window(1, 7, 2, 1, sides(0, 3), 1, 1), 1, true));
        MADE.put("conv even", convolution(new Window(4, 2, 2, 1, sides(1, 0), 1, 2), 1, true));
        MADE.put("prelu", (in, out, from) -> new Operation.Prelu(new Parameter(from, in.channels())));
        MADE.put("prelu, shared", (in, out, from) -> new Operation.Prelu(new Parameter(from, 1)));
        MADE.put("prelu, batch 1", MADE.get("prelu"));
        MADE.put("prelu of a vector", MADE.get("prelu"));
        MADE.put("prelu, ties", MADE.get("prelu"));
        MADE.put("relu", (in, out, from) -> Operation.Activation.RELU);
        MADE.put("leaky relu", (in, out, from) -> new Operation.Activation(Function.RELU, 0.3));
        MADE.put("leaky relu, ties", MADE.get("leaky relu"));
        MADE.put("sigmoid", (in, out, from) -> new Operation.Activation(Function.SIGMOID, 0));
        MADE.put("tanh", (in, out, from) -> new Operation.Activation(Function.TANH, 0));
        MADE.put("scale", (in, out, from) -> new Operation.Scale(0.17));
        MADE.put("shift", (in, out, from) -> new Operation.Shift(List.of(0.5, -2.0, 1.25)));
        MADE.put("local response norm 5", (in, out, from) -> new Operation.LocalResponseNorm(5, 0.1, 0.75, 2));
        MADE.put("local response norm 3", (in, out, from) -> new Operation.LocalResponseNorm(3, 1, 0.5, 1));
        MADE.put(
                "local response norm 5, few channels",
                (in, out, from) -> new Operation.LocalResponseNorm(5, 0.5, 0.75, 1));
        MADE.put("local response norm 1", (in, out, from) -> new Operation.LocalResponseNorm(1, 0.5, 0.75, 1));
        MADE.put("max pool", (in, out, from) -> new Operation.MaxPool(Window.square(3, 2, 1)));
        MADE.put("max pool, rows left over", (in, out, from) -> new Operation.MaxPool(Window.square(2, 2, 0)));
        MADE.put("avg pool, padding counts", (in, out, from) -> new Operation.AvgPool(Window.square(3, 2, 1), true));
        MADE.put("avg pool, padding does not", (in, out, from) -> new Operation.AvgPool(Window.square(3, 2, 1), false));
        MADE.put("avg pool, rows left over", (in, out, from) -> new Operation.AvgPool(Window.square(2, 2, 0), false));
        for (String odd : List.of("", " nothing", " rows")) {
            MADE.put(
                    "avg pool, rounding up" + odd,
                    (in, out, from) -> new Operation.AvgPool(
                            new Window(2, 2, 2, 2, new Window.Padding(0, in.height() % 2, 0, in.width() % 2), 1, 1),
                            false));
        }
        MADE.put("avg pool, overlapping", (in, out, from) -> new Operation.AvgPool(Window.square(3, 1, 1), false));
        MADE.put(
                "avg pool, rectangular",
                (in, out, from) -> new Operation.AvgPool(new Window(4, 3, 2, 3, sides(2, 1), 1, 1), true));
        MADE.put("channel max pool, ties", (in, out, from) -> new Operation.MaxPool(Window.square(2, 2, 0)));
        MADE.put("global avg pool", (in, out, from) -> new Operation.AvgPool(whole(in), false));
        MADE.put("channel avg pool", (in, out, from) -> new Operation.AvgPool(whole(in), false));
        MADE.put("channel max pool", (in, out, from) -> new Operation.MaxPool(whole(in)));
        for (String name : List.of("overlapping", "side by side", "larger", "batch 1")) {
            MADE.put("adaptive avg pool, " + name, (in, out, from) -> new Operation.AdaptiveAvgPool());
        }
        MADE.put("spatial avg pool", (in, out, from) -> new Operation.SpatialPool(false));
        for (String name : List.of("spatial max pool", "spatial max pool, ties", "spatial max pool, batch 1")) {
            MADE.put(name, (in, out, from) -> new Operation.SpatialPool(true));
        }
        for (int factor = 1; factor <= 4; factor++) {
            MADE.put("nearest " + factor, (in, out, from) -> new Operation.Resize(false));
            MADE.put("bilinear " + factor, (in, out, from) -> new Operation.Resize(true));
        }
        for (String sizes : List.of("odd", "smaller", "both ways", "of a place")) {
            MADE.put("resize nearest, " + sizes, (in, out, from) -> new Operation.Resize(false));
            MADE.put("resize bilinear, " + sizes, (in, out, from) -> new Operation.Resize(true));
        }
        MADE.put("depth to space 2", (in, out, from) -> new Operation.DepthToSpace(2));
        MADE.put("depth to space 3", (in, out, from) -> new Operation.DepthToSpace(3));
        MADE.put("add", (in, out, from) -> new Operation.Add());
        for (String name : List.of(
                "multiply",
                "multiply by channel",
                "multiply by place",
                "multiply by channel, batch 1",
                "multiply by place, batch 1",
                "multiply one channel",
                "multiply one row",
                "multiply one place")) {
            MADE.put(name, (in, out, from) -> new Operation.Multiply());
        }
        drawn("at test", survival -> 1);
        drawn("in training", survival -> 1 / survival);
        MADE.put("concat", (in, out, from) -> new Operation.Concat());
        MADE.put("concat, batch 1", (in, out, from) -> new Operation.Concat());
    }

    private static void drawn(String scaling, DoubleUnaryOperator factor) {
        MADE.put("stochastic sum kept, " + scaling, drawn(0.75, factor, false));
        MADE.put("stochastic sum dropped, " + scaling, drawn(0.125, factor, false));
        MADE.put("stochastic sum by image, " + scaling, drawn(0.75, factor, true));
        MADE.put("stochastic sum by image, batch 1, " + scaling, drawn(0.125, factor, true));
    }

    private static Made drawn(double survival, DoubleUnaryOperator factor, boolean perImage) {
        return (in, out, from) -> new Operation.StochasticSum("op", survival, factor.applyAsDouble(survival), perImage);
    }

    private static Made convolution(Window window, int groups, boolean bias) {
        return (in, out, from) -> {
            int weights = out.channels() * in.channels() / groups * window.kernelHeight() * window.kernelWidth();
            return new Operation.Convolution(
                    out.channels(),
                    window,
                    groups,
                    new Parameter(from, weights),
                    bias ? Optional.of(new Parameter(from + weights, out.channels())) : Optional.empty());
        };
    }

    private static Window.Padding sides(int rows, int columns) {
        return new Window.Padding(rows, rows, columns, columns);
    }

    private static Window whole(Extent map) {
        return new Window(map.height(), map.width(), 1, 1, Window.Padding.NONE, 1, 1);
    }

    /** A tensor of a golden. */
    private record LoweredTensor(int[] shape, double[] values) {
        Extent extent() {
            return new Extent(shape[1], shape.length > 2 ? shape[2] : 1, shape.length > 2 ? shape[3] : 1);
        }
    }

    private static Map<String, Map<String, LoweredTensor>> goldens() {
        Map<String, Map<String, LoweredTensor>> goldens = new LinkedHashMap<>();
        Map<String, LoweredTensor> current = Map.of();
        try {
            for (String line : Files.readAllLines(GOLDENS)) {
                if (line.startsWith("case ")) {
                    current = new TreeMap<>();
                    goldens.put(line.substring("case ".length()), current);
                } else {
                    String[] words = line.split(" ");
                    int[] shape = Arrays.stream(words[1].split("x"))
                            .mapToInt(Integer::parseInt)
                            .toArray();
                    double[] values = Arrays.stream(words)
                            .skip(2)
                            .mapToDouble(Double::parseDouble)
                            .toArray();
                    current.put(words[0], new LoweredTensor(shape, values));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return goldens;
    }

    static Stream<Arguments> cases() {
        Map<String, Map<String, LoweredTensor>> goldens = goldens();
        return MADE.keySet().stream().flatMap(name -> Stream.of(Order.NHWC, Order.NCHW8C, Order.NCHW16C)
                .map(order -> Arguments.of(name, order, goldens.get(name))));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("cases")
    void equalsPyTorch(String name, Order order, Map<String, LoweredTensor> golden) {
        LoweredTensor y = golden.get("y");
        int batch = y.shape()[0];
        List<ProgramNode> nodes = new ArrayList<>();
        nodes.add(new ProgramNode("pictures", new Operation.Input(), List.of(), new Extent(batch, 1, 1), false));
        List<Double> parameters = new ArrayList<>();
        Map<String, Parameter> gradients = new LinkedHashMap<>();
        List<Integer> inputs = new ArrayList<>();
        for (int i = 0; golden.containsKey("x" + i); i++) {
            LoweredTensor x = golden.get("x" + i);
            int each = Math.toIntExact(x.extent().elements());
            Parameter columns = new Parameter(parameters.size(), batch * each);
            for (int k = 0; k < each; k++) {
                for (int n = 0; n < batch; n++) {
                    parameters.add(x.values()[n * each + k]);
                }
            }
            gradients.put("dx" + i, columns);
            nodes.add(new ProgramNode(
                    "x" + i, new Operation.Dense(each, columns, Optional.empty()), List.of(0), x.extent(), false));
            if (x.shape().length == 4) {
                // of a row, a map
                nodes.add(new ProgramNode(
                        "map" + i, new Operation.Concat(), List.of(nodes.size() - 1), x.extent(), false));
            }
            inputs.add(nodes.size() - 1);
        }
        Operation op = MADE.get(name).of(golden.get("x0").extent(), y.extent(), parameters.size());
        List<String> keys =
                Stream.of("weight", "bias").filter(golden::containsKey).toList();
        for (int i = 0; i < keys.size(); i++) {
            for (double value : golden.get(keys.get(i)).values()) {
                parameters.add(value);
            }
            gradients.put("d" + keys.get(i), op.trained().get(i));
        }
        nodes.add(new ProgramNode("y", op, inputs, y.extent(), false));
        Extent row = new Extent(Math.toIntExact(y.extent().elements()), 1, 1);
        nodes.add(new ProgramNode(
                "loss", new Operation.SoftmaxCrossEntropy(List.of()), List.of(nodes.size() - 1), row, false));
        Program program = new Program(nodes, List.of(nodes.size() - 2, nodes.size() - 1));

        double[] flat = parameters.stream().mapToDouble(value -> value).toArray();
        double[] ones = new double[batch * batch];
        for (int n = 0; n < batch; n++) {
            ones[n * batch + n] = 1;
        }
        try (FloatPointer values = floats(flat);
                FloatPointer back = floats(new double[flat.length]);
                FloatPointer images = floats(ones);
                FloatPointer labels = floats(labels(y, golden.get("dy"), batch));
                Prepared prepared = new Prepared(values.asBuffer());
                SharedArena arena = new SharedArena();
                Lowering lowering = new Lowering(
                        program,
                        batch,
                        order,
                        new Lowering.FlatArrays(values.address(), back.address()),
                        prepared,
                        arena,
                        Lowering.Use.TRAINING,
                        SEED)) {
            lowering.next(new Lowering.Wanted.Rows(labels.asBuffer(), Optional.empty()), 0);
            lowering.run(images.address());
            float[] out = LoweringTest.output(lowering, 0, y.values().length);
            for (int i = 0; i < out.length; i++) {
                near("y", i, out[i], y.values()[i]);
            }
            gradients.forEach((key, place) -> {
                double[] expected = golden.get(key).values();
                int each = expected.length / batch;
                for (int i = 0; i < expected.length; i++) {
                    // a column for each image
                    int at = key.startsWith("dx") ? i % each * batch + i / each : i;
                    near(key, i, back.get(place.offset() + at), expected[i]);
                }
            });
        }
    }

    private static double[] labels(LoweredTensor y, LoweredTensor dy, int batch) {
        int each = y.values().length / batch;
        double[] labels = new double[y.values().length];
        for (int n = 0; n < batch; n++) {
            double[] row = Arrays.copyOfRange(y.values(), n * each, (n + 1) * each);
            double largest = Arrays.stream(row).max().orElseThrow();
            double sum = Arrays.stream(row).map(x -> Math.exp(x - largest)).sum();
            for (int i = 0; i < each; i++) {
                labels[n * each + i] = Math.exp(row[i] - largest) / sum - dy.values()[n * each + i];
            }
        }
        return labels;
    }

    private static void near(String what, int i, double actual, double expected) {
        assertThat(actual).as("%s %d", what, i).isCloseTo(expected, within(2e-5 * Math.max(1, Math.abs(expected))));
    }

    private static FloatPointer floats(double[] values) {
        FloatPointer floats = new FloatPointer(values.length);
        for (int i = 0; i < values.length; i++) {
            floats.put(i, (float) values[i]);
        }
        return floats;
    }

    /** Dense layers are in {@code UserGraphTest}: these goldens have the matrix in PyTorch's order. */
    @Test
    void noGoldenIsLeftOut() {
        assertThat(goldens().keySet().stream().filter(name -> !MADE.containsKey(name) && !name.startsWith("dense ")))
                .isEmpty();
    }
}
