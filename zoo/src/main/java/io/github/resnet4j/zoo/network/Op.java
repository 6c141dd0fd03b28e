package io.github.resnet4j.zoo.network;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a node computes: the closed set of operations that the zoo's networks are made of. Each knows its output shape,
 * the tensors it keeps, its cost and its label. Shapes are those of one sample.
 *
 * <p>A new one is a record here, a line in {@link io.github.resnet4j.zoo.graph.NetworkGraph}'s table and, where DL4J
 * lacks it, a layer or vertex in {@link io.github.resnet4j.zoo.layers}.
 */
public sealed interface Op {

    /**
     * The shape of the output.
     *
     * @param in shapes of the inputs, at least one
     * @throws ShapeException if the operation cannot take them
     */
    Shape out(List<Shape> in);

    /** The tensors that it keeps, in PyTorch's order. */
    default List<Slot.Kind> slots(List<Shape> in) {
        return List.of();
    }

    /** Multiply-adds for one sample, of convolutions and dense layers, as the papers count them; others have none. */
    default long macs(List<Shape> in) {
        return 0;
    }

    /** What a summary calls it, {@code conv 3x3/2}. */
    String label();

    /** An operation with one input. */
    sealed interface OfOne extends Op {

        /**
         * The shape of the output.
         *
         * @throws ShapeException if the operation cannot take {@code in}
         */
        Shape out(Shape in);

        /** The tensors that it keeps, in PyTorch's order. */
        default List<Slot.Kind> slots(Shape in) {
            return List.of();
        }

        /** See {@link Op#macs}. */
        default long macs(Shape in) {
            return 0;
        }

        @Override
        default Shape out(List<Shape> in) {
            return out(only(in));
        }

        @Override
        default List<Slot.Kind> slots(List<Shape> in) {
            return slots(only(in));
        }

        @Override
        default long macs(List<Shape> in) {
            return macs(only(in));
        }

        private Shape only(List<Shape> in) {
            if (in.size() != 1) {
                throw new ShapeException(label() + " takes one input, got " + in.size());
            }
            return in.get(0);
        }
    }

    /** An operation that keeps the shape of its input. */
    sealed interface SameShape extends OfOne {
        @Override
        default Shape out(Shape in) {
            return in;
        }
    }

    /** How to reduce many values to one. */
    enum Pooling {
        /** Their mean. */
        MEAN("avg"),
        /** The largest; the first of several equal ones gets the gradient. */
        MAX("max");

        private final String label;

        Pooling(String label) {
            this.label = label;
        }
    }

    /** How to compute values between pixels. */
    enum Interpolation {
        /** Each is that of the nearest pixel, {@code floor(i in / out)}: PyTorch's {@code nearest}. */
        NEAREST,
        /**
         * Linear in both directions, pixels being squares whose centres have the values: PyTorch's {@code bilinear} with
         * {@code align_corners=False}. What lies outside all centres has the value of the nearest.
         */
        BILINEAR;

        /**
         * What every output along an axis takes of the inputs: {@code out} rows of {@code in} weights.
         *
         * @param in inputs along the axis, at least 1
         * @param out outputs along the axis, at least 1
         */
        public double[][] weights(int in, int out) {
            double[][] weights = new double[out][in];
            for (int i = 0; i < out; i++) {
                if (this == NEAREST) {
                    weights[i][Math.toIntExact((long) i * in / out)] = 1;
                } else {
                    double at = Math.max((i + 0.5) * in / out - 0.5, 0);
                    int before = (int) at;
                    weights[i][before] = before + 1 - at;
                    weights[i][Math.min(before + 1, in - 1)] += at - before;
                }
            }
            return weights;
        }
    }

    /** How the weights of a convolution start. Its bias starts at a constant. */
    enum Initial {
        /** Normal with variance 2 / fan-out (He et al. 2015b): torchvision's choice for residual networks. */
        FAN_OUT,
        /** Uniform in ±1/√fan-in, variance 1 / (3 fan-in): what PyTorch does unless told otherwise. */
        PYTORCH,
        /**
         * Uniform in ±√(3/fan-in), variance 1 / fan-in: PyTorch's {@code kaiming_uniform_(a=1)}, torchvision's choice for
         * pyramids.
         */
        FAN_IN
    }

