package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.OptionReader;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.network.Window;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The highway networks of Srivastava et al. 2015: layers {@code y = H(x) T(x) + x (1 - T(x))}, in which H is a ReLU and T
 * a sigmoid of a convolution or dense layer each, {@code transform} and {@code gate}. No BN; the biases of the gates start
 * negative, so that a layer begins by passing on what it reads.
 *
 * <ul>
 *   <li>{@code highway-19-cifar} and {@code highway-10-mnist}: as in the authors' flukeskywalker/highway-networks, with
 *       its dropout.
 *   <li>{@code highway-32-cifar}: <b>a reconstruction.</b> Its widths were never published, only its 1.25 M parameters.
 *       Here it is the 19-layer network with 8, 9 and 10 highway layers of 24, 48 and 64 channels: 1.24 M.
 *   <li>{@code highway-mlp-DEPTH}: one dense layer of 50 units, highway layers of as many, and the classifier, as in
 *       arXiv:1505.00387, section 3.1, which counts {@code DEPTH} layers without the classifier.
 * </ul>
 */
public final class Highway implements Family {
    private static final String PAPER = "Srivastava et al. 2015, arXiv:1507.06228";

    private static final String GATE_BIAS = "gate-bias";
    private static final String DROPOUT = "dropout";

    @Override
    public List<Architecture> table() {
        return List.of(
                cifar("highway-19-cifar", PAPER, 32, 4, 80, 5, 128, 5),
                cifar("highway-32-cifar", PAPER + ", our own widths", 24, 8, 48, 9, 64, 10),
                mnist(),
                dense(10),
                dense(20),
                dense(50),
                dense(100));
    }

    /** @param stages the width and the number of highway layers of each stage */
    private static Architecture cifar(String name, String paper, int... stages) {
        Convolutional spec = new Convolutional(
                new Stem(3, 1),
                List.of(
                        new Stage(stages[0], stages[1], 0, 0.2),
                        new Stage(stages[2], stages[3], 2, 0.2),
                        new Stage(stages[4], stages[5], 2, 0.2)),
                100,
                0.2,
                -2,
                true);
        return new Architecture(name, "highway", spec, Shape.square(3, 32), 10, paper);
    }

    private static Architecture mnist() {
        Convolutional spec = new Convolutional(
                new Stem(5, 0),
                List.of(new Stage(32, 2, 0, 0.2), new Stage(32, 3, 3, 0.3), new Stage(32, 3, 3, 0.4)),
                0,
                0.5,
                -1,
                true);
        return new Architecture("highway-10-mnist", "highway", spec, Shape.square(1, 28), 10, PAPER);
    }

    private static Architecture dense(int depth) {
        return new Architecture(
                "highway-mlp-" + depth,
                "highway",
                new Dense(50, depth - 1, -2),
                Shape.square(1, 28),
                10,
                "Srivastava et al. 2015, arXiv:1505.00387, section 3.1");
    }

    /**
     * Writes a highway layer, as {@code x + (H(x) - x) T(x)}.
     *
     * @param h the convolution or dense layer of H
     * @param t that of T
     */
    private static String layer(NetworkWriter net, String name, String x, Op h, Op t) {
        String transformed = net.relu(name + ".relu", net.add(name + ".transform", h, x));
        String open = net.sigmoid(name + ".open", net.add(name + ".gate", t, x));
        String change = net.sum(name + ".change", transformed, net.scale(name + ".negated", x, -1));
        return net.sum(name + ".add", net.product(name + ".gated", change, open), x);
    }

    private static void requireClasses(int classes) {
        if (classes < 2) {
            throw new IllegalArgumentException("a classifier needs at least 2 classes, got " + classes);
        }
    }

    /** From closed to open; the paper starts between -1 and -10. */
    private static double readGateBias(OptionReader read, double present) {
        return read.number(GATE_BIAS, present, -20, 20);
    }

    /** The first convolution. */
    private record Stem(int kernel, int padding) {}

    /**
     * Highway layers of one width.
     *
     * @param width of the layers; a convolution with ReLU leads to it from another one
     * @param layers how many
     * @param pooling size of the windows of the max pooling before them, which halves the map; 0: none
     * @param dropout probability of being dropped before them, of the first stage before the stem
     */
    private record Stage(int width, int layers, int pooling, double dropout) {}

