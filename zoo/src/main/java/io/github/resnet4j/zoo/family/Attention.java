package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.OptionReader;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Op.Pooling;
import io.github.resnet4j.zoo.network.Window;
import java.util.List;
import java.util.Map;

/**
 * Attention in residual blocks, for every family of residual networks: factors, computed from a map, by which its channels
 * and places are multiplied.
 *
 * <ul>
 *   <li>Squeeze-and-excitation (Hu et al. 2018, arXiv:1709.01507, section 3): the mean of every channel, two fully
 *       connected layers with a ReLU between them, and a gate. Named as in timm: {@code BLOCK.se.fc1} and {@code fc2},
 *       which are 1×1 convolutions.
 *   <li>CBAM (Woo et al. 2018, arXiv:1807.06521, section 3): first the channels, by their means and their maxima, then
 *       the places. Named as in Jongchan/attention-module: {@code BLOCK.cbam.ChannelGate.mlp.1} and {@code mlp.3}, here
 *       1×1 convolutions too, {@code BLOCK.cbam.SpatialGate.spatial.conv} and {@code bn}.
 * </ul>
 *
 * @param kind which attention
 * @param ratio by which a block's channels are divided between the two layers, at least 1
 * @param divisor widths between the two layers are rounded to multiples of this, the smallest of which is this itself, as
 *     in timm; 1 rounds down, as the authors do
 * @param bias whether both layers have biases
 * @param placement where in the block
 * @param gate what makes factors of the second layer's values
 */
public record Attention(Kind kind, int ratio, int divisor, boolean bias, Placement placement, Gate gate) {
    /** None. */
    public static final Attention NONE = of(Kind.NONE);
    /** Squeeze-and-excitation as its authors have it. */
    public static final Attention SE = of(Kind.SE);
    /** CBAM as its authors have it. */
    public static final Attention CBAM = of(Kind.CBAM);

    private static final String KIND = "attention";
    private static final String RATIO = "attention-ratio";
    private static final String DIVISOR = "se-divisor";
    private static final String BIAS = "se-bias";
    private static final String PLACEMENT = "se-placement";
    private static final String GATE = "se-gate";

    private static final int MAX_RATIO = 1024;
    private static final int MAX_DIVISOR = 64;

    /** Which attention. */
    public enum Kind {
        NONE("none"),
        SE("se"),
        CBAM("cbam");

        private final String option;

        Kind(String option) {
            this.option = option;
        }

        /** As users write it. */
        @Override
        public String toString() {
            return option;
        }
    }

    /** Where in a block squeeze-and-excitation stands (Hu et al. 2018, section 6.5 and table 14). */
    public enum Placement {
        /** Behind the branch, before the sum. */
        STANDARD("standard"),
        /** Before the branch's first convolution. */
        PRE("pre"),
        /** Behind the block: its sum, and the ReLU of a post-activation block. */
        POST("post"),
        /** Behind the shortcut, before the sum. */
        IDENTITY("identity");

        private final String option;

        Placement(String option) {
            this.option = option;
        }

        /** As users write it. */
        @Override
        public String toString() {
            return option;
        }
    }

    /** What makes factors (Hu et al. 2018, section 6.3 and table 13). */
    public enum Gate {
        SIGMOID("sigmoid", new Op.Sigmoid()),
        RELU("relu", new Op.Relu()),
        TANH("tanh", new Op.Tanh());

        private final String option;
        private final Op op;

        Gate(String option, Op op) {
            this.option = option;
            this.op = op;
        }

        /** As users write it. */
        @Override
        public String toString() {
            return option;
        }
    }

    public Attention {
        if (ratio < 1 || divisor < 1) {
            throw new IllegalArgumentException(
                    "attention needs a ratio and a divisor of at least 1, got " + ratio + " and " + divisor);
        }
        boolean usual = divisor == 1 && bias && placement == Placement.STANDARD && gate == Gate.SIGMOID;
        if (kind != Kind.SE && !usual) {
            throw new IllegalArgumentException(
                    "only squeeze-and-excitation has a divisor, bias, placement or gate to choose");
        }
    }

    private static Attention of(Kind kind) {
        return new Attention(kind, 16, 1, true, Placement.STANDARD, Gate.SIGMOID);
    }

    /** The same for the narrow blocks of reduced networks. */
    Attention reduced() {
        return kind == Kind.NONE ? NONE : new Attention(kind, 2, divisor, bias, placement, gate);
    }

    /** Adds its options to those of a spec. */
    void addTo(Map<String, String> options) {
        options.put(KIND, kind.toString());
        if (kind != Kind.NONE) {
            options.put(RATIO, String.valueOf(ratio));
        }
        if (kind == Kind.SE) {
            options.put(DIVISOR, String.valueOf(divisor));
            options.put(BIAS, String.valueOf(bias));
            options.put(PLACEMENT, placement.toString());
            options.put(GATE, gate.toString());
        }
    }

