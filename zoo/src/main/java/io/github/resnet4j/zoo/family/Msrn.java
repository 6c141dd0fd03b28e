package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.OptionReader;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Multi-scale residual networks for super-resolution (Li et al. 2018, "Multi-scale Residual Network for Image
 * Super-Resolution", ECCV): images 2, 3, 4 or 8 times as high and wide, of images of any size. Every block sees its input
 * through kernels of 3×3 and of 5×5 and puts what they find together (section 3.1); what all blocks find is put together
 * before the image is enlarged (section 3.2).
 *
 * <p>{@code msrn-x2} and its like are those that the authors' code trains since 2019, MIVRC/MSRN-PyTorch: of red, green and
 * blue from 0 to 255, less the mean colour of DIV2K. {@code msrn-y-x2} and its like are the paper's, of luminance, N×1×H×W,
 * which enlarge in one step. Nodes are named as the authors' tensors, with {@code -} for their {@code _}.
 */
public final class Msrn implements Family {
    private static final String PAPER = "Li et al. 2018, ECCV";
    private static final int BLOCKS = 8;
    private static final int FEATURES = 64;
    /** Rows and columns of the patches that the authors' code trains on. */
    private static final int PATCH = 48;

    @Override
    public List<Architecture> table() {
        List<Architecture> rows = new ArrayList<>();
        for (boolean luminance : new boolean[] {false, true}) {
            for (int scale : new int[] {2, 3, 4, 8}) {
                rows.add(new Architecture(
                        (luminance ? "msrn-y-x" : "msrn-x") + scale,
                        "msrn",
                        new Scales(scale, luminance, BLOCKS, FEATURES),
                        Shape.square(luminance ? 1 : 3, PATCH),
                        luminance ? 1 : 3,
                        PAPER));
            }
        }
        return rows;
    }

    /**
     * One network.
     *
     * @param factor how many times as high and wide the output is
     * @param luminance the paper's network, of one channel; otherwise of three
     * @param blocks multi-scale residual blocks
     * @param features channels between them
     */
    private record Scales(int factor, boolean luminance, int blocks, int features) implements Spec {
        private static final String BLOCK_COUNT = "blocks";
        private static final String FEATURE_COUNT = "features";
        private static final int MOST_BLOCKS = 64;
        private static final int MOST_FEATURES = 512;
        /** Red, green and blue of DIV2K's images, from 0 to 255. */
        private static final List<Double> MEAN = List.of(255 * 0.4488, 255 * 0.4371, 255 * 0.4040);

        private static final Conventions CONVENTIONS = new Conventions(
                true,
                Conventions.TORCHVISION.bnEps(),
                Conventions.TORCHVISION.bnDecay(),
                Conventions.Padding.SYMMETRIC);

        @Override
        public Map<String, String> options() {
            Map<String, String> options = new LinkedHashMap<>();
            options.put(BLOCK_COUNT, String.valueOf(blocks));
            options.put(FEATURE_COUNT, String.valueOf(features));
            return options;
        }

        @Override
        public Scales with(Map<String, String> options) {
            OptionReader read = new OptionReader(options);
            int count = read.integer(BLOCK_COUNT, blocks, 1, MOST_BLOCKS);
            int channels = read.integer(FEATURE_COUNT, features, 1, MOST_FEATURES);
            read.verify();
            return new Scales(factor, luminance, count, channels);
        }

        @Override
        public Scales reduced() {
            return new Scales(factor, luminance, 2, 4);
        }

        /** @param classes channels of the output, which are the input's */
        @Override
        public Network network(String name, Shape input, int classes) {
            int channels = luminance ? 1 : 3;
            if (classes != channels || input.channels() != channels) {
                throw new IllegalArgumentException(name + " makes larger images of images, both of " + channels
                        + (channels == 1 ? " channel" : " channels") + ", got " + input.channels() + " in and "
                        + classes
                        + " out; it does not classify");
            }
            NetworkWriter net = new NetworkWriter(name, input, CONVENTIONS);
            net.output(new Output.Values(Output.Distance.L1));
            net.initial(Op.Initial.PYTORCH);
            String x = luminance
                    ? Network.INPUT
                    : net.shift(
                            "sub-mean",
                            Network.INPUT,
                            MEAN.stream().map(mean -> -mean).toList());
            String head = net.conv("head.0", x, features, 3, 1);
            net.stage("body");
            List<String> found = new ArrayList<>();
            for (int i = 0; i < blocks; i++) {
                found.add(block(net, "body." + i, i == 0 ? head : found.get(i - 1)));
            }
            net.stage(Network.HEAD);
            // In 2018, the authors' code had the head first.
            found.add(luminance ? 0 : blocks, head);
            x = net.conv("tail.0", net.concat("concat", found), features, 1, 1);
            if (luminance) {
                net.conv("tail.2", enlarged(net, "tail.1", x, factor), channels, 3, 1);
                return net.finish();
            }
            x = net.conv("tail.1", x, features, 3, 1);
            if (factor == 3) {
                x = enlarged(net, "tail.2.0", x, factor);
            } else {
                for (int i = 0; i < Integer.numberOfTrailingZeros(factor); i++) {
                    x = enlarged(net, "tail.2." + 2 * i, x, 2);
                }
            }
            net.shift("add-mean", net.conv("tail.3", x, channels, 3, 1), MEAN);
            return net.finish();
        }

        /** Figure 2 of the paper. */
        private String block(NetworkWriter net, String name, String in) {
            String small = rectified(net, name + ".conv-3-1", in, features, 3);
            String large = rectified(net, name + ".conv-5-1", in, features, 5);
            String both = net.concat(name + ".concat1", List.of(small, large));
            small = rectified(net, name + ".conv-3-2", both, 2 * features, 3);
            large = rectified(net, name + ".conv-5-2", both, 2 * features, 5);
            both = net.concat(name + ".concat2", List.of(small, large));
            return net.sum(name + ".add", net.conv(name + ".confusion", both, features, 1, 1), in);
        }

        private static String rectified(NetworkWriter net, String name, String from, int filters, int kernel) {
            return net.relu(name + ".relu", net.conv(name, from, filters, kernel, 1));
        }

        /** Shi et al. 2016. */
        private String enlarged(NetworkWriter net, String name, String from, int times) {
            return net.depthToSpace(name + ".shuffle", net.conv(name, from, features * times * times, 3, 1), times);
        }
    }
}
