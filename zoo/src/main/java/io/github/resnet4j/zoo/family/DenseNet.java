package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.OptionReader;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The DenseNets of Huang et al. 2017: those for CIFAR-10 (table 2), {@code densenet-DEPTH-GROWTH} and with bottlenecks
 * and compression {@code densenet-bc-DEPTH-GROWTH}, and those for ImageNet (table 1). All have torchvision's names.
 *
 * <p>Plain CIFAR networks start with 16 channels, as in the paper (section 3, "Implementation Details"); the authors'
 * present code starts them with twice the growth rate, and so has other counts.
 */
public final class DenseNet implements Family {
    private static final String PAPER = "Huang et al. 2017, arXiv:1608.06993";

    @Override
    public List<Architecture> table() {
        return List.of(
                imageNet("densenet121", 64, 32, 6, 12, 24, 16),
                imageNet("densenet169", 64, 32, 6, 12, 32, 32),
                imageNet("densenet201", 64, 32, 6, 12, 48, 32),
                imageNet("densenet161", 96, 48, 6, 12, 36, 24),
                plain(40, 12),
                plain(100, 12),
                plain(100, 24),
                compressed(40, 12),
                compressed(100, 12),
                compressed(250, 24),
                compressed(190, 40));
    }

    private static Architecture imageNet(String name, int width, int growth, int... layers) {
        Dense spec = new Dense(
                true, width, growth, true, IntStream.of(layers).boxed().toList(), 0);
        return new Architecture(name, "densenet", spec, Shape.square(3, 224), 1000, PAPER);
    }

    /** A stem, two transitions and the classifier are 4 layers; the rest are in three blocks, one convolution each. */
    private static Architecture plain(int depth, int growth) {
        return cifar("densenet-" + depth + "-" + growth, 16, growth, false, (depth - 4) / 3);
    }

    /** The same with two convolutions each. */
    private static Architecture compressed(int depth, int growth) {
        return cifar("densenet-bc-" + depth + "-" + growth, 2 * growth, growth, true, (depth - 4) / 6);
    }

    private static Architecture cifar(String name, int width, int growth, boolean compressed, int layers) {
        Dense spec = new Dense(false, width, growth, compressed, List.of(layers, layers, layers), 0);
        return new Architecture(name, "densenet-cifar", spec, Shape.square(3, 32), 10, PAPER);
    }

    /**
     * Dense blocks, in which every layer reads the channels of all layers before it, and transitions between them.
     *
     * @param large has the stem for ImageNet: 7×7 convolution with stride 2, BN, ReLU, 3×3 max pooling with stride 2;
     *     otherwise a 3×3 convolution alone
     * @param width filters of the stem
     * @param growth k, the channels that every layer adds
     * @param compressed "BC": a layer's 3×3 convolution is behind a 1×1 convolution of 4k filters, and a transition halves
     *     the channels, rounding down
     * @param layers of every block
     * @param dropout probability of being dropped, from 0 and below 1, after every convolution but the first (section 4.2;
     *     torchvision's {@code drop_rate} is after the 3×3 ones only)
     */
    private record Dense(boolean large, int width, int growth, boolean compressed, List<Integer> layers, double dropout)
            implements Spec {
        private static final String DROPOUT = "dropout";
        private static final double MAX_DROPOUT = 0.99;
        /** Filters of a bottleneck, in growth rates. */
        private static final int BOTTLENECK = 4;

        @Override
        public Map<String, String> options() {
            return Map.of(DROPOUT, String.valueOf(dropout));
        }

        @Override
        public Dense with(Map<String, String> options) {
            OptionReader read = new OptionReader(options);
            double probability = read.number(DROPOUT, dropout, 0, MAX_DROPOUT);
            read.verify();
            return new Dense(large, width, growth, compressed, layers, probability);
        }

        /** Blocks of one and two layers, which add 3 channels to 4. */
        @Override
        public Dense reduced() {
            return new Dense(large, 4, 3, compressed, List.of(1, 2), dropout);
        }

        @Override
        public Network network(String name, Shape input, int classes) {
            if (classes < 2) {
                throw new IllegalArgumentException("a classifier needs at least 2 classes, got " + classes);
            }
            NetworkWriter net = new NetworkWriter(name, input, Conventions.TORCHVISION);
            String x = stem(net);
            for (int b = 1; b <= layers.size(); b++) {
                if (b > 1) {
                    x = transition(net, "features.transition" + (b - 1), x);
                }
                String block = "features.denseblock" + b;
                net.stage(block);
                for (int l = 1; l <= layers.get(b - 1); l++) {
                    x = layer(net, block + ".denselayer" + l, x);
                }
            }
            net.stage(Network.HEAD);
            // torchvision's name, however many blocks there are
            x = net.relu("features.relu5", net.bn("features.norm5", x));
            net.dense("classifier", net.globalAvgPool("avgpool", x), classes);
            return net.finish();
        }

        private String stem(NetworkWriter net) {
            String x = net.conv("features.conv0", Network.INPUT, width, large ? 7 : 3, large ? 2 : 1);
            return large
                    ? net.maxPool("features.pool0", net.relu("features.relu0", net.bn("features.norm0", x)), 3, 2, 1)
                    : x;
        }

        private String layer(NetworkWriter net, String name, String in) {
            String x = in;
            if (compressed) {
                x = convolution(net, name, "1", x, BOTTLENECK * growth, 1);
            }
            x = convolution(net, name, compressed ? "2" : "1", x, growth, 3);
            return net.concat(name + ".concat", List.of(in, x));
        }

        private String transition(NetworkWriter net, String name, String in) {
            net.stage(name);
            int channels = net.shape(in).channels();
            String x = convolution(net, name, "", in, compressed ? channels / 2 : channels, 1);
            return net.avgPool(name + ".pool", x, 2, 2, 0, false);
        }

        private String convolution(NetworkWriter net, String part, String number, String in, int filters, int kernel) {
            String x = net.relu(part + ".relu" + number, net.bn(part + ".norm" + number, in));
            x = net.conv(part + ".conv" + number, x, filters, kernel, 1);
            return dropout == 0 ? x : net.dropout(part + ".dropout" + number, x, dropout);
        }
    }
}