    /**
     * Convolution.
     *
     * @param outChannels number of filters
     * @param window how they slide
     * @param groups number of equal groups of channels; a filter reads one group of the input's (Xie et al. 2017,
     *     figure 3c)
     * @param bias whether every filter adds a trained constant; a BN after it makes one superfluous
     * @param initialBias what these constants start at; a gate's may start closed (Srivastava et al. 2015, section 2.2)
     * @param initial how the weights start
     */
    record Convolution(int outChannels, Window window, int groups, boolean bias, double initialBias, Initial initial)
            implements OfOne {
        public Convolution {
            requireBias("a convolution", bias, initialBias);
        }

        /** With weights that start as those of residual networks do. */
        public Convolution(int outChannels, Window window, int groups, boolean bias, double initialBias) {
            this(outChannels, window, groups, bias, initialBias, Initial.FAN_OUT);
        }

        /** With a bias that starts at zero, or none. */
        public Convolution(int outChannels, Window window, int groups, boolean bias) {
            this(outChannels, window, groups, bias, 0);
        }

        @Override
        public Shape out(Shape in) {
            if (groups < 1 || in.channels() % groups != 0 || outChannels % groups != 0) {
                throw new ShapeException(in.channels() + " channels in and " + outChannels
                        + " out do not divide evenly into " + groups + " groups");
            }
            return window.over(in, outChannels);
        }

        @Override
        public List<Slot.Kind> slots(Shape in) {
            Slot.Kind weight = Slot.Role.WEIGHT.of(
                    outChannels,
                    in.channels() / groups,
                    window.rows().kernel(),
                    window.columns().kernel());
            return bias ? List.of(weight, Slot.Role.BIAS.of(outChannels)) : List.of(weight);
        }

        @Override
        public long macs(Shape in) {
            return window.taps() * (in.channels() / groups) * out(in).elements();
        }

        @Override
        public String label() {
            return "conv " + window + (groups == 1 ? "" : ", " + groups + " groups") + (bias ? " + bias" : "")
                    + (initialBias == 0 ? "" : " from " + initialBias);
        }
    }

    /**
     * Batch normalisation (Ioffe and Szegedy 2015).
     *
     * @param zeroInit gamma starts at 0 instead of 1, so that a residual block starts as the identity (Goyal et al.
     *     2017, section 5.1)
     * @param eps added to the variance
     * @param decay weight of the old running average; PyTorch's momentum is 1 minus this
     */
    record BatchNorm(boolean zeroInit, double eps, double decay) implements SameShape {
        @Override
        public List<Slot.Kind> slots(Shape in) {
            return List.of(
                    Slot.Role.GAMMA.of(in.channels()),
                    Slot.Role.BETA.of(in.channels()),
                    Slot.Role.RUNNING_MEAN.of(in.channels()),
                    Slot.Role.RUNNING_VAR.of(in.channels()));
        }

        @Override
        public String label() {
            return "batch norm";
        }
    }

    /**
     * Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3), as PyTorch has it: every value
     * is divided by {@code (k + alpha / size * s)^beta}, where {@code s} is the sum of the squares at its place in the
     * {@code size} channels around it. The paper does not divide alpha by the size.
     *
     * @param size channels, odd
     * @param alpha weight of the mean square, at least 0
     * @param beta exponent, at least 0
     * @param k added to the mean square, above 0
     */
    record LocalResponseNorm(int size, double alpha, double beta, double k) implements SameShape {
        public LocalResponseNorm {
            boolean finite = Double.isFinite(alpha + beta + k);
            if (size < 1 || size % 2 == 0 || !(finite && alpha >= 0 && beta >= 0 && k > 0)) {
                throw new IllegalArgumentException("local response normalisation needs an odd size, alpha and beta of"
                        + " at least 0 and k above 0, got size " + size + ", alpha " + alpha + ", beta " + beta
                        + ", k " + k);
            }
        }

        @Override
        public String label() {
            return "local response norm " + size;
        }
    }

    /** Rectified linear unit. */
    record Relu() implements SameShape {
        @Override
        public String label() {
            return "relu";
        }
    }

    /**
     * ReLU that lets a fraction of negative values through (Maas et al. 2013).
     *
     * @param slope what they are multiplied by, 0 or more
     */
    record LeakyRelu(double slope) implements SameShape {
        public LeakyRelu {
            if (!(slope >= 0 && slope < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("a leaky ReLU needs a slope of at least 0, got " + slope);
            }
        }

        @Override
        public String label() {
            return "leaky relu " + slope;
        }
    }

