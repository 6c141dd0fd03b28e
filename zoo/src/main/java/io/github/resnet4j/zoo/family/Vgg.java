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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The VGG networks of Simonyan and Zisserman 2014 (table 1, columns A, B, D, E), without batch normalisation and with it,
 * as torchvision has them; and kuangliu's for CIFAR-10, with batch normalisation and a single dense layer. Names are
 * torchvision's and kuangliu's, the index in {@code features}; the stages {@code block1} to {@code block5} end with a pooling
 * each.
 */
public final class Vgg implements Family {
    private static final String PAPER = "Simonyan and Zisserman 2014, arXiv:1409.1556";
    private static final List<Integer> A = List.of(1, 1, 2, 2, 2);
    private static final List<Integer> B = List.of(2, 2, 2, 2, 2);
    private static final List<Integer> D = List.of(2, 2, 3, 3, 3);
    private static final List<Integer> E = List.of(2, 2, 4, 4, 4);

    @Override
    public List<Architecture> table() {
        return List.of(
                imageNet("vgg11", A, false),
                imageNet("vgg13", B, false),
                imageNet("vgg16", D, false),
                imageNet("vgg19", E, false),
                imageNet("vgg11-bn", A, true),
                imageNet("vgg13-bn", B, true),
                imageNet("vgg16-bn", D, true),
                imageNet("vgg19-bn", E, true),
                cifar("vgg16-bn-cifar", D),
                cifar("vgg19-bn-cifar", E));
    }

    private static Architecture imageNet(String name, List<Integer> layers, boolean normed) {
        Plain spec = new Plain(blocks(layers), normed, 7, 4096, 0.5);
        return new Architecture(name, "vgg", spec, Shape.square(3, 224), 1000, PAPER);
    }

    private static Architecture cifar(String name, List<Integer> layers) {
        Plain spec = new Plain(blocks(layers), true, 1, 0, 0);
        return new Architecture(name, "vgg-cifar", spec, Shape.square(3, 32), 10, PAPER);
    }

    /** Filters of 64, 128, 256 and from there on 512. */
    private static List<Block> blocks(List<Integer> layers) {
        List<Block> blocks = new ArrayList<>();
        for (int layer : layers) {
            blocks.add(new Block(layer, Math.min(64 << blocks.size(), 512)));
        }
        return blocks;
    }

    /**
     * Convolutions of 3×3 before one max pooling of 2×2.
     *
     * @param layers their number
     * @param filters of each
     */
    private record Block(int layers, int filters) {}

    /**
     * Blocks of convolutions, a mean over parts of the map, and dense layers.
     *
     * @param normed a batch normalisation is behind every convolution, whose bias stays
     * @param pooled rows and columns that the dense layers see: the map is brought to this size, whatever the image's
     * @param hidden outputs of each of the two dense layers before the classifier; 0 if there are none
     * @param dropout probability of being dropped, from 0 and below 1, behind each of those two
     */
    private record Plain(List<Block> blocks, boolean normed, int pooled, int hidden, double dropout) implements Spec {
        private static final String DROPOUT = "dropout";
        private static final double MAX_DROPOUT = 0.99;
        private static final String FEATURES = "features.";
        private static final String CLASSIFIER = "classifier";
        private static final Conventions BIASED = new Conventions(
                true,
                Conventions.TORCHVISION.bnEps(),
                Conventions.TORCHVISION.bnDecay(),
                Conventions.Padding.SYMMETRIC);

        @Override
        public Map<String, String> options() {
            return hidden == 0 ? Map.of() : Map.of(DROPOUT, String.valueOf(dropout));
        }

        @Override
        public Plain with(Map<String, String> options) {
            OptionReader read = new OptionReader(options);
            double probability = hidden == 0 ? dropout : read.number(DROPOUT, dropout, 0, MAX_DROPOUT);
            read.verify();
            return new Plain(blocks, normed, pooled, hidden, probability);
        }

        /** Blocks of one and two layers, and a few outputs of theirs; without dropout, whose draws no two engines share. */
        @Override
        public Plain reduced() {
            List<Block> few = List.of(new Block(1, 4), new Block(2, 6));
            return new Plain(few, normed, Math.min(pooled, 3), Math.min(hidden, 8), 0);
        }

        @Override
        public Network network(String name, Shape input, int classes) {
            if (classes < 2) {
                throw new IllegalArgumentException("a classifier needs at least 2 classes, got " + classes);
            }
            NetworkWriter net = new NetworkWriter(name, input, BIASED);
            String x = features(net);
            net.stage(Network.HEAD);
            if (hidden == 0) {
                net.dense(CLASSIFIER, net.globalAvgPool("avgpool", x), classes);
                return net.finish();
            }
            x = net.add("avgpool", new Op.AdaptiveAvgPool(pooled, pooled), x);
            for (int layer = 0; layer < 6; layer += 3) {
                x = net.dense(CLASSIFIER + "." + layer, x, hidden);
                x = net.relu(CLASSIFIER + "." + (layer + 1), x);
                x = dropout == 0 ? x : net.dropout(CLASSIFIER + "." + (layer + 2), x, dropout);
            }
            net.dense(CLASSIFIER + ".6", x, classes);
            return net.finish();
        }

        private String features(NetworkWriter net) {
            String x = Network.INPUT;
            int index = 0;
            for (int b = 0; b < blocks.size(); b++) {
                net.stage("block" + (b + 1));
                for (int l = 0; l < blocks.get(b).layers(); l++) {
                    x = net.conv(FEATURES + index++, x, blocks.get(b).filters(), 3, 1);
                    x = normed ? net.bn(FEATURES + index++, x) : x;
                    x = net.relu(FEATURES + index++, x);
                }
                x = net.maxPool(FEATURES + index++, x, 2, 2, 0);
            }
            return x;
        }
    }
}
