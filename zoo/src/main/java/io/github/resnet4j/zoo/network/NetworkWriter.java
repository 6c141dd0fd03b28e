package io.github.resnet4j.zoo.network;

import io.github.resnet4j.files.Suggest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a network node by node, by one framework's {@link Conventions}, and works out the shapes. Every method returns
 * the new node's name.
 */
public final class NetworkWriter {
    private final String name;
    private final Shape input;
    private final Conventions conventions;
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final List<Network.Auxiliary> auxiliary = new ArrayList<>();
    private Output output = new Output.Classes();
    private String stage = Network.STEM;
    private Op.Initial initial = Op.Initial.FAN_OUT;

    /** An empty network that reads images of shape {@code input}, by {@code conventions}. */
    public NetworkWriter(String name, Shape input, Conventions conventions) {
        this.name = name;
        this.input = input;
        this.conventions = conventions;
    }

    /** One that goes on behind the nodes of {@code network}, of which none gives logits any more. */
    public static NetworkWriter behind(Network network, Conventions conventions) {
        NetworkWriter net = new NetworkWriter(network.name(), network.input(), conventions);
        network.nodes().forEach(node -> net.nodes.put(node.name(), node));
        return net;
    }

    /** Nodes written from here on belong to {@code stage}. */
    public void stage(String stage) {
        this.stage = stage;
    }

    /** The weights of convolutions written by this writer's own methods from here on start like this. */
    public void initial(Op.Initial initial) {
        this.initial = initial;
    }

    /**
     * The output shape of node {@code of}.
     *
     * @throws IllegalArgumentException if no such node was written
     */
    public Shape shape(String of) {
        if (of.equals(Network.INPUT)) {
            return input;
        }
        if (!nodes.containsKey(of)) {
            throw new IllegalArgumentException(name + " has no node " + of + " yet"
                    + Suggest.nearest(of, nodes.keySet())
                            .map(near -> "; did you mean " + near + "?")
                            .orElse(""));
        }
        return nodes.get(of).out();
    }

    /**
     * Convolution with an odd kernel, padded so that {@code ceil(n / stride)} rows of {@code n} come out. Where the
     * sides get different numbers of zeros, a node {@code NAME.pad} before it adds them.
     */
    public String conv(String name, String from, int outChannels, int kernel, int stride) {
        return dilatedConv(name, from, outChannels, kernel, stride, 1, 1);
    }

    /**
     * The same with the channels in {@code groups} equal parts.
     *
     * @throws IllegalArgumentException if those of the input or the output do not divide evenly
     */
    public String groupedConv(String name, String from, int outChannels, int kernel, int stride, int groups) {
        return dilatedConv(name, from, outChannels, kernel, stride, groups, 1);
    }

    /** The same with the kernel's rows and columns {@code dilation} apart, and as much more padding. */
    public String dilatedConv(
            String name, String from, int outChannels, int kernel, int stride, int groups, int dilation) {
        int padding = dilation * (kernel / 2);
        String padded = from;
        if (conventions.padding() == Conventions.Padding.TF_SAME) {
            int reach = dilation * (kernel - 1) + 1;
            int rows = same(shape(from).height(), reach, stride);
            int columns = same(shape(from).width(), reach, stride);
            if (rows == columns && rows % 2 == 0) {
                padding = rows / 2;
            } else {
                padding = 0;
                Op pad = new Op.ZeroPad(rows / 2, rows - rows / 2, columns / 2, columns - columns / 2);
                padded = add(name + ".pad", pad, from);
            }
        }
        Window window = Window.square(kernel, stride, padding, dilation);
        return add(name, new Op.Convolution(outChannels, window, groups, conventions.convBias(), 0, initial), padded);
    }

    /** Convolution with an odd kernel and stride 1 that keeps the map's size, with biases whatever the conventions say. */
    public String biasedConv(String name, String from, int outChannels, int kernel) {
        Window window = Window.square(kernel, 1, kernel / 2);
        return add(name, new Op.Convolution(outChannels, window, 1, true, 0, initial), from);
    }