    /**
     * The same with what the options say.
     *
     * @param stem channels of the stem
     * @param blocks channels that the narrowest block puts out
     */
    Attention with(OptionReader read, int stem, int blocks) {
        Kind other = read.choice(KIND, kind, Kind.class);
        if (other == Kind.NONE) {
            return NONE;
        }
        boolean se = other == Kind.SE;
        Attention present = other == kind ? this : of(other);
        int multiple = se ? read.integer(DIVISOR, present.divisor, 1, MAX_DIVISOR) : present.divisor;
        Placement place = se ? read.choice(PLACEMENT, present.placement, Placement.class) : present.placement;
        int narrowest = narrowest(place, stem, blocks);
        int reduction = multiple > 1
                ? read.integer(RATIO, present.ratio, 1, MAX_RATIO)
                : read.integer(RATIO, present.ratio, 1, narrowest, "leaves none of " + narrowest + " channels");
        return new Attention(
                other,
                reduction,
                multiple,
                se ? read.flag(BIAS, present.bias) : present.bias,
                place,
                se ? read.choice(GATE, present.gate, Gate.class) : present.gate);
    }

    /**
     * Checks that something is left of the channels.
     *
     * @param stem channels of the stem
     * @param blocks channels that the narrowest block puts out
     * @throws IllegalArgumentException if nothing is
     */
    void requireChannels(int stem, int blocks) {
        int narrowest = narrowest(placement, stem, blocks);
        if (kind != Kind.NONE && divisor == 1 && ratio > narrowest) {
            throw new IllegalArgumentException("attention with a ratio of " + ratio + " leaves none of " + narrowest
                    + " channels; the nearest that does not is " + narrowest);
        }
    }

    /** Before a block, that is the stem's or another block's. */
    private static int narrowest(Placement placement, int stem, int blocks) {
        return placement == Placement.PRE ? Math.min(stem, blocks) : blocks;
    }

    /** Other options with which such networks are published, and that change the tensors. */
    List<Map<String, String>> alternatives() {
        return kind != Kind.SE
                ? List.of()
                : List.of(Map.of(BIAS, String.valueOf(!bias)), Map.of(DIVISOR, divisor == 1 ? "8" : "1"));
    }

    /**
     * Writes the attention to a map, if it stands here.
     *
     * @param here the place in the block
     * @param x the map
     * @return the node to go on from, of the same shape
     */
    String at(Placement here, NetworkWriter net, String block, String x) {
        if (here != placement) {
            return x;
        }
        return switch (kind) {
            case NONE -> x;
            case SE -> squeezeExcitation(net, block + ".se", x);
            case CBAM ->
                spatialGate(net, block + ".cbam.SpatialGate", channelGate(net, block + ".cbam.ChannelGate", x));
        };
    }

    private String squeezeExcitation(NetworkWriter net, String name, String x) {
        int channels = net.shape(x).channels();
        String y = net.channelPool(name + ".pool", x, Pooling.MEAN);
        y = net.relu(name + ".relu", net.add(name + ".fc1", connected(squeezed(channels)), y));
        y = net.add(name + ".gate", gate.op, net.add(name + ".fc2", connected(channels), y));
        return net.product(name + ".scale", x, y);
    }

    /** The means and the maxima go through the same two layers: as two rows of one map, whose results are added. */
    private String channelGate(NetworkWriter net, String name, String x) {
        int channels = net.shape(x).channels();
        String means = net.channelPool(name + ".avgpool", x, Pooling.MEAN);
        String maxima = net.channelPool(name + ".maxpool", x, Pooling.MAX);
        String above = net.add(name + ".above", new Op.ZeroPad(0, 1, 0, 0), means);
        String below = net.add(name + ".below", new Op.ZeroPad(1, 0, 0, 0), maxima);
        String y = net.sum(name + ".rows", above, below);
        y = net.relu(name + ".mlp.2", net.add(name + ".mlp.1", connected(squeezed(channels)), y));
        y = net.channelPool(name + ".mean", net.add(name + ".mlp.3", connected(channels), y), Pooling.MEAN);
        // Twice the mean of two is their sum, to the last bit
        y = net.sigmoid(name + ".gate", net.scale(name + ".sum", y, 2));
        return net.product(name + ".scale", x, y);
    }

    /** Its BN starts at zero, so that every factor starts at one half. */
    private static String spatialGate(NetworkWriter net, String name, String x) {
        String maxima = net.spatialPool(name + ".maxpool", x, Pooling.MAX);
        String means = net.spatialPool(name + ".avgpool", x, Pooling.MEAN);
        String y = net.concat(name + ".compress", List.of(maxima, means));
        y = net.add(name + ".spatial.conv", new Op.Convolution(1, Window.square(7, 1, 3), 1, false), y);
        y = net.add(name + ".spatial.bn", new Op.BatchNorm(true, 1e-5, 0.99), y);
        return net.product(name + ".scale", x, net.sigmoid(name + ".gate", y));
    }

    private int squeezed(int channels) {
        double half = divisor == 1 ? 0 : divisor / 2.0;
        int multiples = (int) (((double) channels / ratio + half) / divisor);
        return Math.max(1, multiples) * divisor;
    }

    private Op connected(int channels) {
        return new Op.Convolution(channels, Window.square(1, 1, 0), 1, bias);
    }
}