    /**
     * A convolutional highway network.
     *
     * @param stem the first convolution
     * @param stages the runs of highway layers, named {@code layer1}, {@code layer2}, …
     * @param features filters of a last 1×1 convolution, over whose map the mean is taken; 0: the classifier reads the
     *     whole map, halved once more
     * @param lastDropout probability of being dropped before the classifier
     * @param gateBias what the biases of the gates start at
     * @param drops whether there is dropout
     */
    private record Convolutional(
            Stem stem, List<Stage> stages, int features, double lastDropout, double gateBias, boolean drops)
            implements Spec {
        Convolutional {
            stages = List.copyOf(stages);
        }

        @Override
        public Map<String, String> options() {
            Map<String, String> options = new LinkedHashMap<>();
            options.put(GATE_BIAS, String.valueOf(gateBias));
            options.put(DROPOUT, String.valueOf(drops));
            return options;
        }

        @Override
        public Convolutional with(Map<String, String> options) {
            OptionReader read = new OptionReader(options);
            double bias = readGateBias(read, gateBias);
            boolean dropping = read.flag(DROPOUT, drops);
            read.verify();
            return new Convolutional(stem, stages, features, lastDropout, bias, dropping);
        }

        /**
         * Stages of one and two layers, of 4 channels and 6, or 4 if all are as wide. Without dropout, which would leave
         * nothing to compare in training.
         */
        @Override
        public Convolutional reduced() {
            boolean wider = stages.get(1).width() > stages.get(0).width();
            return new Convolutional(
                    stem,
                    List.of(
                            new Stage(4, 1, 0, 0),
                            new Stage(wider ? 6 : 4, 2, stages.get(1).pooling(), 0)),
                    Math.min(features, 5),
                    0,
                    gateBias,
                    false);
        }

        @Override
        public Network network(String name, Shape input, int classes) {
            requireClasses(classes);
            NetworkWriter net = new NetworkWriter(name, input, Conventions.TORCHVISION);
            String x = dropout(net, "dropout", Network.INPUT, stages.get(0).dropout());
            x = convolution(net, "", x, stages.get(0).width(), Window.square(stem.kernel(), 1, stem.padding()));
            for (int s = 0; s < stages.size(); s++) {
                String layer = "layer" + (s + 1);
                net.stage(layer);
                x = stage(net, layer, s == 0 ? x : entered(net, layer + ".", x, stages.get(s)), stages.get(s));
            }
            net.stage(Network.HEAD);
            if (features > 0) {
                x = net.globalAvgPool("avgpool", convolution(net, "head.", x, features, Window.square(1, 1, 0)));
            } else {
                x = pooled(net, "head.", x, 2);
            }
            net.dense("fc", dropout(net, "head.dropout", x, lastDropout), classes);
            return net.finish();
        }

        private String stage(NetworkWriter net, String layer, String in, Stage stage) {
            Window window = Window.square(3, 1, 1);
            Op h = new Op.Convolution(stage.width(), window, 1, true);
            Op t = new Op.Convolution(stage.width(), window, 1, true, gateBias);
            String x = in;
            for (int i = 0; i < stage.layers(); i++) {
                x = layer(net, layer + "." + i, x, h, t);
            }
            return x;
        }

        private String entered(NetworkWriter net, String prefix, String in, Stage stage) {
            String x = dropout(net, prefix + "dropout", pooled(net, prefix, in, stage.pooling()), stage.dropout());
            return net.shape(x).channels() == stage.width()
                    ? x
                    : convolution(net, prefix, x, stage.width(), Window.square(3, 1, 1));
        }

        /** A convolution and its ReLU. */
        private static String convolution(NetworkWriter net, String prefix, String in, int filters, Window window) {
            return net.relu(
                    prefix + "relu", net.add(prefix + "conv", new Op.Convolution(filters, window, 1, true), in));
        }

        /**
         * Max pooling with stride 2 that rounds up, as Caffe's does. What it reads is not negative, so that zeros at the
         * bottom and at the right never win.
         */
        private static String pooled(NetworkWriter net, String prefix, String in, int kernel) {
            Shape map = net.shape(in);
            int rows = missing(map.height(), kernel);
            int columns = missing(map.width(), kernel);
            String padded = rows + columns == 0 ? in : net.add(prefix + "pad", new Op.ZeroPad(0, rows, 0, columns), in);
            return net.maxPool(prefix + "maxpool", padded, kernel, 2, 0);
        }

        /** Rows that the last window lacks. */
        private static int missing(int size, int kernel) {
            return size < kernel ? kernel - size : (size - kernel) % 2;
        }

        private String dropout(NetworkWriter net, String name, String in, double probability) {
            return drops ? net.dropout(name, in, probability) : in;
        }
    }

    /**
     * A fully connected highway network, which reads an image as a vector.
     *
     * @param width units of every layer
     * @param layers highway layers, named {@code layer1.0}, {@code layer1.1}, …
     * @param gateBias what the biases of the gates start at
     */
    private record Dense(int width, int layers, double gateBias) implements Spec {
        @Override
        public Map<String, String> options() {
            return Map.of(GATE_BIAS, String.valueOf(gateBias));
        }

        @Override
        public Dense with(Map<String, String> options) {
            OptionReader read = new OptionReader(options);
            double bias = readGateBias(read, gateBias);
            read.verify();
            return new Dense(width, layers, bias);
        }

        /** Two highway layers of 6 units. */
        @Override
        public Dense reduced() {
            return new Dense(6, 2, gateBias);
        }

        @Override
        public Network network(String name, Shape input, int classes) {
            requireClasses(classes);
            NetworkWriter net = new NetworkWriter(name, input, Conventions.TORCHVISION);
            String x = net.relu("relu", net.dense("fc1", Network.INPUT, width));
            net.stage("layer1");
            for (int i = 0; i < layers; i++) {
                x = layer(net, "layer1." + i, x, new Op.Dense(width), new Op.Dense(width, true, gateBias));
            }
            net.stage(Network.HEAD);
            net.dense("fc", x, classes);
            return net.finish();
        }
    }
}
