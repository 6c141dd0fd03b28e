package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.OptionReader;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.family.Attention.Placement;
import io.github.resnet4j.zoo.family.ResNetSpec.Block;
import io.github.resnet4j.zoo.family.ResNetSpec.Stage;
import io.github.resnet4j.zoo.family.ResNetSpec.StrideOn;
import io.github.resnet4j.zoo.network.ChannelPadding;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A residual network whose blocks normalise and activate before they convolve (He et al. 2016b, arXiv:1603.05027, figure
 * 4e): BN, ReLU, convolution, twice or three times; then the sum, and nothing after it. A last BN and ReLU, {@code bn}
 * and {@code relu}, stand before the pooling. Named as torchvision names a {@link ResNetSpec}, with {@code bn1} before
 * {@code conv1}.
 *
 * @param stem what stands before the first block
 * @param width filters of the stem, at least 1
 * @param block basic or bottleneck
 * @param stages the runs of blocks, named {@code layer1}, {@code layer2}, …
 * @param shortcut how a block's input reaches its sum where the shape changes; elsewhere it is the identity
 * @param activated which shortcuts begin behind their block's first BN and ReLU
 * @param strideOn which convolution of a bottleneck carries the stride
 * @param dropout probability of being dropped, from 0 and below 1, before the last convolution of a basic block
 *     (Zagoruyko and Komodakis 2016, section 3.3)
 * @param depth whether training drops blocks
 * @param attention to channels and places
 */
