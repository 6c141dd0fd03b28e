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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * GoogLeNet (Szegedy et al. 2015, table 1) as torchvision has it: a batch normalisation behind every convolution, no local
 * response normalisation, and 3×3 convolutions where the paper has 5×5 ones. The auxiliary classifiers (section 5), which
 * serve training alone, are an option.
 */
public final class GoogLeNet implements Family {
    @Override
    public List<Architecture> table() {
        Inceptions spec = new Inceptions(
                List.of(64, 64, 192),
                List.of(
                        List.of(
                                new Inception("a", 64, 96, 128, 16, 32, 32),
                                new Inception("b", 128, 128, 192, 32, 96, 64)),
                        List.of(
                                new Inception("a", 192, 96, 208, 16, 48, 64),
                                new Inception("b", 160, 112, 224, 24, 64, 64),
                                new Inception("c", 128, 128, 256, 24, 64, 64),
                                new Inception("d", 112, 144, 288, 32, 64, 64),
                                new Inception("e", 256, 160, 320, 32, 128, 128)),
                        List.of(
                                new Inception("a", 256, 160, 320, 32, 128, 128),
                                new Inception("b", 384, 192, 384, 48, 128, 128))),
                0.2,
                new Auxiliaries(false, List.of("4a", "4d"), 128, 1024, 0.7));
        return List.of(new Architecture(
                "googlenet", "googlenet", spec, Shape.square(3, 224), 1000, "Szegedy et al. 2015, arXiv:1409.4842"));
    }

    /**
     * A module of four branches, whose channels are put together in this order.
     *
     * @param letter its name in its stage
     * @param single filters of the first branch, 1×1
     * @param before filters of 1×1 before those of 3×3 in the second branch
     * @param second filters of 3×3 there
     * @param earlier filters of 1×1 before those of 3×3 in the third branch; the paper's are 5×5
     * @param third filters of 3×3 there
     * @param pooled filters of 1×1 behind the max pooling of the fourth branch
     */
    private record Inception(String letter, int single, int before, int second, int earlier, int third, int pooled) {}

    /**
     * Two further classifiers, for training.
     *
     * @param present whether the network has them
     * @param behind the modules whose maps they read, aux1 and aux2
     * @param filters of 1×1 over what a pooling leaves of a map, 4×4 places
     * @param hidden outputs of the dense layer before the logits
     * @param dropout probability of being dropped, from 0 and below 1, between the two dense layers
     */
    private record Auxiliaries(boolean present, List<String> behind, int filters, int hidden, double dropout) {
        private static final int PLACES = 4;
        /** Of each one's loss (section 6). */
        private static final double WEIGHT = 0.3;

        Auxiliaries with(boolean presence) {
            return new Auxiliaries(presence, behind, filters, hidden, dropout);
        }
    }