    /**
     * ReLU with trained slopes for negative values, starting at 0.25 (He et al. 2015a).
     *
     * @param shared one slope for all channels instead of one for each
     */
    record Prelu(boolean shared) implements SameShape {
        @Override
        public List<Slot.Kind> slots(Shape in) {
            return List.of(Slot.Role.SLOPE.of(shared ? 1 : in.channels()));
        }

        @Override
        public String label() {
            return shared ? "prelu, shared" : "prelu";
        }
    }

    /** Logistic function, {@code 1 / (1 + exp(-x))}. */
    record Sigmoid() implements SameShape {
        @Override
        public String label() {
            return "sigmoid";
        }
    }

    /** Hyperbolic tangent. */
    record Tanh() implements SameShape {
        @Override
        public String label() {
            return "tanh";
        }
    }

    /**
     * In training, sets values to zero and scales the others up so that the mean stays (Srivastava et al. 2014); identity
     * otherwise.
     *
     * @param probability of a value to be dropped, as in PyTorch, at least 0 and below 1; DL4J's is that of being kept
     */
    record Dropout(double probability) implements SameShape {
        public Dropout {
            if (!(probability >= 0 && probability < 1)) {
                throw new IllegalArgumentException(
                        "dropout needs a probability of at least 0 and below 1, got " + probability);
            }
        }

        @Override
        public String label() {
            return "dropout " + probability;
        }
    }

    /** Multiplication by a constant, such as that of a residual branch (Szegedy et al. 2017, section 3.3). */
    record Scale(double factor) implements SameShape {
        public Scale {
            if (!Double.isFinite(factor)) {
                throw new IllegalArgumentException("a scale needs a finite factor, got " + factor);
            }
        }

        @Override
        public String label() {
            return "scale " + factor;
        }
    }

    /**
     * Addition of a constant to each channel, such as the mean colour of a data set, or its opposite.
     *
     * @param by one for each channel, finite
     */
    record Shift(List<Double> by) implements SameShape {
        public Shift {
            by = List.copyOf(by);
            for (double constant : by) {
                if (!Double.isFinite(constant)) {
                    throw new IllegalArgumentException("a shift needs finite constants, got " + by);
                }
            }
        }

        @Override
        public Shape out(Shape in) {
            if (in.channels() != by.size()) {
                throw new ShapeException("a shift of " + by.size() + " channels got " + in.channels());
            }
            return in;
        }

        @Override
        public String label() {
            return "shift by "
                    + by.stream()
                            .map(constant -> String.format(Locale.ROOT, "%.1f", constant))
                            .collect(Collectors.joining(", "));
        }
    }

    /** Rows and columns of zeros around the map, for padding that differs from side to side. */
    record ZeroPad(int top, int bottom, int left, int right) implements OfOne {
        @Override
        public Shape out(Shape in) {
            return new Shape(in.channels(), top + in.height() + bottom, left + in.width() + right);
        }

        @Override
        public String label() {
            return "pad " + top + "," + bottom + "," + left + "," + right;
        }
    }

    /** Maximum over windows; padding never wins. */
    record MaxPool(Window window) implements OfOne {
        public MaxPool {
            requirePooling(window);
        }

        @Override
        public Shape out(Shape in) {
            return window.over(in, in.channels());
        }

        @Override
        public String label() {
            return "max pool " + window;
        }
    }

    /**
     * Mean over windows.
     *
     * @param paddingCounts zeros of the padding count as values of the mean: PyTorch's default, not DL4J's
     */
    record AvgPool(Window window, boolean paddingCounts) implements OfOne {
        public AvgPool {
            requirePooling(window);
        }

        @Override
        public Shape out(Shape in) {
            return window.over(in, in.channels());
        }

        @Override
        public String label() {
            return "avg pool " + window;
        }
    }

    /**
     * Mean over squares of 2×2, those at an odd end over what there is of them, to half the rows and columns rounded up:
     * PyTorch's {@code AvgPool2d(2, ceil_mode=True, count_include_pad=False)} and TensorFlow's {@code same}.
     */
    record HalvingAvgPool() implements OfOne {
        @Override
        public Shape out(Shape in) {
            return new Shape(in.channels(), (in.height() + 1) / 2, (in.width() + 1) / 2);
        }