public record PreActSpec(
        Stem stem,
        int width,
        Block block,
        List<Stage> stages,
        Shortcut shortcut,
        Activated activated,
        StrideOn strideOn,
        double dropout,
        StochasticDepth depth,
        Attention attention)
        implements Spec {
    private static final String SHORTCUT = "shortcut";
    private static final String ACTIVATED = "activated-shortcuts";
    private static final String STRIDE_ON = "stride-on";
    private static final String DROPOUT = "dropout";

    private static final double MAX_DROPOUT = 0.99;

    /** What stands before the first block. */
    public enum Stem {
        /**
         * 7×7 convolution with stride 2, BN, ReLU, 3×3 max pooling with stride 2. What leaves it is activated already, so
         * the first block has no BN and ReLU before its first convolution (facebook/fb.resnet.torch, preresnet.lua).
         */
        IMAGENET,
        /** 3×3 convolution. */
        CIFAR
    }

    /** How a block's input reaches its sum where the shape changes. None has a BN of its own. */
    public enum Shortcut {
        /** Option A, identity; zero channels on both sides where the width grows. */
        ZERO_PAD("a"),
        /** Option A with all zero channels at the end; fb.resnet.torch's for CIFAR. */
        ZERO_PAD_END("a-end"),
        /** Option B, a 1×1 convolution. */
        PROJECTION("b");

        private final String option;

        Shortcut(String option) {
            this.option = option;
        }

        /** The letter of the paper and how it differs, as users write it. */
        @Override
        public String toString() {
            return option;
        }
    }

    /**
     * Which shortcuts begin behind their block's first BN and ReLU, and not before them. The tensors do not tell: weights
     * of one kind load into a network of another, and give other logits.
     */
    public enum Activated {
        /** Those of every stage's first block, identity or not (He et al. 2016b, appendix; fb.resnet.torch). */
        FIRST_BLOCKS("first-blocks"),
        /** Where the shape changes (Zagoruyko and Komodakis 2016; pytorchcv). */
        CHANGES("changes"),
        /** None (bearpaw/pytorch-classification). */
        NONE("none");

        private final String option;

        Activated(String option) {
            this.option = option;
        }

        /** As users write it. */
        @Override
        public String toString() {
            return option;
        }
    }

    public PreActSpec {
        stages = List.copyOf(stages);
        if (width < 1) {
            throw new IllegalArgumentException("a stem needs at least 1 filter, got " + width);
        }
        if (stages.isEmpty()) {
            throw new IllegalArgumentException("a residual network needs at least one stage");
        }
        if (!(dropout >= 0 && dropout < 1) || block == Block.BOTTLENECK && dropout > 0) {
            throw new IllegalArgumentException("a " + (block == Block.BASIC ? "basic block" : "bottleneck")
                    + " cannot have a dropout of " + dropout);
        }
        attention.requireChannels(width, block.narrowest(stages));
    }

    /** As in the paper's appendix: with projections, shared activations in first blocks, the stride on the 3×3. */
    public static PreActSpec of(Stem stem, int width, Block block, List<Stage> stages) {
        return new PreActSpec(
                stem,
                width,
                block,
                stages,
                Shortcut.PROJECTION,
                Activated.FIRST_BLOCKS,
                StrideOn.MIDDLE_3X3,
                0,
                StochasticDepth.OFF,
                Attention.NONE);
    }

    /** The same network with other shortcuts. */
    public PreActSpec withShortcut(Shortcut other) {
        return new PreActSpec(stem, width, block, stages, other, activated, strideOn, dropout, depth, attention);
    }

    /** The same network with its shortcuts beginning elsewhere. */
    public PreActSpec withActivated(Activated other) {
        return new PreActSpec(stem, width, block, stages, shortcut, other, strideOn, dropout, depth, attention);
    }

    /** The same network with the stride of its bottlenecks elsewhere. */
    public PreActSpec withStrideOn(StrideOn other) {
        return new PreActSpec(stem, width, block, stages, shortcut, activated, other, dropout, depth, attention);
    }

    /** The same network with other attention. */
    public PreActSpec withAttention(Attention other) {
        return new PreActSpec(stem, width, block, stages, shortcut, activated, strideOn, dropout, depth, other);
    }

    @Override
    public Map<String, String> options() {
        Map<String, String> options = new LinkedHashMap<>();
        options.put(SHORTCUT, shortcut.toString());
        options.put(ACTIVATED, activated.toString());
        if (block == Block.BOTTLENECK) {
            options.put(STRIDE_ON, strideOn.toString());
        } else {
            options.put(DROPOUT, String.valueOf(dropout));
        }
        depth.addTo(options);
        attention.addTo(options);
        return options;
    }

    @Override
    public PreActSpec with(Map<String, String> options) {
        OptionReader read = new OptionReader(options);
        boolean bottleneck = block == Block.BOTTLENECK;
        PreActSpec made = new PreActSpec(
                stem,
                width,
                block,
                stages,
                read.choice(SHORTCUT, shortcut, Shortcut.class),
                read.choice(ACTIVATED, activated, Activated.class),
                bottleneck ? read.choice(STRIDE_ON, strideOn, StrideOn.class) : strideOn,
                bottleneck ? dropout : read.number(DROPOUT, dropout, 0, MAX_DROPOUT),
                depth.with(read),
                attention.with(read, width, block.narrowest(stages)));
        read.verify();
        return made;
    }

    /** A stem of 4 filters, a stage of one block, wider than the stem if it is so here, and one of two that halves the map. */
    @Override
    public PreActSpec reduced() {
        boolean wider = stages.get(0).planes() > width;
        int planes = block == Block.BOTTLENECK ? 2 : wider ? 6 : 4;
        return new PreActSpec(
                stem,
                4,
                block,
                List.of(new Stage(1, planes, 1), new Stage(2, planes + 2, 2)),
                shortcut,
                activated,
                strideOn,
                dropout,
                depth,
                attention.reduced());
    }

    /** Projections instead of zeros, and kinds of attention. */
    @Override
    public List<Map<String, String>> alternatives() {
        List<Map<String, String>> others = new ArrayList<>(attention.alternatives());
        if (shortcut != Shortcut.PROJECTION) {
            others.add(option(SHORTCUT, Shortcut.PROJECTION));
        }
        return others;
    }

    /** Where shortcuts begin, where zeros stand, which convolution has the stride. */
    @Override
    public List<Map<String, String>> lookalikes() {
        List<Map<String, String>> others = new ArrayList<>();
        if (shortcut != Shortcut.PROJECTION) {
            boolean end = shortcut == Shortcut.ZERO_PAD_END;
            others.add(option(SHORTCUT, end ? Shortcut.ZERO_PAD : Shortcut.ZERO_PAD_END));
        }
        for (Activated other : Activated.values()) {
            if (other != activated) {
                others.add(option(ACTIVATED, other));
            }
        }
        if (block == Block.BOTTLENECK) {
            boolean first = strideOn == StrideOn.FIRST_1X1;
            others.add(option(STRIDE_ON, first ? StrideOn.MIDDLE_3X3 : StrideOn.FIRST_1X1));
        }
        return others;
    }

    private static Map<String, String> option(String key, Enum<?> value) {
        return Map.of(key, value.toString());
    }

    @Override
    public Network network(String name, Shape input, int classes) {
        if (classes < 2) {
            throw new IllegalArgumentException("a classifier needs at least 2 classes, got " + classes);
        }
        NetworkWriter net = new NetworkWriter(name, input, Conventions.TORCHVISION);
        String x = stem(net);
        int number = 0;
        for (int s = 0; s < stages.size(); s++) {
            Stage stage = stages.get(s);
            String layer = "layer" + (s + 1);
            net.stage(layer);
            for (int b = 0; b < stage.blocks(); b++) {
                boolean bare = stem == Stem.IMAGENET && s == 0 && b == 0;
                x = block(net, layer + "." + b, ++number, x, stage.planes(), b == 0 ? stage.stride() : 1, b == 0, bare);
            }
        }
        net.stage(Network.HEAD);
        x = net.relu("relu", net.bn("bn", x));
        x = net.globalAvgPool("avgpool", x);
        net.dense("fc", x, classes);
        return net.finish();
    }

    private String stem(NetworkWriter net) {
        if (stem == Stem.CIFAR) {
            return net.conv("conv1", Network.INPUT, width, 3, 1);
        }
        String x = net.conv("conv1", Network.INPUT, width, 7, 2);
        x = net.relu("relu1", net.bn("bn1", x));
        return net.maxPool("maxpool", x, 3, 2, 1);
    }

    /**
     * A block.
     *
     * @param number of the block, from 1
     * @param first of its stage
     * @param bare whether its input is activated already
     */
    private String block(
            NetworkWriter net,
            String name,
            int number,
            String in,
            int planes,
            int stride,
            boolean first,
            boolean bare) {
        int channels = planes * block.expansion;
        boolean changes = stride != 1 || net.shape(in).channels() != channels;
        String x = bare ? in : activation(net, name, 1, in);
        boolean shared =
                switch (activated) {
                    case FIRST_BLOCKS -> first;
                    case CHANGES -> changes;
                    case NONE -> false;
                };
        String shortcut = shared ? x : in;
        x = attention.at(Placement.PRE, net, name, x);
        x = block == Block.BASIC ? basic(net, name, x, planes, stride) : bottleneck(net, name, x, planes, stride);
        x = attention.at(Placement.STANDARD, net, name, x);
        String identity = changes ? shortcut(net, name, shortcut, channels, stride) : shortcut;
        identity = attention.at(Placement.IDENTITY, net, name, identity);
        int blocks = stages.stream().mapToInt(Stage::blocks).sum();
        x = depth.sum(net, name + ".add", x, identity, number, blocks);
        return attention.at(Placement.POST, net, name, x);
    }

    private static String activation(NetworkWriter net, String name, int number, String in) {
        return net.relu(name + ".relu" + number, net.bn(name + ".bn" + number, in));
    }

    private String basic(NetworkWriter net, String name, String activated, int planes, int stride) {
        String x = net.conv(name + ".conv1", activated, planes, 3, stride);
        x = activation(net, name, 2, x);
        if (dropout > 0) {
            x = net.dropout(name + ".dropout", x, dropout);
        }
        return net.conv(name + ".conv2", x, planes, 3, 1);
    }

    private String bottleneck(NetworkWriter net, String name, String activated, int planes, int stride) {
        boolean early = strideOn == StrideOn.FIRST_1X1;
        String x = net.conv(name + ".conv1", activated, planes, 1, early ? stride : 1);
        x = net.conv(name + ".conv2", activation(net, name, 2, x), planes, 3, early ? 1 : stride);
        return net.conv(name + ".conv3", activation(net, name, 3, x), planes * block.expansion, 1, 1);
    }

    private String shortcut(NetworkWriter net, String name, String from, int channels, int stride) {
        return switch (shortcut) {
            case ZERO_PAD -> net.zeroPadShortcut(name + ".shortcut", from, channels, stride, ChannelPadding.BOTH_SIDES);
            case ZERO_PAD_END -> net.zeroPadShortcut(name + ".shortcut", from, channels, stride, ChannelPadding.END);
            case PROJECTION -> net.conv(name + ".downsample.0", from, channels, 1, stride);
        };
    }
}
