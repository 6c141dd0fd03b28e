package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.OptionReader;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The networks of Alzantot et al. 2019 that tell real speech from synthetic and replayed speech, one for each feature of four
 * seconds of sound; the second class is real speech. Names and numbers of the blocks are those of the authors' code (nesl/asvspoof2019),
 * which makes more blocks than it runs and in most blocks a norm, {@code pre_bn}, whose result it throws away: neither is part of
 * these networks.
 *
 * <p>The code has two forms with equal tensors, and published weights belong to one or the other: {@code blocks=pool}, of February
 * 2019, with max pooling between blocks, and {@code blocks=stride}, of August 2019, whose blocks make the map a third as large
 * themselves. The authors took the pooling out of the spectrogram's network only; that of MFCC and CQCC they left in, so that in
 * this form their classifiers, made for larger maps, do not fit the authors' own networks. Here they do.
 */
public final class SpecResNet implements Family {
    private static final String PAPER = "Alzantot et al. 2019, arXiv:1907.00501";

    @Override
    public List<Architecture> table() {
        List<Integer> odd = List.of(1, 3, 5, 7, 9, 11);
        List<Integer> nine = IntStream.rangeClosed(1, 9).boxed().toList();
        return List.of(
                row("stft", odd, List.of(1, 3, 5, 7, 9), true, new Shape(1, 1025, 126)),
                row("mfcc", nine, List.of(3, 6), false, new Shape(1, 72, 126)),
                row("cqcc", odd, List.of(3, 5, 7, 9), false, new Shape(1, 90, 469)));
    }

    private static Architecture row(
            String feature, List<Integer> blocks, List<Integer> pooled, boolean poolsOrStrides, Shape input) {
        Blocks spec = new Blocks(Form.POOL, 32, blocks, pooled, poolsOrStrides, 128, 0.5);
        return new Architecture("spec-resnet-" + feature, "spec-resnet", spec, input, 2, PAPER);
    }

    /** What makes maps smaller. */
    private enum Form {
        /** Max pooling behind blocks: the code of February 2019, and most published weights. */
        POOL,
        /** The last convolution of every block and of its shortcut: the code of August 2019. */
        STRIDE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One of the networks.
     *
     * @param form what makes maps smaller
     * @param width filters of every convolution
     * @param blocks numbers of the blocks that run
     * @param pooled those with a max pooling behind them; there is another one at the end
     * @param poolsOrStrides whether there is no pooling if blocks have strides
     * @param hidden outputs of the dense layer before the classifier
     * @param dropout probability of being dropped, in the middle of every block and before the dense layers
     */
    private record Blocks(
            Form form,
            int width,
            List<Integer> blocks,
            List<Integer> pooled,
            boolean poolsOrStrides,
            int hidden,
            double dropout)
            implements Spec {
        private static final String FORM = "blocks";
        private static final String DROPOUT = "dropout";
        private static final double MAX_DROPOUT = 0.99;
        private static final double SLOPE = 0.01;
        private static final Conventions CONVENTIONS = new Conventions(
                true,
                Conventions.TORCHVISION.bnEps(),
                Conventions.TORCHVISION.bnDecay(),
                Conventions.Padding.SYMMETRIC);

        Blocks {
            blocks = List.copyOf(blocks);
            pooled = List.copyOf(pooled);
        }

        @Override
        public Map<String, String> options() {
            Map<String, String> options = new LinkedHashMap<>();
            options.put(FORM, form.toString());
            options.put(DROPOUT, String.valueOf(dropout));
            return options;
        }

        @Override
        public Blocks with(Map<String, String> options) {
            OptionReader read = new OptionReader(options);
            Form other = read.choice(FORM, form, Form.class);
            double probability = read.number(DROPOUT, dropout, 0, MAX_DROPOUT);
            read.verify();
            return new Blocks(other, width, blocks, pooled, poolsOrStrides, hidden, probability);
        }

        /**
         * Four channels, and the blocks up to the first behind a pooling; without dropout, whose draws no two engines share.
         */
        @Override
        public Blocks reduced() {
            int first = pooled.get(0);
            List<Integer> few = blocks.subList(0, blocks.indexOf(first) + 2);
            return new Blocks(form, 4, few, List.of(first), poolsOrStrides, 8, 0);
        }

        /** The forms have the same tensors where only the one or the other makes the map smaller. */
        @Override
        public List<Map<String, String>> lookalikes() {
            Form other = form == Form.POOL ? Form.STRIDE : Form.POOL;
            return poolsOrStrides ? List.of(Map.of(FORM, other.toString())) : List.of();
        }

        /** The network of CQCC has the tensors of the spectrogram's, of which most published weights are. */
        @Override
        public boolean guessable() {
            return poolsOrStrides || blocks.contains(2);
        }

        @Override
        public Network network(String name, Shape input, int classes) {
            if (classes < 2) {
                throw new IllegalArgumentException("a classifier needs at least 2 classes, got " + classes);
            }
            boolean pools = form == Form.POOL || !poolsOrStrides;
            NetworkWriter net = new NetworkWriter(name, input, CONVENTIONS);
            String x = net.conv("conv1", Network.INPUT, width, 3, 1);
            for (int number : blocks) {
                String block = "block" + number;
                net.stage(block);
                x = block(net, block + ".", x);
                if (pools && pooled.contains(number)) {
                    x = net.maxPool(block + ".maxpool", x, 3, 3, 1);
                }
            }
            net.stage(Network.HEAD);
            x = net.leakyRelu("lrelu", net.bn("bn", x), SLOPE);
            if (pools) {
                x = net.maxPool("maxpool", x, 3, 3, 1);
            }
            x = net.dense("fc1", dropped(net, "dropout", x), hidden);
            net.dense("fc2", net.leakyRelu("fc1.lrelu", x, SLOPE), classes);
            return net.finish();
        }

        /** The shortcut is a convolution like the others; there is nothing behind the sum. */
        private String block(NetworkWriter net, String prefix, String in) {
            int stride = form == Form.STRIDE ? 3 : 1;
            String x = net.bn(prefix + "bn1", net.conv(prefix + "conv1", in, width, 3, 1));
            x = dropped(net, prefix + "dropout", net.leakyRelu(prefix + "lrelu", x, SLOPE));
            String branch = net.conv(prefix + "conv2", x, width, 3, stride);
            return net.sum(prefix + "add", branch, net.conv(prefix + "conv11", in, width, 3, stride));
        }

        private String dropped(NetworkWriter net, String name, String in) {
            return dropout > 0 ? net.dropout(name, in, dropout) : in;
        }
    }
}
