package io.github.resnet4j.zoo.network;

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
    private String stage = Network.STEM;

    /** An empty network that reads pictures of shape {@code input}, by {@code conventions}. */
    public NetworkWriter(String name, Shape input, Conventions conventions) {
        this.name = name;
        this.input = input;
        this.conventions = conventions;
    }

    /** Nodes written from here on belong to {@code stage}. */
    public void stage(String stage) {
        this.stage = stage;
    }

    /** The shape that node {@code of} puts out. */
    public Shape shape(String of) {
        return of.equals(Network.INPUT) ? input : nodes.get(of).out();
    }

    /**
     * Convolution with an odd kernel, padded so that {@code ceil(n / stride)} rows of {@code n} come out. Where the
     * sides get different numbers of zeros, a node {@code NAME.pad} before it adds them.
     */
    public String conv(String name, String from, int outChannels, int kernel, int stride) {
        return groupedConv(name, from, outChannels, kernel, stride, 1);
    }

    /**
     * The same with the channels in {@code groups} equal parts.
     *
     * @throws IllegalArgumentException if those of the input or the output do not divide evenly
     */
    public String groupedConv(String name, String from, int outChannels, int kernel, int stride, int groups) {
        int padding = kernel / 2;
        String padded = from;
        if (conventions.padding() == Conventions.Padding.TF_SAME) {
            int rows = same(shape(from).height(), kernel, stride);
            int columns = same(shape(from).width(), kernel, stride);
            if (rows == columns && rows % 2 == 0) {
                padding = rows / 2;
            } else {
                padding = 0;
                Op pad = new Op.ZeroPad(rows / 2, rows - rows / 2, columns / 2, columns - columns / 2);
                padded = add(name + ".pad", pad, from);
            }
        }
        Op op = new Op.Convolution(outChannels, kernel, stride, padding, groups, conventions.convBias());
        return add(name, op, padded);
    }

    /** Zeros that TensorFlow's {@code same} adds to {@code size} rows, at the top and at the bottom together. */
    private static int same(int size, int kernel, int stride) {
        int windows = (size - 1) / stride + 1;
        return Math.max((windows - 1) * stride + kernel - size, 0);
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

    /** Max pooling. */
    public String maxPool(String name, String from, int kernel, int stride, int padding) {
        return add(name, new Op.MaxPool(kernel, stride, padding), from);
    }

    /** Global average pooling. */
    public String globalAvgPool(String name, String from) {
        return add(name, new Op.GlobalAvgPool(), from);
    }

    /** Fully connected layer. */
    public String dense(String name, String from, int out) {
        return add(name, new Op.Dense(out), from);
    }

    /** Element-wise sum of two branches of equal shape. */
    public String sum(String name, String branch, String shortcut) {
        return add(name, new Op.Add(), branch, shortcut);
    }

    /** The parameter-free shortcut of option A. */
    public String zeroPadShortcut(String name, String from, int outChannels, int stride, ChannelPadding padding) {
        return add(name, new Op.ZeroPadShortcut(outChannels, stride, padding), from);
    }

    /** The finished network; its last node gives the logits. */
    public Network finish() {
        List<Node> all = new ArrayList<>(nodes.values());
        return new Network(name, input, all.get(all.size() - 1).out().channels(), all);
    }

    private String add(String node, Op op, String... inputs) {
        if (node.indexOf('_') >= 0) {
            throw new IllegalArgumentException("node name \"" + node + "\": DL4J splits keys at underscores");
        }
        Shape in = shape(inputs[0]);
        for (String other : inputs) {
            if (!shape(other).equals(in)) {
                throw new IllegalArgumentException(
                        name + ", " + node + ": " + inputs[0] + " is " + in + " but " + other + " is " + shape(other));
            }
        }
        Node made = new Node(node, op, List.of(inputs), stage, in, outputOf(node, op, in));
        if (nodes.put(node, made) != null) {
            throw new IllegalArgumentException(name + " has two nodes named " + node);
        }
        return node;
    }

    private Shape outputOf(String node, Op op, Shape in) {
        if (op instanceof Op.Convolution c) {
            if (c.groups() < 1 || in.channels() % c.groups() != 0 || c.outChannels() % c.groups() != 0) {
                throw new IllegalArgumentException(name + ", " + node + ": " + in.channels() + " channels in and "
                        + c.outChannels() + " out do not divide evenly into " + c.groups() + " groups");
            }
            return windows(node, in, c.outChannels(), c.kernel(), c.stride(), c.padding());
        }
        if (op instanceof Op.ZeroPad p) {
            return new Shape(in.channels(), p.top() + in.height() + p.bottom(), p.left() + in.width() + p.right());
        }
        if (op instanceof Op.MaxPool p) {
            return windows(node, in, in.channels(), p.kernel(), p.stride(), p.padding());
        }
        if (op instanceof Op.ZeroPadShortcut s) {
            return windows(node, in, s.outChannels(), 1, s.stride(), 0);
        }
        if (op instanceof Op.Dense d) {
            return new Shape(d.out(), 1, 1);
        }
        if (op instanceof Op.GlobalAvgPool) {
            return new Shape(in.channels(), 1, 1);
        }
        return in;
    }

    private Shape windows(String node, Shape in, int channels, int kernel, int stride, int padding) {
        int height = in.height() + 2 * padding - kernel;
        int width = in.width() + 2 * padding - kernel;
        if (height < 0 || width < 0) {
            throw new IllegalArgumentException(name + " cannot take " + input.height() + "x" + input.width()
                    + " pixels: nothing is left at " + node + "; use a larger input size");
        }
        return new Shape(channels, height / stride + 1, width / stride + 1);
    }
}
