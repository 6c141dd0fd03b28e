package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.OptionReader;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Op.Interpolation;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Networks that give logits at every pixel of an image of any size, as torchvision has them: a {@link ResNet} whose last
 * stages dilate, a head on its last map, and bilinear interpolation of the head's logits to the image's rows and columns.
 *
 * <ul>
 *   <li>FCN (Long et al. 2015), with one 3×3 convolution before the classifier.
 *   <li>DeepLabV3 (Chen et al. 2017), with atrous spatial pyramid pooling.
 * </ul>
 *
 * The names are torchvision's without {@code backbone.}, so that the weights of a classifier's body fit too; its
 * {@code aux_classifier} is {@code aux-classifier}.
 */
public final class Segmentation implements Family {
    private static final String FCN_PAPER = "Long et al. 2015, arXiv:1411.4038, as in torchvision";
    private static final String DEEPLAB_PAPER = "Chen et al. 2017, arXiv:1706.05587";

    @Override
    public List<Architecture> table() {
        Head fcn = new Fcn(0.1);
        Head deeplab = new DeepLab(256, List.of(12, 24, 36), 0.5, 0.1);
        return List.of(
                row("fcn-resnet50", "fcn", fcn, FCN_PAPER, 3, 4, 6, 3),
                row("fcn-resnet101", "fcn", fcn, FCN_PAPER, 3, 4, 23, 3),
                row("deeplabv3-resnet50", "deeplabv3", deeplab, DEEPLAB_PAPER, 3, 4, 6, 3),
                row("deeplabv3-resnet101", "deeplabv3", deeplab, DEEPLAB_PAPER, 3, 4, 23, 3));
    }

    /** The 20 classes of PASCAL VOC and the background, and the size to which torchvision's weights want images resized. */
    private static Architecture row(String name, String family, Head head, String paper, int... blocks) {
        ResNetSpec body = ResNet.spec(ResNetSpec.Block.BOTTLENECK, blocks).withOutputStride(8);
        return new Architecture(name, family, new Dense(body, head, false), Shape.square(3, 520), 21, paper);
    }

    /** What makes logits of a body's last map. */
    private sealed interface Head {
        /** Of few filters; without dropout, whose draws no two engines share. */
        Head reduced();

        /** Writes it upon {@code map}; gives the node of the logits, of the map's size. */
        String write(NetworkWriter net, String map, int classes);

        /** Writes that of an auxiliary head. */
        default String writeAuxiliary(NetworkWriter net, String map, int classes) {
            return Fcn.write(net, "aux-classifier", map, classes, auxiliaryDropout());
        }

        double auxiliaryDropout();
    }

    /**
     * A quarter of the map's channels in a 3×3 convolution.
     *
     * @param dropout probability of being dropped before the classifier
     */
    private record Fcn(double dropout) implements Head {
        private static final int NARROWER = 4;

        @Override
        public Fcn reduced() {
            return new Fcn(0);
        }

        @Override
        public double auxiliaryDropout() {
            return dropout;
        }

        @Override
        public String write(NetworkWriter net, String map, int classes) {
            return write(net, "classifier", map, classes, dropout);
        }

        static String write(NetworkWriter net, String name, String map, int classes, double dropout) {
            String x = net.conv(name + ".0", map, net.shape(map).channels() / NARROWER, 3, 1);
            x = net.relu(name + ".2", net.bn(name + ".1", x));
            x = dropout == 0 ? x : net.dropout(name + ".3", x, dropout);
            return net.biasedConv(name + ".4", x, classes, 1);
        }
    }

    /**
     * Convolutions of several dilations side by side, and the mean of the whole map (Chen et al. 2017, section 3.3).
     *
     * @param filters of each
     * @param rates dilations of the 3×3 ones
     * @param dropout probability of being dropped behind what puts them together
     * @param auxiliaryDropout that of an auxiliary head
     */
    private record DeepLab(int filters, List<Integer> rates, double dropout, double auxiliaryDropout) implements Head {
        @Override
        public DeepLab reduced() {
            return new DeepLab(3, List.of(1, 2, 3), 0, 0);
        }

