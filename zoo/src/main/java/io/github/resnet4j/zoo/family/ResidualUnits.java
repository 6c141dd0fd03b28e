package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.OptionReader;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.network.ChannelPadding;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.network.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The residual units that He et al. 2016b (arXiv:1603.05027) compare on CIFAR-10, in place of those of {@link CifarResNet}:
 * the shortcuts of table 1 (figure 2) and the activations of table 2 (figure 4). The two units that they are compared
 * with have rows elsewhere: the original one {@code resnet110-cifar}, full pre-activation {@code preresnet110-cifar}.
 *
 * <p>Where the width grows, shortcuts have zero channels at the end. The paper does not say how shortcuts are gated there:
 * here the gate has the width and the stride of its unit, and what it lets through are the shortcut's padded channels.
 */
public final class ResidualUnits implements Family {
    private static final String PAPER = "He et al. 2016b, arXiv:1603.05027, table ";

    @Override
    public List<Architecture> table() {
        List<Architecture> rows = new ArrayList<>();
        for (int depth : new int[] {20, 110}) {
            rows.add(row(depth, "constant-scaling", 1, new ConstantScaling(0.5, 0.5)));
            rows.add(row(depth, "exclusive-gating", 1, new ExclusiveGating(GATE_BIAS)));
            rows.add(row(depth, "shortcut-gating", 1, new ShortcutGating(GATE_BIAS)));
            rows.add(row(depth, "conv-shortcut", 1, new ConvShortcut()));
            rows.add(row(depth, "dropout-shortcut", 1, new DropoutShortcut(0.5)));
            rows.add(row(depth, "bn-after-add", 2, new BnAfterAdd()));
            rows.add(row(depth, "relu-before-add", 2, new ReluBeforeAdd()));
            rows.add(row(depth, "relu-only", 2, new ReluOnly()));
        }
        return rows;
    }

    private static Architecture row(int depth, String what, int table, Unit unit) {
        UnitSpec spec = new UnitSpec(16, Collections.nCopies(3, (depth - 2) / 6), unit, StochasticDepth.OFF);
        return new Architecture(
                "resnet" + depth + "-" + what + "-cifar",
                "residual-units",
                spec,
                Shape.square(3, 32),
                10,
                PAPER + table);
    }

    /** The best of table 1. */
    private static final double GATE_BIAS = -6;

    private static final String GATE_BIAS_KEY = "gate-bias";

    /** A kind of unit, written between two others. */
    private sealed interface Unit {
        /** Writes it; returns the node that leaves it. */
        String write(Place at);

        /** Writes what comes after the last one, before the pooling. */
        default String writeEnd(NetworkWriter net, String from) {
            return from;
        }

        /** Its numbers that users may vary. */
        default Map<String, String> options() {
            return Map.of();
        }

        /** The same kind with other numbers. */
        default Unit with(OptionReader read) {
            return this;
        }
    }

    /**
     * Figure 2b: both branches times a constant.
     *
     * @param shortcut table 1 has 0.5 only
     * @param residual table 1 has 0.5 and 1
     */
    private record ConstantScaling(double shortcut, double residual) implements Unit {
        private static final String SHORTCUT = "shortcut-scale";
        private static final String RESIDUAL = "residual-scale";

        @Override
        public String write(Place at) {
            String scaled = at.net().scale(at.node("scaled"), at.residual(), residual);
            String identity = at.net().scale(at.node("shortcut-scaled"), at.padded(at.in()), shortcut);
            return at.sumAndRelu(scaled, identity);
        }

        @Override
        public Map<String, String> options() {
            Map<String, String> options = new LinkedHashMap<>();
            options.put(SHORTCUT, String.valueOf(shortcut));
            options.put(RESIDUAL, String.valueOf(residual));
            return options;
        }

        @Override
        public Unit with(OptionReader read) {
            return new ConstantScaling(read.number(SHORTCUT, shortcut, 0, 1), read.number(RESIDUAL, residual, 0, 1));
        }
    }

    /**
     * Figure 2c, after Srivastava et al. 2015: the residual branch times a gate g, the shortcut x less g x.
     *
     * @param bias what the gate's biases start at
     */
    private record ExclusiveGating(double bias) implements Unit {
        @Override
        public String write(Place at) {
            String residual = at.residual();
            String open = at.net().sigmoid(at.node("gate-open"), at.gate(bias));
            String gated = at.net().product(at.node("gated"), residual, open);
            String x = at.padded(at.in());
            String taken =
                    at.net().scale(at.node("shortcut-taken"), at.net().product(at.node("shortcut-open"), x, open), -1);
            return at.sumAndRelu(gated, at.net().sum(at.node("shortcut-gated"), x, taken));
        }

