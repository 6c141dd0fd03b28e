package io.github.resnet4j.engine.internal.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** Writes small programs, a node a call. Nodes are frozen until {@link #trained()}; each method gives a position. */
public final class ProgramWriter {
    private final List<ProgramNode> nodes = new ArrayList<>();
    private final List<Parameter> positive = new ArrayList<>();
    private int length;
    private boolean frozen = true;

    /** With the images at 0. */
    public ProgramWriter(Extent images) {
        nodes.add(new ProgramNode("input", new Operation.Input(), List.of(), images, true));
    }

    /** What is written from here on is trained. */
    public ProgramWriter trained() {
        frozen = false;
        return this;
    }

    /** What is written from here on is frozen. */
    public ProgramWriter frozen() {
        frozen = true;
        return this;
    }

    /** Size of the value at {@code position}. */
    public Extent extent(int position) {
        return nodes.get(position).extent();
    }

    public int convolution(int input, int channels, Window window, int groups, boolean bias) {
        int weights = channels * extent(input).channels() / groups * window.kernelHeight() * window.kernelWidth();
        Optional<Parameter> summand = bias ? Optional.of(parameter(channels)) : Optional.empty();
        Operation op = new Operation.Convolution(channels, window, groups, parameter(weights), summand);
        return add(op, window.over(extent(input), channels), input);
    }

    /** 1×1, of as many channels as come in. */
    public int convolution(int input) {
        return convolution(input, extent(input).channels(), Window.square(1, 1, 0), 1, false);
    }

    public int dense(int input, int outputs) {
        Parameter weight = parameter(Math.toIntExact(outputs * extent(input).elements()));
        return add(
                new Operation.Dense(outputs, weight, Optional.of(parameter(outputs))),
                new Extent(outputs, 1, 1),
                input);
    }

    public int norm(int input, boolean batchStatistics, boolean logDeviation) {
        int channels = extent(input).channels();
        Parameter gamma = positive(channels);
        Parameter beta = parameter(channels);
        Operation op = new Operation.BatchNorm(
                gamma, beta, parameter(channels), positive(channels), 1e-5, 0.9, logDeviation, batchStatistics);
        return add(op, extent(input), input);
    }

    /** With the running statistics where it is frozen, and the batch's where it is trained. */
    public int norm(int input) {
        return norm(input, !frozen, true);
    }

    public int activation(int input, Operation.Activation.Function function, double slope) {
        return add(new Operation.Activation(function, slope), extent(input), input);
    }

    public int relu(int input) {
        return add(Operation.Activation.RELU, extent(input), input);
    }

    public int responseNorm(int input, int size, double alpha, double beta, double k) {
        return add(new Operation.LocalResponseNorm(size, alpha, beta, k), extent(input), input);
    }

    /** With a slope for each channel, or one. */
    public int prelu(int input, boolean shared) {
        return add(new Operation.Prelu(parameter(shared ? 1 : extent(input).channels())), extent(input), input);
    }

    public int sum(int... inputs) {
        return add(new Operation.Add(), extent(inputs[0]), inputs);
    }

    public int product(int... inputs) {
        return add(new Operation.Multiply(), extent(inputs[0]), inputs);
    }

    public int scale(int input, double factor) {
        return add(new Operation.Scale(factor), extent(input), input);
    }

    public int concat(int... inputs) {
        int channels = Arrays.stream(inputs).map(i -> extent(i).channels()).sum();
        return add(
                new Operation.Concat(),
                new Extent(
                        channels, extent(inputs[0]).height(), extent(inputs[0]).width()),
                inputs);
    }

    public int adaptiveAvgPool(int input, int rows, int columns) {
        return add(new Operation.AdaptiveAvgPool(), new Extent(extent(input).channels(), rows, columns), input);
    }

    /** Over all channels. */
    public int spatialPool(int input, boolean maximum) {
        Extent in = extent(input);
        return add(new Operation.SpatialPool(maximum), new Extent(1, in.height(), in.width()), input);
    }

    public int depthToSpace(int input, int factor) {
        Extent in = extent(input);
        Extent out = new Extent(in.channels() / factor / factor, in.height() * factor, in.width() * factor);
        return add(new Operation.DepthToSpace(factor), out, input);
    }

    public int resize(int input, int rows, int columns, boolean bilinear) {
        return add(new Operation.Resize(bilinear), new Extent(extent(input).channels(), rows, columns), input);
    }

    public int maxPool(int input, Window window) {
        return add(
                new Operation.MaxPool(window),
                window.over(extent(input), extent(input).channels()),
                input);
    }

    public int avgPool(int input, Window window, boolean paddingCounts) {
        return add(
                new Operation.AvgPool(window, paddingCounts),
                window.over(extent(input), extent(input).channels()),
                input);
    }

    public int zeroPad(int input, int top, int bottom, int left, int right) {
        Extent in = extent(input);
        return add(
                new Operation.ZeroPad(new Window.Padding(top, bottom, left, right)),
                new Extent(in.channels(), in.height() + top + bottom, in.width() + left + right),
                input);
    }

    public int zeroPad(int input, int around) {
        return zeroPad(input, around, around, around, around);
    }

    public int zeroPadShortcut(int input, int channels, int stride, int firstChannel) {
        Extent out = Window.square(1, stride, 0).over(extent(input), channels);
        return add(new Operation.ZeroPadShortcut(channels, stride, firstChannel), out, input);
    }

    public int dropout(int input, double retain) {
        return add(new Operation.Dropout(retain), extent(input), input);
    }

    /** One whose branch always counts. */
    public int stochasticSum(int branch, int shortcut, boolean perImage) {
        Operation op = new Operation.StochasticSum("sum" + nodes.size(), 1, 1.25, perImage);
        return add(op, extent(shortcut), branch, shortcut);
    }

    /** Of a vector, or at each place of a map. */
    public int softmax(int input) {
        Operation op = extent(input).elements() == extent(input).channels()
                ? new Operation.SoftmaxCrossEntropy(List.of())
                : new Operation.PlaceCrossEntropy(1, List.of());
        return add(op, extent(input), input);
    }

    /** Adds 0.5 to the first channel, 1 to the second, and so on. */
    public int shift(int input) {
        List<Double> by = IntStream.rangeClosed(1, extent(input).channels())
                .mapToObj(i -> i / 2.0)
                .toList();
        return add(new Operation.Shift(by), extent(input), input);
    }

    /** What was written so far. */
    public Program program(int... outputs) {
        return new Program(nodes, IntStream.of(outputs).boxed().toList());
    }

    /** Values for the parameters: scales and variances in [0.5, 1.5), all others in [-1, 1). */
    public double[] parameters(Random random) {
        double[] values = random.doubles(length, -1, 1).toArray();
        for (Parameter parameter : positive) {
            for (int i = 0; i < parameter.length(); i++) {
                values[parameter.offset() + i] = 0.5 + random.nextDouble();
            }
        }
        return values;
    }

    private Parameter positive(int values) {
        positive.add(parameter(values));
        return positive.get(positive.size() - 1);
    }

    private Parameter parameter(int values) {
        length += values;
        return new Parameter(length - values, values);
    }

    private int add(Operation op, Extent extent, int... inputs) {
        String name = op.getClass().getSimpleName() + nodes.size();
        nodes.add(new ProgramNode(name, op, IntStream.of(inputs).boxed().toList(), extent, frozen));
        return nodes.size() - 1;
    }
}