    /** Zeros that TensorFlow's {@code same} adds to {@code size} rows, at the top and at the bottom together. */
    private static int same(int size, int reach, int stride) {
        int windows = (size - 1) / stride + 1;
        return Math.max((windows - 1) * stride + reach - size, 0);
    }

    /** Batch normalisation. */
    public String bn(String name, String from) {
        return lastBn(name, from, false);
    }

    /** Batch normalisation at the end of a residual branch, optionally starting at zero. */
    public String lastBn(String name, String from, boolean zeroInit) {
        return add(name, new Op.BatchNorm(zeroInit, conventions.bnEps(), conventions.bnDecay()), from);
    }

    /** ReLU. */
    public String relu(String name, String from) {
        return add(name, new Op.Relu(), from);
    }

    /** ReLU that multiplies negative values by {@code slope}. */
    public String leakyRelu(String name, String from, double slope) {
        return add(name, new Op.LeakyRelu(slope), from);
    }

    /** ReLU with a trained slope for every channel, or one for all. */
    public String prelu(String name, String from, boolean shared) {
        return add(name, new Op.Prelu(shared), from);
    }

    /** Logistic function. */
    public String sigmoid(String name, String from) {
        return add(name, new Op.Sigmoid(), from);
    }

    /** Hyperbolic tangent. */
    public String tanh(String name, String from) {
        return add(name, new Op.Tanh(), from);
    }

    /** Dropout; {@code probability} is that of being dropped. */
    public String dropout(String name, String from, double probability) {
        return add(name, new Op.Dropout(probability), from);
    }

    /** Multiplication by a constant. */
    public String scale(String name, String from, double factor) {
        return add(name, new Op.Scale(factor), from);
    }

    /** Addition of a constant to each channel. */
    public String shift(String name, String from, List<Double> by) {
        return add(name, new Op.Shift(by), from);
    }

    /** Local response normalisation, with PyTorch's meaning of {@code alpha}. */
    public String localResponseNorm(String name, String from, int size, double alpha, double beta, double k) {
        return add(name, new Op.LocalResponseNorm(size, alpha, beta, k), from);
    }

    /** Max pooling over squares. */
    public String maxPool(String name, String from, int kernel, int stride, int padding) {
        return add(name, new Op.MaxPool(Window.square(kernel, stride, padding)), from);
    }

    /** Average pooling over squares; {@code paddingCounts}: zeros of the padding count as values of the mean. */
    public String avgPool(String name, String from, int kernel, int stride, int padding, boolean paddingCounts) {
        return add(name, new Op.AvgPool(Window.square(kernel, stride, padding), paddingCounts), from);
    }

    /** Average pooling to half the rows and columns, rounded up. */
    public String halvingAvgPool(String name, String from) {
        return add(name, new Op.HalvingAvgPool(), from);
    }

    /** Global average pooling, to a vector. */
    public String globalAvgPool(String name, String from) {
        return add(name, new Op.GlobalAvgPool(), from);
    }

    /** Pooling of every channel, to a map of C×1×1. */
    public String channelPool(String name, String from, Op.Pooling pooling) {
        return add(name, new Op.ChannelPool(pooling), from);
    }

    /** Pooling across the channels, to 1×H×W. */
    public String spatialPool(String name, String from, Op.Pooling pooling) {
        return add(name, new Op.SpatialPool(pooling), from);
    }

    /** Fully connected layer with bias. */
    public String dense(String name, String from, int out) {
        return add(name, new Op.Dense(out), from);
    }

    /** Element-wise sum of two branches of equal shape. */
    public String sum(String name, String branch, String shortcut) {
        return add(name, new Op.Add(), branch, shortcut);
    }

    /** Element-wise product of a map and its factors: of equal shape, C×1×1 or 1×H×W. */
    public String product(String name, String map, String factors) {
        return add(name, new Op.Multiply(), map, factors);
    }