        @Override
        public String label() {
            return "avg pool 2x2/2, rounding up";
        }
    }

    /**
     * Mean over windows that divide a map of any size into the same number of parts: PyTorch's {@code
     * AdaptiveAvgPool2d}. Where the sizes do not divide, windows overlap by a row or column; a smaller map is repeated.
     *
     * @param height rows of the output, at least 1
     * @param width columns of the output, at least 1
     */
    record AdaptiveAvgPool(int height, int width) implements OfOne {
        public AdaptiveAvgPool {
            if (height < 1 || width < 1) {
                throw new IllegalArgumentException(
                        "adaptive pooling needs at least 1 row and column, got " + height + "x" + width);
            }
        }

        /**
         * What every output along an axis takes of the inputs: {@code out} rows of {@code in} weights, each row a mean over
         * the inputs from {@code floor(i in / out)} to below {@code ceil((i + 1) in / out)}.
         */
        public static double[][] weights(int in, int out) {
            double[][] weights = new double[out][in];
            for (int i = 0; i < out; i++) {
                int from = Math.toIntExact((long) i * in / out);
                int to = Math.toIntExact(((i + 1L) * in + out - 1) / out);
                Arrays.fill(weights[i], from, to, 1.0 / (to - from));
            }
            return weights;
        }

        @Override
        public Shape out(Shape in) {
            return new Shape(in.channels(), height, width);
        }

        @Override
        public String label() {
            return "avg pool to " + height + "x" + width;
        }
    }

    /** Mean over all rows and columns: C×H×W to a vector, C×1×1. */
    record GlobalAvgPool() implements OfOne {
        @Override
        public Shape out(Shape in) {
            return new Shape(in.channels(), 1, 1);
        }

        @Override
        public String label() {
            return "global avg pool";
        }
    }

    /** Reduces all rows and columns of a channel to one value: C×H×W to a map of C×1×1, which convolutions can read. */
    record ChannelPool(Pooling pooling) implements OfOne {
        @Override
        public Shape out(Shape in) {
            return new Shape(in.channels(), 1, 1);
        }

        @Override
        public String label() {
            return "channel " + pooling.label + " pool";
        }
    }

    /** Reduces all channels at a place to one value: C×H×W to 1×H×W (Woo et al. 2018, section 3). */
    record SpatialPool(Pooling pooling) implements OfOne {
        @Override
        public Shape out(Shape in) {
            return new Shape(1, in.height(), in.width());
        }

        @Override
        public String label() {
            return "spatial " + pooling.label + " pool";
        }
    }

    /**
     * The parameter-free shortcut of He et al. 2015 (option A): every {@code stride}-th row and column, and channels of
     * zeros up to {@code outChannels}.
     *
     * @param outChannels channels after padding
     * @param stride step in both directions
     * @param padding where the zero channels go
     */
    record ZeroPadShortcut(int outChannels, int stride, ChannelPadding padding) implements OfOne {
        public ZeroPadShortcut {
            if (outChannels < 1 || stride < 1) {
                throw new IllegalArgumentException("a zero-pad shortcut needs at least 1 channel and stride 1, got "
                        + outChannels + " channels, stride " + stride);
            }
        }

        @Override
        public Shape out(Shape in) {
            if (in.channels() > outChannels) {
                throw new ShapeException("a zero-pad shortcut cannot go from " + in.channels() + " down to "
                        + outChannels + " channels");
            }
            return Window.square(1, stride, 0).over(in, outChannels);
        }

        @Override
        public String label() {
            return "zero pad" + (stride == 1 ? "" : " /" + stride);
        }
    }

    /**
     * Makes a larger map of channels: {@code out(c, y f + i, x f + j) = in(c f f + i f + j, y, x)} (Shi et al. 2016),
     * PyTorch's {@code PixelShuffle}. TensorFlow's {@code depth_to_space} has another order of channels.
     *
     * @param factor f, at least 1
     */
    record DepthToSpace(int factor) implements OfOne {
        public DepthToSpace {
            requireFactor(factor);
        }

        @Override
        public Shape out(Shape in) {
            int block = Math.multiplyExact(factor, factor);
            if (in.channels() % block != 0) {
                throw new ShapeException(
                        "depth to space by " + factor + " needs a multiple of " + block + " channels, got " + in);
            }
            return larger(in, in.channels() / block, factor);
        }