        @Override
        public String write(NetworkWriter net, String map, int classes) {
            String pyramid = "classifier.0.convs.";
            List<String> branches = new ArrayList<>();
            branches.add(normalised(net, pyramid + "0", 0, net.conv(pyramid + "0.0", map, filters, 1, 1)));
            for (int i = 1; i <= rates.size(); i++) {
                String atrous = net.dilatedConv(pyramid + i + ".0", map, filters, 3, 1, 1, rates.get(i - 1));
                branches.add(normalised(net, pyramid + i, 0, atrous));
            }
            String last = pyramid + (rates.size() + 1);
            String mean = net.channelPool(last + ".0", map, Op.Pooling.MEAN);
            mean = normalised(net, last, 1, net.conv(last + ".1", mean, filters, 1, 1));
            branches.add(net.resize(last + ".resized", mean, map, Interpolation.BILINEAR));
            String x = net.concat("classifier.0.concat", branches);
            x = normalised(net, "classifier.0.project", 0, net.conv("classifier.0.project.0", x, filters, 1, 1));
            x = dropout == 0 ? x : net.dropout("classifier.0.project.3", x, dropout);
            x = normalised(net, "classifier", 1, net.conv("classifier.1", x, filters, 3, 1));
            return net.biasedConv("classifier.4", x, classes, 1);
        }

        /** BN and ReLU behind the convolution {@code name.number}. */
        private static String normalised(NetworkWriter net, String name, int number, String convolution) {
            String norm = net.bn(name + "." + (number + 1), convolution);
            return net.relu(name + "." + (number + 2), norm);
        }
    }

    /**
     * A body and its heads.
     *
     * @param auxiliary whether training also has logits of the last map but one
     */
    private record Dense(ResNetSpec body, Head head, boolean auxiliary) implements Spec {
        private static final String OUTPUT_STRIDE = "output-stride";
        private static final String AUXILIARY = "auxiliary-heads";
        /** Of its loss, as in torchvision's training script. */
        private static final double WEIGHT = 0.5;

        @Override
        public Map<String, String> options() {
            Map<String, String> options = new LinkedHashMap<>();
            options.put(OUTPUT_STRIDE, String.valueOf(body.trunk().outputStride()));
            options.put(AUXILIARY, String.valueOf(auxiliary));
            return options;
        }

        @Override
        public Dense with(Map<String, String> options) {
            OptionReader read = new OptionReader(options);
            ResNetSpec dilated = body.withOutputStride(
                    read.integer(OUTPUT_STRIDE, body.trunk().outputStride(), body.outputStrides()));
            boolean present = read.flag(AUXILIARY, auxiliary);
            read.verify();
            return new Dense(dilated, head, present);
        }

        @Override
        public Dense reduced() {
            return new Dense(body.reduced(), head.reduced(), auxiliary);
        }

        @Override
        public Network network(String name, Shape input, int classes) {
            if (classes < 2) {
                throw new IllegalArgumentException("a classifier needs at least 2 classes, got " + classes);
            }
            NetworkWriter net = new NetworkWriter(name, input, Conventions.TORCHVISION);
            List<String> maps = body.body(net);
            net.stage(Network.HEAD);
            net.initial(Op.Initial.PYTORCH);
            if (auxiliary) {
                String logits = head.writeAuxiliary(net, maps.get(maps.size() - 2), classes);
                net.auxiliary(net.resize("aux", logits, Network.INPUT, Interpolation.BILINEAR), WEIGHT);
            }
            String logits = head.write(net, maps.get(maps.size() - 1), classes);
            net.resize("out", logits, Network.INPUT, Interpolation.BILINEAR);
            net.output(new Output.ClassMap());
            return net.finish();
        }
    }
}