        @Override
        public Map<String, String> options() {
            return Map.of(GATE_BIAS_KEY, String.valueOf(bias));
        }

        @Override
        public Unit with(OptionReader read) {
            return new ExclusiveGating(gateBias(read, bias));
        }
    }

    /**
     * Figure 2d: the shortcut alone times 1 - g.
     *
     * @param bias what the gate's biases start at
     */
    private record ShortcutGating(double bias) implements Unit {
        @Override
        public String write(Place at) {
            String residual = at.residual();
            return at.sumAndRelu(residual, at.closing(at.gate(bias)));
        }

        @Override
        public Map<String, String> options() {
            return Map.of(GATE_BIAS_KEY, String.valueOf(bias));
        }

        @Override
        public Unit with(OptionReader read) {
            return new ShortcutGating(gateBias(read, bias));
        }
    }

    /** Table 1 searches from 0 to -10. */
    private static double gateBias(OptionReader read, double present) {
        return read.number(GATE_BIAS_KEY, present, -20, 20);
    }

    /** Figure 2e: a 1×1 convolution with BN on every shortcut, option C of He et al. 2015. */
    private record ConvShortcut() implements Unit {
        @Override
        public String write(Place at) {
            String residual = at.residual();
            String x = at.net().conv(at.node("downsample.0"), at.in(), at.planes(), 1, at.stride());
            return at.sumAndRelu(residual, at.net().bn(at.node("downsample.1"), x));
        }
    }

    /**
     * Figure 2f: dropout on the shortcut. Where it is not dropped it is scaled up in training, and nothing happens in
     * evaluation.
     *
     * @param probability of being dropped
     */
    private record DropoutShortcut(double probability) implements Unit {
        private static final String DROPOUT = "dropout";

        @Override
        public String write(Place at) {
            String residual = at.residual();
            return at.sumAndRelu(residual, at.net().dropout(at.node("dropout"), at.padded(at.in()), probability));
        }

        @Override
        public Map<String, String> options() {
            return Map.of(DROPOUT, String.valueOf(probability));
        }

        @Override
        public Unit with(OptionReader read) {
            return new DropoutShortcut(read.number(DROPOUT, probability, 0, 0.99));
        }
    }

    /** Figure 4b. */
    private record BnAfterAdd() implements Unit {
        @Override
        public String write(Place at) {
            String x = at.relu(1, at.bn(1, at.conv(1, at.in())));
            String sum = at.sum(at.conv(2, x), at.padded(at.in()));
            return at.relu(2, at.bn(2, sum));
        }
    }

    /** Figure 4c: the residual branch ends in a ReLU, so that values only grow. */
    private record ReluBeforeAdd() implements Unit {
        @Override
        public String write(Place at) {
            return at.sum(at.relu(2, at.residual()), at.padded(at.in()));
        }
    }

    /**
     * Figure 4d: ReLU, convolution, BN, twice. As with full pre-activation, each stage's first ReLU comes before the
     * branches part, and one more after the last unit; in the network's first unit it is the stem's.
     */
    private record ReluOnly() implements Unit {
        @Override
        public String write(Place at) {
            String active = at.opensNetwork() ? at.in() : at.relu(1, at.in());
            String x = at.relu(2, at.bn(1, at.conv(1, active)));
            x = at.bn(2, at.conv(2, x));
            return at.sum(x, at.padded(at.opensStage() ? active : at.in()));
        }

        @Override
        public String writeEnd(NetworkWriter net, String from) {
            return net.relu("relu", from);
        }
    }