        @Override
        public String label() {
            return "depth to space " + factor;
        }
    }

    /**
     * A larger map of the same channels.
     *
     * @param factor in both directions, at least 1
     */
    record Upsample(int factor, Interpolation interpolation) implements OfOne {
        public Upsample {
            requireFactor(factor);
        }

        @Override
        public Shape out(Shape in) {
            return larger(in, in.channels(), factor);
        }

        @Override
        public String label() {
            return "upsample " + factor + (interpolation == Interpolation.NEAREST ? ", nearest" : ", bilinear");
        }
    }

    /**
     * The first map with as many rows and columns as the second, whose values do not matter: a head's logits at every pixel
     * of the image (Long et al. 2015), a pyramid's map at the places of a finer one (Lin et al. 2017).
     */
    record Resize(Interpolation interpolation) implements Op {
        @Override
        public Shape out(List<Shape> in) {
            if (in.size() != 2) {
                throw new ShapeException(
                        "a resize takes a map and one of the size that it is to have, got " + in.size() + " inputs");
            }
            return new Shape(in.get(0).channels(), in.get(1).height(), in.get(1).width());
        }

        @Override
        public String label() {
            return interpolation == Interpolation.NEAREST ? "resize, nearest" : "resize, bilinear";
        }
    }

    /**
     * Fully connected layer. It reads a map of C×H×W as a vector, channel by channel and row by row.
     *
     * @param bias whether every output has a trained constant
     * @param initialBias what these constants start at; a gate's may start closed
     */
    record Dense(int out, boolean bias, double initialBias) implements OfOne {
        public Dense {
            requireBias("a dense layer", bias, initialBias);
        }

        /** A dense layer with bias. */
        public Dense(int out) {
            this(out, true);
        }

        /** With a bias that starts at zero, or none. */
        public Dense(int out, boolean bias) {
            this(out, bias, 0);
        }

        @Override
        public Shape out(Shape in) {
            return new Shape(out, 1, 1);
        }

        @Override
        public List<Slot.Kind> slots(Shape in) {
            Slot.Kind weight = Slot.Role.WEIGHT.of(out, in.elements());
            return bias ? List.of(weight, Slot.Role.BIAS.of(out)) : List.of(weight);
        }

        @Override
        public long macs(Shape in) {
            return in.elements() * out;
        }

        @Override
        public String label() {
            return "dense" + (bias ? "" : ", no bias") + (initialBias == 0 ? "" : ", bias from " + initialBias);
        }
    }

    /** Element-wise sum of all inputs, which have equal shapes. */
    record Add() implements Op {
        @Override
        public Shape out(List<Shape> in) {
            requireSome(this, in);
            if (in.stream().distinct().count() > 1) {
                throw new ShapeException("a sum takes equal shapes, got " + list(in));
            }
            return in.get(0);
        }

        @Override
        public String label() {
            return "add";
        }
    }

    /**
     * Sum of a residual branch and its shortcut, in this order, of equal shapes; training drops the branch at random
     * (stochastic depth: Huang et al. 2016, arXiv:1603.09382, section 3).
     *
     * <p>{@link Draws} of the graph's seed, the iteration and the node's name decide.
     *
     * @param survival probability of the branch to count in a step of training, above 0 and at most 1
     * @param scaling what keeps the sum's mean the same in training and afterwards
     * @param per what is dropped together
     */
    record StochasticSum(double survival, Scaling scaling, Per per) implements Op {

        /** What keeps the mean the same. */
        public enum Scaling {
            /** The paper's: the branch as it is in training, and {@code survival} times the branch afterwards. */
            AT_TEST("at-test"),
            /** torchvision's {@code StochasticDepth}: the branch divided by {@code survival} in training. */
            IN_TRAINING("in-training");

            private final String option;

            Scaling(String option) {
                this.option = option;
            }

            /** As users write it. */
            @Override
            public String toString() {
                return option;
            }
        }

        /** What shares one draw. */
        public enum Per {
            /** All images of a step, so that a dropped branch need not be computed: the paper's. */
            BATCH("batch"),
            /** One image: torchvision's mode {@code row}, timm's {@code DropPath}. */
            IMAGE("image");