    /**
     * A stem of three convolutions and stages of inception modules, numbered from 3 as in the paper.
     *
     * @param stem filters of each of its convolutions
     * @param stages their modules
     * @param dropout probability of being dropped, from 0 and below 1, before the classifier
     * @param auxiliaries further classifiers
     */
    private record Inceptions(List<Integer> stem, List<List<Inception>> stages, double dropout, Auxiliaries auxiliaries)
            implements Spec {
        private static final String DROPOUT = "dropout";
        private static final String AUXILIARY = "auxiliary-heads";
        private static final double MAX_DROPOUT = 0.99;
        private static final int FIRST_STAGE = 3;
        private static final Conventions CONVENTIONS =
                new Conventions(false, 1e-3, Conventions.TORCHVISION.bnDecay(), Conventions.Padding.SYMMETRIC);

        @Override
        public Map<String, String> options() {
            Map<String, String> options = new LinkedHashMap<>();
            options.put(DROPOUT, String.valueOf(dropout));
            options.put(AUXILIARY, String.valueOf(auxiliaries.present()));
            return options;
        }

        @Override
        public Inceptions with(Map<String, String> options) {
            OptionReader read = new OptionReader(options);
            double probability = read.number(DROPOUT, dropout, 0, MAX_DROPOUT);
            boolean present = read.flag(AUXILIARY, auxiliaries.present());
            read.verify();
            return new Inceptions(stem, stages, probability, auxiliaries.with(present));
        }

        /** A module or two in each stage, of few filters; without dropout, whose draws no two engines share. */
        @Override
        public Inceptions reduced() {
            return new Inceptions(
                    List.of(4, 4, 6),
                    List.of(
                            List.of(new Inception("a", 2, 3, 4, 2, 3, 2), new Inception("b", 3, 4, 5, 2, 3, 2)),
                            List.of(new Inception("a", 4, 3, 4, 2, 3, 3)),
                            List.of(new Inception("a", 4, 3, 5, 2, 4, 3))),
                    0,
                    new Auxiliaries(auxiliaries.present(), List.of("3b", "4a"), 3, 6, 0));
        }

        @Override
        public Network network(String name, Shape input, int classes) {
            if (classes < 2) {
                throw new IllegalArgumentException("a classifier needs at least 2 classes, got " + classes);
            }
            NetworkWriter net = new NetworkWriter(name, input, CONVENTIONS);
            String x = pool(net, 1, convolution(net, "conv1", Network.INPUT, stem.get(0), 7, 2), 3);
            x = convolution(net, "conv2", x, stem.get(1), 1, 1);
            x = pool(net, 2, convolution(net, "conv3", x, stem.get(2), 3, 1), 3);
            for (int s = 0; s < stages.size(); s++) {
                String stage = "inception" + (s + FIRST_STAGE);
                net.stage(stage);
                for (Inception module : stages.get(s)) {
                    x = inception(net, stage + module.letter(), x, module);
                }
                if (s < stages.size() - 1) {
                    x = pool(net, s + FIRST_STAGE, x, s == 0 ? 3 : 2);
                }
            }
            net.stage(Network.HEAD);
            for (int i = 0; auxiliaries.present() && i < auxiliaries.behind().size(); i++) {
                auxiliary(net, "aux" + (i + 1), auxiliaries.behind().get(i), classes);
            }
            x = net.globalAvgPool("avgpool", x);
            net.dense("fc", dropout == 0 ? x : net.dropout("dropout", x, dropout), classes);
            return net.finish();
        }

        private void auxiliary(NetworkWriter net, String name, String module, int classes) {
            Op pooling = new Op.AdaptiveAvgPool(Auxiliaries.PLACES, Auxiliaries.PLACES);
            String x = net.add(name + ".pool", pooling, "inception" + module + ".concat");
            x = convolution(net, name + ".conv", x, auxiliaries.filters(), 1, 1);
            x = net.relu(name + ".relu", net.dense(name + ".fc1", x, auxiliaries.hidden()));
            x = auxiliaries.dropout() == 0 ? x : net.dropout(name + ".dropout", x, auxiliaries.dropout());
            net.auxiliary(net.dense(name + ".fc2", x, classes), Auxiliaries.WEIGHT);
        }

        private static String inception(NetworkWriter net, String name, String in, Inception module) {
            String first = convolution(net, name + ".branch1", in, module.single(), 1, 1);
            String second = convolution(net, name + ".branch2.0", in, module.before(), 1, 1);
            second = convolution(net, name + ".branch2.1", second, module.second(), 3, 1);
            String third = convolution(net, name + ".branch3.0", in, module.earlier(), 1, 1);
            third = convolution(net, name + ".branch3.1", third, module.third(), 3, 1);
            String fourth = net.maxPool(name + ".branch4.0", in, 3, 1, 1);
            fourth = convolution(net, name + ".branch4.1", fourth, module.pooled(), 1, 1);
            return net.concat(name + ".concat", List.of(first, second, third, fourth));
        }

        private static String convolution(
                NetworkWriter net, String name, String from, int filters, int kernel, int stride) {
            String x = net.conv(name + ".conv", from, filters, kernel, stride);
            return net.relu(name + ".relu", net.bn(name + ".bn", x));
        }

        /**
         * Max pooling with stride 2 whose last windows may reach out of the map by one: PyTorch's {@code ceil_mode}. As the
         * map is behind a ReLU, a row and a column of zeros do the same, whether the windows reach them or not.
         */
        private static String pool(NetworkWriter net, int number, String from, int kernel) {
            String name = "maxpool" + number;
            return net.maxPool(name, net.add(name + ".pad", new Op.ZeroPad(0, 1, 0, 1), from), kernel, 2, 0);
        }
    }
}