    /** The channels of several maps, one after the other. */
    public String concat(String name, List<String> maps) {
        return add(name, new Op.Concat(), maps.toArray(String[]::new));
    }

    /** The parameter-free shortcut of option A. */
    public String zeroPadShortcut(String name, String from, int outChannels, int stride, ChannelPadding padding) {
        return add(name, new Op.ZeroPadShortcut(outChannels, stride, padding), from);
    }

    /** A map larger by {@code factor} in both directions, of channels: PyTorch's {@code PixelShuffle}. */
    public String depthToSpace(String name, String from, int factor) {
        return add(name, new Op.DepthToSpace(factor), from);
    }

    /** A map larger by {@code factor} in both directions, by interpolation. */
    public String upsample(String name, String from, int factor, Op.Interpolation interpolation) {
        return add(name, new Op.Upsample(factor, interpolation), from);
    }

    /** A map with the rows and columns of another one, by interpolation. */
    public String resize(String name, String from, String like, Op.Interpolation interpolation) {
        return add(name, new Op.Resize(interpolation), from, like);
    }

    /**
     * Makes a written node's values logits of an auxiliary head, one for each of the network's classes.
     *
     * @param weight of its loss in training
     * @throws IllegalArgumentException if no such node was written, or the weight is not above 0
     */
    public void auxiliary(String logits, double weight) {
        shape(logits);
        auxiliary.add(new Network.Auxiliary(logits, weight));
    }

    /** Says what the last node's value means; without this, it is logits of classes. */
    public void output(Output meaning) {
        this.output = meaning;
    }

    /**
     * The finished network; its last node gives the logits, or whatever {@link #output} says.
     *
     * @throws IllegalArgumentException if an auxiliary head has another shape, values have auxiliary heads, or a map has too
     *     many classes or too few
     */
    public Network finish() {
        List<Node> all = new ArrayList<>(nodes.values());
        Shape logits = all.get(all.size() - 1).out();
        auxiliary.forEach(head -> {
            if (!shape(head.logits()).equals(logits)) {
                throw new IllegalArgumentException(name + ": " + head.logits() + " gives " + shape(head.logits())
                        + ", but the network's logits are " + logits);
            }
        });
        if (output instanceof Output.Values && !auxiliary.isEmpty()) {
            throw new IllegalArgumentException(name + " puts out values, and auxiliary heads give logits");
        }
        if (output instanceof Output.ClassMap && (logits.channels() < 2 || logits.channels() > Output.VOID)) {
            throw new IllegalArgumentException(
                    name + ": a map has 2 to " + Output.VOID + " classes, got " + logits.channels());
        }
        return new Network(name, input, logits.channels(), all, auxiliary, output);
    }

    /**
     * Any operation, whatever the conventions say: a convolution with a window, groups or bias of its own, say.
     *
     * @throws ShapeException if it cannot take the shapes of its inputs; the message names node, inputs and shapes
     * @throws IllegalArgumentException if there is no such input, or the name is taken or has an underscore
     */
    public String add(String node, Op op, String... inputs) {
        if (node.indexOf('_') >= 0) {
            throw new IllegalArgumentException(
                    "node name \"" + node + "\": DL4J splits keys at underscores; use another character");
        }
        if (nodes.containsKey(node) || node.equals(Network.INPUT)) {
            throw new IllegalArgumentException(name + " has two nodes named " + node);
        }
        List<Shape> shapes = new ArrayList<>(inputs.length);
        for (String input : inputs) {
            shapes.add(shape(input));
        }
        try {
            nodes.put(node, new Node(node, op, List.of(inputs), stage, shapes));
        } catch (ShapeException.TooSmall e) {
            throw new ShapeException(
                    name + " cannot take " + input.height() + "x" + input.width() + " pixels: nothing is left at "
                            + node + ", " + e.getMessage() + "; use a larger input size",
                    e);
        } catch (ShapeException e) {
            throw new ShapeException(
                    name + ", " + node + " of " + String.join(", ", inputs) + ": " + e.getMessage(), e);
        }
        return node;
    }
}
