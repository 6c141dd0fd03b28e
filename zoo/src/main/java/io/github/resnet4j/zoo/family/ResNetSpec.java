package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.OptionReader;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.family.Attention.Placement;
import io.github.resnet4j.zoo.network.ChannelPadding;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A residual network, or without shortcuts a plain one, written with torchvision's names.
 *
 * @param trunk stem, block and stages
 * @param cardinality the paths of a bottleneck
 * @param residual what stands between a block's input and its sum
 * @param conventions whose biases, BN constants and padding
 */
public record ResNetSpec(Trunk trunk, Cardinality cardinality, ResidualOptions residual, Conventions conventions)
        implements Spec {
    private static final String SHORTCUT = "shortcut";
    private static final String STRIDE_ON = "stride-on";
    private static final String ZERO_INIT_RESIDUAL = "zero-init-residual";
    private static final String GROUPS = "groups";
    private static final String WIDTH_PER_GROUP = "width-per-group";
    private static final String FORM = "form";
    private static final String OUTPUT_STRIDE = "output-stride";

    /** What stands before the first block. */
    public enum Stem {
        /** 7×7 convolution with stride 2, BN, ReLU, 3×3 max pooling with stride 2 (He et al. 2015, table 1). */
        IMAGENET,
        /**
         * The same with three 3×3 convolutions in place of the 7×7 one, the first two half as wide, each but the last with
         * BN and ReLU behind it: "ResNet-C" (He et al. 2019, arXiv:1812.01187, figure 2).
         */
        DEEP,
        /** 3×3 convolution, BN, ReLU (He et al. 2015, section 4.2). */
        CIFAR;

        private int stride() {
            return this == CIFAR ? 1 : 4;
        }
    }

    /** The two building blocks of He et al. 2015 (figure 5). */
    public enum Block {
        /** Two 3×3 convolutions. */
        BASIC(1),
        /** 1×1, 3×3, 1×1; the last one has 4 times the stage's planes. */
        BOTTLENECK(4);

        final int expansion;

        Block(int expansion) {
            this.expansion = expansion;
        }

        /** Channels that the narrowest of a network's blocks puts out. */
        int narrowest(List<Stage> stages) {
            return expansion * stages.stream().mapToInt(Stage::planes).min().orElseThrow();
        }
    }

    /**
     * A run of equal blocks.
     *
     * @param blocks how many, at least 1
     * @param planes width of the 3×3 convolutions, in one group
     * @param stride of the first block; the others have 1
     */
    public record Stage(int blocks, int planes, int stride) {
        public Stage {
            if (blocks < 1 || planes < 1 || stride < 1) {
                throw new IllegalArgumentException("a stage needs at least one block, plane and stride 1, got " + blocks
                        + " blocks, " + planes + " planes, stride " + stride);
            }
        }
    }

    /**
     * The rows of a paper's table of architectures.
     *
     * @param stem what stands before the first block
     * @param width filters of the stem, at least 1, of a deep one 2
     * @param block basic or bottleneck
     * @param stages the runs of blocks, named {@code layer1}, {@code layer2}, …
     * @param outputStride pixels of the image, along each side, to a place of the last stage's map: what stem and stages make
     *     of it, or what they make of it up to a stage from which on convolutions dilate instead
     */
    public record Trunk(Stem stem, int width, Block block, List<Stage> stages, int outputStride) {
        /** With the stages' own output stride. */
        public Trunk(Stem stem, int width, Block block, List<Stage> stages) {
            this(stem, width, block, stages, ownStride(stem, stages));
        }

        public Trunk {
            stages = List.copyOf(stages);
            boolean deep = stem == Stem.DEEP;
            if (width < (deep ? 2 : 1)) {
                throw new IllegalArgumentException(
                        (deep ? "a deep stem needs at least 2 filters, got " : "a stem needs at least 1 filter, got ")
                                + width);
            }
            if (stages.isEmpty()) {
                throw new IllegalArgumentException("a residual network needs at least one stage");
            }
            List<Integer> strides = Steps.outputStrides(stem.stride(), stages);
            if (!strides.contains(outputStride)) {
                throw new IllegalArgumentException(
                        "the output stride of these stages is one of " + strides + ", got " + outputStride);
            }
        }

        private static int ownStride(Stem stem, List<Stage> stages) {
            List<Integer> strides = Steps.outputStrides(stem.stride(), stages);
            return strides.get(strides.size() - 1);
        }

        private boolean dilates() {
            return outputStride != ownStride(stem, stages);
        }

        private List<Steps> steps() {
            return Steps.of(stem.stride(), stages, outputStride);
        }

        /** The pooling of shortcut d has no counterpart with dilation here. */
        private Trunk with(OptionReader read, Shortcut shortcut) {
            List<Integer> strides = shortcut == Shortcut.POOLED_PROJECTION
                    ? List.of(ownStride(stem, stages))
                    : Steps.outputStrides(stem.stride(), stages);
            return with(read.integer(OUTPUT_STRIDE, outputStride, strides));
        }

        private Trunk with(int stride) {
            return new Trunk(stem, width, block, stages, stride);
        }

        /** Channels that the narrowest of its blocks puts out. */
        int narrowest() {
            return block.narrowest(stages);
        }
    }

    /**
     * How a bottleneck of C groups is written (Xie et al. 2017, figure 3). All three compute the same of the same weights,
     * but for the order in which they sum: path i has the i-th part of the filters of both first convolutions, and of the
     * channels that the last one reads. They differ in speed.
     */
    public enum Form {
        /** Three convolutions, the middle one in C groups: figure 3c, and what is published. */
        GROUPED("grouped"),
        /** C paths of two convolutions each, {@code conv1.0} and {@code conv2.0} of the first; concatenated: figure 3b. */
        EARLY_CONCATENATION("early-concatenation"),
        /** C paths of three convolutions each, summed before the last BN: figure 3a. */
        BRANCHES("branches");

        private final String option;

        Form(String option) {
            this.option = option;
        }

        /** As users write it. */
        @Override
        public String toString() {
            return option;
        }
    }

    /**
     * The parallel paths of a bottleneck: C in Xie et al. 2017. A basic block has {@link #ONE}.
     *
     * @param groups of the middle convolution, at least 1 (Xie et al. 2017, figure 3c)
     * @param widthPerGroup channels of each group in a stage of 64 planes, at least 1
     * @param form how several groups are written; {@link Form#GROUPED} with one
     */
    public record Cardinality(int groups, int widthPerGroup, Form form) {
        private static final int MAX_GROUPS = 1024;
        private static final int MAX_WIDTH_PER_GROUP = 4096;
        /** Planes for which {@link #widthPerGroup} counts. */
        private static final int BASE_PLANES = 64;

        /** A single path as wide as the stage. */
        public static final Cardinality ONE = new Cardinality(1, BASE_PLANES, Form.GROUPED);

        public Cardinality {
            if (groups < 1 || widthPerGroup < 1) {
                throw new IllegalArgumentException(
                        "a bottleneck cannot have " + groups + " groups of width " + widthPerGroup);
            }
            if (groups == 1 && form != Form.GROUPED) {
                throw new IllegalArgumentException("form " + form + " needs at least 2 groups, got 1");
            }
        }

        /** Channels of one group in a stage. */
        int width(int planes) {
            return Math.max(1, planes * widthPerGroup / BASE_PLANES);
        }

        void addTo(Map<String, String> options) {
            options.put(GROUPS, String.valueOf(groups));
            options.put(WIDTH_PER_GROUP, String.valueOf(widthPerGroup));
            if (groups > 1) {
                options.put(FORM, form.toString());
            }
        }

        Cardinality with(OptionReader read) {
            int parts = read.integer(GROUPS, groups, 1, MAX_GROUPS);
            return new Cardinality(
                    parts,
                    read.integer(WIDTH_PER_GROUP, widthPerGroup, 1, MAX_WIDTH_PER_GROUP),
                    parts > 1 ? read.choice(FORM, form, Form.class) : Form.GROUPED);
        }

        /** At most two. */
        Cardinality reduced() {
            return groups > 1 ? new Cardinality(2, BASE_PLANES, form) : this;
        }
    }

    /** How a block's input reaches its sum (He et al. 2015, section 4.1, "Identity vs. projection shortcuts"). */
    public enum Shortcut {
        /** No shortcut at all: a plain network. */
        NONE("none"),
        /** Option A, identity; zero channels on both sides where the width grows. */
        ZERO_PAD("a"),
        /** Option A with all zero channels at the end. */
        ZERO_PAD_END("a-end"),
        /** Option B, a 1×1 convolution where the shape changes, identity elsewhere; torchvision's. */
        PROJECTION("b"),
        /** Option C, a 1×1 convolution on every shortcut. */
        PROJECTION_ALL("c"),
        /**
         * Option B with average pooling over 2×2 in place of its convolution's stride: "ResNet-D" (He et al. 2019,
         * arXiv:1812.01187, figure 2), for stages of stride 1 or 2.
         */
        POOLED_PROJECTION("d"),
        /** Option B without the BN after its convolution; MLPerf Tiny's. */
        PROJECTION_NO_BN("b-nobn");

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

    /** Which convolution of a bottleneck carries the stride of its stage; a basic block has it on the first. */
    public enum StrideOn {
        /** The first one, as in He et al. 2015: "v1". */
        FIRST_1X1("first-1x1"),
        /** The middle one, as in torchvision: "v1.5"; 0.5 % better for 6 % more multiply-adds. */
        MIDDLE_3X3("middle-3x3");

        private final String option;

        StrideOn(String option) {
            this.option = option;
        }

        /** As users write it. */
        @Override
        public String toString() {
            return option;
        }
    }

    /**
     * What stands between a block's input and its sum, and how its sum is trained.
     *
     * @param shortcut how the input reaches the sum
     * @param strideOn which convolution of a bottleneck carries the stride
     * @param zeroInit the last BN of every block starts at zero
     * @param depth whether training drops blocks; a plain network has no shortcuts around them
     * @param attention to channels and places; a plain network has none
     */
    public record ResidualOptions(
            Shortcut shortcut, StrideOn strideOn, boolean zeroInit, StochasticDepth depth, Attention attention) {
        /** Torchvision's: projections where the shape changes, the stride on the 3×3. */
        public static final ResidualOptions TORCHVISION = new ResidualOptions(
                Shortcut.PROJECTION, StrideOn.MIDDLE_3X3, false, StochasticDepth.OFF, Attention.NONE);

        public ResidualOptions {
            if (shortcut == Shortcut.NONE && !depth.equals(StochasticDepth.OFF)) {
                throw new IllegalArgumentException("a plain network cannot drop blocks: they have no shortcuts");
            }
            if (shortcut == Shortcut.NONE && !attention.equals(Attention.NONE)) {
                throw new IllegalArgumentException(
                        "a plain network cannot have attention: it is one of residual branches");
            }
        }

        void addTo(Map<String, String> options) {
            options.put(SHORTCUT, shortcut.toString());
            options.put(STRIDE_ON, strideOn.toString());
            options.put(ZERO_INIT_RESIDUAL, String.valueOf(zeroInit));
        }

        ResidualOptions with(OptionReader read, Trunk trunk) {
            Shortcut identity = read.choice(SHORTCUT, shortcut, Shortcut.class);
            boolean plain = identity == Shortcut.NONE;
            return new ResidualOptions(
                    identity,
                    read.choice(STRIDE_ON, strideOn, StrideOn.class),
                    read.flag(ZERO_INIT_RESIDUAL, zeroInit),
                    plain ? StochasticDepth.OFF : depth.with(read),
                    plain ? Attention.NONE : attention.with(read, trunk.width(), trunk.narrowest()));
        }

        ResidualOptions with(Shortcut other) {
            return new ResidualOptions(other, strideOn, zeroInit, depth, attention);
        }

        ResidualOptions with(StrideOn other) {
            return new ResidualOptions(shortcut, other, zeroInit, depth, attention);
        }

        ResidualOptions with(Attention other) {
            return new ResidualOptions(shortcut, strideOn, zeroInit, depth, other);
        }
    }

    public ResNetSpec {
        if (trunk.block() == Block.BASIC && !cardinality.equals(Cardinality.ONE)) {
            throw new IllegalArgumentException("a basic block cannot have " + cardinality.groups() + " groups of width "
                    + cardinality.widthPerGroup());
        }
        if (residual.shortcut() == Shortcut.POOLED_PROJECTION
                && trunk.stages().stream().anyMatch(stage -> stage.stride() > 2)) {
            throw new IllegalArgumentException("shortcut d takes stages of stride 1 or 2, got " + trunk.stages());
        }
        if (residual.shortcut() == Shortcut.POOLED_PROJECTION && trunk.dilates()) {
            throw new IllegalArgumentException("shortcut d takes stages with strides, not an output stride of "
                    + trunk.outputStride() + " by dilation");
        }
        residual.attention().requireChannels(trunk.width(), trunk.narrowest());
    }

    /** By torchvision's conventions, with one path, and projections where the shape changes. */
    public static ResNetSpec of(Stem stem, int width, Block block, List<Stage> stages) {
        return new ResNetSpec(
                new Trunk(stem, width, block, stages),
                Cardinality.ONE,
                ResidualOptions.TORCHVISION,
                Conventions.TORCHVISION);
    }

    /** The same network with another stem, and the stages' own output stride. */
    public ResNetSpec withStem(Stem other) {
        Trunk changed = new Trunk(other, trunk.width(), trunk.block(), trunk.stages());
        return new ResNetSpec(changed, cardinality, residual, conventions);
    }

    /** The same network with grouped convolutions in its bottlenecks, or wider ones. */
    public ResNetSpec withGroups(int parts, int widthOfEach) {
        Form form = parts > 1 ? cardinality.form() : Form.GROUPED;
        return new ResNetSpec(trunk, new Cardinality(parts, widthOfEach, form), residual, conventions);
    }

    /** The same network with other shortcuts. */
    public ResNetSpec withShortcut(Shortcut other) {
        return new ResNetSpec(trunk, cardinality, residual.with(other), conventions);
    }

    /** The same network with the stride of its bottlenecks elsewhere. */
    public ResNetSpec withStrideOn(StrideOn other) {
        return new ResNetSpec(trunk, cardinality, residual.with(other), conventions);
    }

    /**
     * The same network with another output stride: 8 or 16 instead of 32, say. Stages that would exceed it dilate.
     *
     * @throws IllegalArgumentException if the stages cannot have it
     */
    public ResNetSpec withOutputStride(int other) {
        return new ResNetSpec(trunk.with(other), cardinality, residual, conventions);
    }

    /** The output strides that its stages can have, the least first. */
    List<Integer> outputStrides() {
        return Steps.outputStrides(trunk.stem().stride(), trunk.stages());
    }

    /** The same network with other attention. */
    public ResNetSpec withAttention(Attention other) {
        return new ResNetSpec(trunk, cardinality, residual.with(other), conventions);
    }

    /** The same network by the conventions of another framework. */
    public ResNetSpec withConventions(Conventions other) {
        return new ResNetSpec(trunk, cardinality, residual, other);
    }

    @Override
    public Map<String, String> options() {
        Map<String, String> options = new LinkedHashMap<>();
        residual.addTo(options);
        if (trunk.block() == Block.BOTTLENECK) {
            cardinality.addTo(options);
        }
        if (residual.shortcut() != Shortcut.NONE) {
            residual.depth().addTo(options);
            residual.attention().addTo(options);
        }
        options.put(OUTPUT_STRIDE, String.valueOf(trunk.outputStride()));
        return options;
    }

    @Override
    public ResNetSpec with(Map<String, String> options) {
        OptionReader read = new OptionReader(options);
        Cardinality paths = trunk.block() == Block.BOTTLENECK ? cardinality.with(read) : cardinality;
        ResidualOptions other = residual.with(read, trunk);
        Trunk dilated = trunk.with(read, other.shortcut());
        read.verify();
        return new ResNetSpec(dilated, paths, other, conventions);
    }

    /**
     * A stem of 4 filters, or a deep one of 6; a stage of one block and one of two that halves the map, or dilates instead;
     * two groups, if there are groups.
     */
    @Override
    public ResNetSpec reduced() {
        int planes = trunk.block() == Block.BASIC ? 4 : 2;
        Trunk small = new Trunk(
                trunk.stem(),
                trunk.stem() == Stem.DEEP ? 6 : 4,
                trunk.block(),
                List.of(new Stage(1, planes, 1), new Stage(2, planes + 2, 2)));
        small = trunk.dilates() ? small.with(trunk.stem().stride()) : small;
        return new ResNetSpec(
                small, cardinality.reduced(), residual.with(residual.attention().reduced()), conventions);
    }

    /** The kinds of projection, and those of attention; ResNet-C, which is ResNet-D with others, has rows of its own. */
    @Override
    public List<Map<String, String>> alternatives() {
        Shortcut shortcut = residual.shortcut();
        return shortcut == Shortcut.NONE || shortcut == Shortcut.POOLED_PROJECTION
                ? List.of()
                : Stream.concat(
                                options(Shortcut.PROJECTION, Shortcut.PROJECTION_ALL, Shortcut.PROJECTION_NO_BN)
                                        .stream(),
                                residual.attention().alternatives().stream())
                        .toList();
    }

    /** Where option A has its channels of zeros. */
    @Override
    public List<Map<String, String>> lookalikes() {
        return switch (residual.shortcut()) {
            case ZERO_PAD -> options(Shortcut.ZERO_PAD_END);
            case ZERO_PAD_END -> options(Shortcut.ZERO_PAD);
            default -> List.of();
        };
    }

    private static List<Map<String, String>> options(Shortcut... shortcuts) {
        return Stream.of(shortcuts)
                .map(other -> Map.of(SHORTCUT, other.toString()))
                .toList();
    }

    @Override
    public boolean guessable() {
        return residual.shortcut() != Shortcut.NONE;
    }

    @Override
    public Network network(String name, Shape input, int classes) {
        if (classes < 2) {
            throw new IllegalArgumentException("a classifier needs at least 2 classes, got " + classes);
        }
        NetworkWriter net = new NetworkWriter(name, input, conventions);
        List<String> maps = body(net);
        net.stage(Network.HEAD);
        net.dense("fc", net.globalAvgPool("avgpool", maps.get(maps.size() - 1)), classes);
        return net.finish();
    }

    /** Writes all but the head; gives the node that leaves each stage. */
    List<String> body(NetworkWriter net) {
        String x = stem(net);
        List<String> maps = new ArrayList<>();
        List<Steps> steps = trunk.steps();
        int number = 0;
        for (int s = 0; s < trunk.stages().size(); s++) {
            Stage stage = trunk.stages().get(s);
            Steps all = steps.get(s);
            String layer = "layer" + (s + 1);
            net.stage(layer);
            for (int b = 0; b < stage.blocks(); b++) {
                Steps own = b == 0 ? all : new Steps(1, all.dilation(), all.dilation());
                x = block(net, layer + "." + b, x, stage.planes(), own, ++number);
            }
            maps.add(x);
        }
        return maps;
    }

    private String stem(NetworkWriter net) {
        int width = trunk.width();
        String x =
                switch (trunk.stem()) {
                    case IMAGENET -> net.conv("conv1", Network.INPUT, width, 7, 2);
                    case DEEP -> deepStem(net);
                    case CIFAR -> net.conv("conv1", Network.INPUT, width, 3, 1);
                };
        x = net.relu("relu1", net.bn("bn1", x));
        return trunk.stem() == Stem.CIFAR ? x : net.maxPool("maxpool", x, 3, 2, 1);
    }

    private String deepStem(NetworkWriter net) {
        int width = trunk.width();
        String x = net.conv("conv1.0", Network.INPUT, width / 2, 3, 2);
        x = net.relu("conv1.2", net.bn("conv1.1", x));
        x = net.conv("conv1.3", x, width / 2, 3, 1);
        x = net.relu("conv1.5", net.bn("conv1.4", x));
        return net.conv("conv1.6", x, width, 3, 1);
    }

    private String block(NetworkWriter net, String name, String in, int planes, Steps steps, int number) {
        Block block = trunk.block();
        Attention attention = residual.attention();
        String x = attention.at(Placement.PRE, net, name, in);
        x = block == Block.BASIC ? basic(net, name, x, planes, steps) : bottleneck(net, name, x, planes, steps);
        x = attention.at(Placement.STANDARD, net, name, x);
        if (residual.shortcut() != Shortcut.NONE) {
            String identity = shortcut(net, name, in, planes * block.expansion, steps.stride());
            identity = attention.at(Placement.IDENTITY, net, name, identity);
            int blocks = trunk.stages().stream().mapToInt(Stage::blocks).sum();
            x = residual.depth().sum(net, name + ".add", x, identity, number, blocks);
        }
        return attention.at(Placement.POST, net, name, net.relu(name + ".relu", x));
    }

    private String basic(NetworkWriter net, String name, String in, int planes, Steps steps) {
        String x = net.dilatedConv(name + ".conv1", in, planes, 3, steps.stride(), 1, steps.first());
        x = net.relu(name + ".relu1", net.bn(name + ".bn1", x));
        x = net.dilatedConv(name + ".conv2", x, planes, 3, 1, 1, steps.dilation());
        return net.lastBn(name + ".bn2", x, residual.zeroInit());
    }

    private String bottleneck(NetworkWriter net, String name, String in, int planes, Steps steps) {
        int groups = cardinality.groups();
        int group = cardinality.width(planes);
        int outChannels = planes * trunk.block().expansion;
        String x;
        Form form = cardinality.form();
        if (form == Form.GROUPED) {
            x = net.conv(name + ".conv3", inner(net, name, "", in, groups * group, steps, groups), outChannels, 1, 1);
        } else {
            List<String> outs = new ArrayList<>();
            for (int i = 0; i < groups; i++) {
                String path = inner(net, name, "." + i, in, group, steps, 1);
                outs.add(form == Form.BRANCHES ? net.conv(name + ".conv3." + i, path, outChannels, 1, 1) : path);
            }
            x = form == Form.BRANCHES
                    ? net.add(name + ".paths", new Op.Add(), outs.toArray(String[]::new))
                    : net.conv(name + ".conv3", net.concat(name + ".paths", outs), outChannels, 1, 1);
        }
        return net.lastBn(name + ".bn3", x, residual.zeroInit());
    }

    /** The first two convolutions of a bottleneck, or of its path {@code path}. */
    private String inner(
            NetworkWriter net, String name, String path, String in, int channels, Steps steps, int groupsOfPath) {
        boolean early = residual.strideOn() == StrideOn.FIRST_1X1;
        String x = net.conv(name + ".conv1" + path, in, channels, 1, early ? steps.stride() : 1);
        x = net.relu(name + ".relu1" + path, net.bn(name + ".bn1" + path, x));
        int stride = early ? 1 : steps.stride();
        int dilation = early ? steps.dilation() : steps.first();
        x = net.dilatedConv(name + ".conv2" + path, x, channels, 3, stride, groupsOfPath, dilation);
        return net.relu(name + ".relu2" + path, net.bn(name + ".bn2" + path, x));
    }

    private String shortcut(NetworkWriter net, String name, String in, int outChannels, int stride) {
        boolean sameShape = stride == 1 && net.shape(in).channels() == outChannels;
        if (sameShape && residual.shortcut() != Shortcut.PROJECTION_ALL) {
            return in;
        }
        return switch (residual.shortcut()) {
            case ZERO_PAD ->
                net.zeroPadShortcut(name + ".shortcut", in, outChannels, stride, ChannelPadding.BOTH_SIDES);
            case ZERO_PAD_END -> net.zeroPadShortcut(name + ".shortcut", in, outChannels, stride, ChannelPadding.END);
            case PROJECTION, PROJECTION_ALL ->
                net.bn(name + ".downsample.1", net.conv(name + ".downsample.0", in, outChannels, 1, stride));
            case POOLED_PROJECTION -> {
                // timm's indices: 0 is the pooling, which stage 1 does without
                String pooled = stride == 1 ? in : net.halvingAvgPool(name + ".downsample.0", in);
                yield net.bn(name + ".downsample.2", net.conv(name + ".downsample.1", pooled, outChannels, 1, 1));
            }
            case PROJECTION_NO_BN -> net.conv(name + ".downsample.0", in, outChannels, 1, stride);
            case NONE -> throw new IllegalStateException("a plain block has no shortcut");
        };
    }
}