            private final String option;

            Per(String option) {
                this.option = option;
            }

            /** As users write it. */
            @Override
            public String toString() {
                return option;
            }
        }

        public StochasticSum {
            if (!(survival > 0 && survival <= 1)) {
                throw new IllegalArgumentException(
                        "a stochastic sum needs a survival probability above 0 and at most 1, got " + survival);
            }
        }

        /** Whether the branch of image {@code image} of a batch counts, by the draws of this node in this step. */
        public boolean keeps(Draws draws, long image) {
            return draws.get(per == Per.BATCH ? 0 : image) < survival;
        }

        /** What a branch that counts is multiplied by in training. */
        public double inTraining() {
            return scaling == Scaling.AT_TEST ? 1 : 1 / survival;
        }

        /** What the branch is multiplied by outside training. */
        public double atTest() {
            return scaling == Scaling.AT_TEST ? survival : 1;
        }

        @Override
        public Shape out(List<Shape> in) {
            if (in.size() != 2) {
                throw new ShapeException(
                        "a stochastic sum takes a branch and its shortcut, got " + in.size() + " inputs");
            }
            return new Add().out(in);
        }

        @Override
        public String label() {
            return String.format(Locale.ROOT, "add, survival %.4g", survival);
        }
    }

    /**
     * Element-wise product of a map of C×H×W and its factors: one for every value (C×H×W), for every channel (C×1×1; Hu
     * et al. 2018) or for every place (1×H×W; Woo et al. 2018).
     */
    record Multiply() implements Op {
        @Override
        public Shape out(List<Shape> in) {
            if (in.size() != 2) {
                throw new ShapeException("a product takes a map and its factors, got " + in.size() + " inputs");
            }
            Shape map = in.get(0);
            Shape factors = in.get(1);
            if (!factors.equals(map)
                    && !factors.equals(new Shape(map.channels(), 1, 1))
                    && !factors.equals(new Shape(1, map.height(), map.width()))) {
                throw new ShapeException("a product with " + map + " takes factors of that shape, " + map.channels()
                        + "x1x1 or 1x" + map.height() + "x" + map.width() + ", got " + factors);
            }
            return map;
        }

        @Override
        public String label() {
            return "multiply";
        }
    }

    /** The channels of all inputs, one after the other. */
    record Concat() implements Op {
        @Override
        public Shape out(List<Shape> in) {
            requireSome(this, in);
            Shape first = in.get(0);
            int channels = 0;
            for (Shape shape : in) {
                if (shape.height() != first.height() || shape.width() != first.width()) {
                    throw new ShapeException("a concatenation takes maps of one height and width, got " + list(in));
                }
                channels = Math.addExact(channels, shape.channels());
            }
            return new Shape(channels, first.height(), first.width());
        }

        @Override
        public String label() {
            return "concat";
        }
    }

    private static String list(List<Shape> shapes) {
        return shapes.stream().map(Shape::toString).collect(Collectors.joining(", "));
    }

    private static void requireSome(Op op, List<Shape> in) {
        if (in.isEmpty()) {
            throw new ShapeException(op.label() + " takes at least one input");
        }
    }

    private static Shape larger(Shape in, int channels, int factor) {
        return new Shape(channels, Math.multiplyExact(in.height(), factor), Math.multiplyExact(in.width(), factor));
    }

    private static void requireBias(String what, boolean bias, double initial) {
        if (!Double.isFinite(initial) || !bias && initial != 0) {
            throw new IllegalArgumentException(
                    what + (bias ? " with" : " without") + " a bias cannot start with one of " + initial);
        }
    }

    private static void requireFactor(int factor) {
        if (factor < 1) {
            throw new IllegalArgumentException("a larger map needs a factor of at least 1, got " + factor);
        }
    }

    /** So that no window holds nothing but padding; and DL4J shortens the output for a dilation that it does not apply. */
    private static void requirePooling(Window window) {
        for (Window.Axis axis : List.of(window.rows(), window.columns())) {
            if (2 * axis.padding() > axis.kernel() || axis.dilation() != 1) {
                throw new IllegalArgumentException("pooling needs a padding of at most half its kernel and no dilation,"
                        + " got kernel " + axis.kernel() + ", padding " + axis.padding() + ", dilation "
                        + axis.dilation());
            }
        }
    }
}