    /**
     * Where a unit is written, and the parts that several kinds have.
     *
     * @param name of the unit
     * @param in the node that enters it
     * @param planes width of its output
     * @param number of the unit, from 1
     * @param units how many the network has
     * @param opensStage whether it is the first of its stage
     * @param depth whether training drops units
     */
    private record Place(
            NetworkWriter net,
            String name,
            String in,
            int planes,
            int stride,
            int number,
            int units,
            boolean opensStage,
            StochasticDepth depth) {
        boolean opensNetwork() {
            return number == 1;
        }

        String node(String part) {
            return name + "." + part;
        }

        /** The unit's first or second convolution; the first has the stride. */
        String conv(int number, String from) {
            return net.conv(node("conv" + number), from, planes, 3, number == 1 ? stride : 1);
        }

        String bn(int number, String from) {
            return net.bn(node("bn" + number), from);
        }

        String relu(int number, String from) {
            return net.relu(node("relu" + number), from);
        }

        /** The residual branch of the original unit. */
        String residual() {
            return bn(2, conv(2, relu(1, bn(1, conv(1, in)))));
        }

        /** {@code from} in the shape that leaves the unit. */
        String padded(String from) {
            return stride == 1 && net.shape(from).channels() == planes
                    ? from
                    : net.zeroPadShortcut(node("shortcut"), from, planes, stride, ChannelPadding.END);
        }

        String sum(String residual, String shortcut) {
            return depth.sum(net, node("add"), residual, shortcut, number, units);
        }

        /** The end of the original unit. */
        String sumAndRelu(String residual, String shortcut) {
            return net.relu(node("relu"), sum(residual, shortcut));
        }

        /** The gate before its sigmoid: a 1×1 convolution of the unit's input with biases. */
        String gate(double bias) {
            Window window = Window.square(1, stride, 0);
            return net.add(node("gate"), new Op.Convolution(planes, window, 1, true, bias), in);
        }

        /** The shortcut times 1 - g, which is the sigmoid of the negated gate. */
        String closing(String gate) {
            String closed = net.sigmoid(node("gate-closed"), net.scale(node("gate-negated"), gate, -1));
            return net.product(node("shortcut-gated"), padded(in), closed);
        }
    }

    /**
     * A network of such units: convolution, BN and ReLU; stages of which each halves the map and doubles the width.
     *
     * @param width of the stem and the first stage
     * @param blocks units of each stage
     * @param unit their kind
     * @param dropped whether training drops units
     */
    private record UnitSpec(int width, List<Integer> blocks, Unit unit, StochasticDepth dropped) implements Spec {
        private static final String DEPTH = "depth";
        private static final int MAX_DEPTH = 1202;

        UnitSpec {
            blocks = List.copyOf(blocks);
        }

        /** Layers with weights on the longest way: two of each unit, the stem's and the classifier. */
        private int depth() {
            return 2 + 2 * units();
        }

        private int units() {
            return blocks.stream().mapToInt(Integer::intValue).sum();
        }

        @Override
        public Map<String, String> options() {
            Map<String, String> options = new LinkedHashMap<>();
            options.put(DEPTH, String.valueOf(depth()));
            options.putAll(unit.options());
            dropped.addTo(options);
            return options;
        }

        @Override
        public UnitSpec with(Map<String, String> options) {
            OptionReader read = new OptionReader(options);
            int step = 2 * blocks.size();
            int depth = read.integer(DEPTH, depth(), 2 + step, MAX_DEPTH, step);
            Unit other = unit.with(read);
            StochasticDepth dropping = dropped.with(read);
            read.verify();
            List<Integer> equal = Collections.nCopies(blocks.size(), (depth - 2) / step);
            return new UnitSpec(width, depth == depth() ? blocks : equal, other, dropping);
        }

        /** A stem of 4 filters, a stage of one unit and one of two. */
        @Override
        public UnitSpec reduced() {
            return new UnitSpec(4, List.of(1, 2), unit, dropped);
        }

        /** Most have the tensors of the original unit, and all gates are alike. */
        @Override
        public boolean guessable() {
            return false;
        }

        @Override
        public Network network(String name, Shape input, int classes) {
            if (classes < 2) {
                throw new IllegalArgumentException("a classifier needs at least 2 classes, got " + classes);
            }
            NetworkWriter net = new NetworkWriter(name, input, Conventions.TORCHVISION);
            String x = net.conv("conv1", Network.INPUT, width, 3, 1);
            x = net.relu("relu1", net.bn("bn1", x));
            int number = 0;
            for (int s = 0; s < blocks.size(); s++) {
                String layer = "layer" + (s + 1);
                net.stage(layer);
                for (int b = 0; b < blocks.get(s); b++) {
                    int stride = s > 0 && b == 0 ? 2 : 1;
                    Place at =
                            new Place(net, layer + "." + b, x, width << s, stride, ++number, units(), b == 0, dropped);
                    x = unit.write(at);
                }
            }
            net.stage(Network.HEAD);
            net.dense("fc", net.globalAvgPool("avgpool", unit.writeEnd(net, x)), classes);
            return net.finish();
        }
    }
}
