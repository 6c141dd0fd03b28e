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
import java.util.List;
import java.util.Map;

/**
 * AlexNet as torchvision has it: the network of Krizhevsky 2014 (section 5), on one GPU, without local response
 * normalisation. That of Krizhevsky et al. 2012 has other filters and groups. Images have at least 63×63 pixels.
 */
public final class AlexNet implements Family {
    @Override
    public List<Architecture> table() {
        Convolutions spec = new Convolutions(11, 4, List.of(64, 192, 384, 256, 256), 6, 4096, 0.5);
        return List.of(new Architecture(
                "alexnet", "alexnet", spec, Shape.square(3, 224), 1000, "Krizhevsky 2014, arXiv:1404.5997"));
    }

    /**
     * Five convolutions, the first two and the last with a max pooling behind them, and three dense layers.
     *
     * @param kernel of the first convolution, padded by 2
     * @param stride of the first convolution
     * @param filters of each convolution
     * @param pooled rows and columns that the dense layers see
     * @param hidden outputs of each of the two dense layers before the classifier
     * @param dropout probability of being dropped, from 0 and below 1, before each of those two
     */
    private record Convolutions(int kernel, int stride, List<Integer> filters, int pooled, int hidden, double dropout)
            implements Spec {
        private static final String DROPOUT = "dropout";
        private static final double MAX_DROPOUT = 0.99;
        /** Where the convolutions stand in {@code features}; ReLUs and poolings count. */
        private static final List<Integer> PLACES = List.of(0, 3, 6, 8, 10);

        @Override
        public Map<String, String> options() {
            return Map.of(DROPOUT, String.valueOf(dropout));
        }

        @Override
        public Convolutions with(Map<String, String> options) {
            OptionReader read = new OptionReader(options);
            double probability = read.number(DROPOUT, dropout, 0, MAX_DROPOUT);
            read.verify();
            return new Convolutions(kernel, stride, filters, pooled, hidden, probability);
        }

        /** Few filters, the first ones small, as images are; without dropout, whose draws no two engines share. */
        @Override
        public Convolutions reduced() {
            return new Convolutions(5, 1, List.of(4, 6, 8, 6, 6), 2, 8, 0);
        }

        @Override
        public Network network(String name, Shape input, int classes) {
            if (classes < 2) {
                throw new IllegalArgumentException("a classifier needs at least 2 classes, got " + classes);
            }
            NetworkWriter net = new NetworkWriter(name, input, Conventions.TORCHVISION);
            net.stage("block1");
            String x = convolution(net, 0, Network.INPUT, Window.square(kernel, stride, 2));
            x = net.maxPool("features.2", x, 3, 2, 0);
            net.stage("block2");
            x = convolution(net, 1, x, Window.square(5, 1, 2));
            x = net.maxPool("features.5", x, 3, 2, 0);
            net.stage("block3");
            for (int c = 2; c < PLACES.size(); c++) {
                x = convolution(net, c, x, Window.square(3, 1, 1));
            }
            x = net.maxPool("features.12", x, 3, 2, 0);
            net.stage(Network.HEAD);
            x = net.add("avgpool", new Op.AdaptiveAvgPool(pooled, pooled), x);
            for (int layer = 1; layer <= 4; layer += 3) {
                x = dropout == 0 ? x : net.dropout("classifier." + (layer - 1), x, dropout);
                x = net.dense("classifier." + layer, x, hidden);
                x = net.relu("classifier." + (layer + 1), x);
            }
            net.dense("classifier.6", x, classes);
            return net.finish();
        }

        private String convolution(NetworkWriter net, int number, String from, Window window) {
            int place = PLACES.get(number);
            Op op = new Op.Convolution(filters.get(number), window, 1, true);
            return net.relu("features." + (place + 1), net.add("features." + place, op, from));
        }
    }
}
