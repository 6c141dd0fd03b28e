package io.github.resnet4j.zoo.spec;

import io.github.resnet4j.zoo.network.ChannelPadding;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Shape;

/** Writes a {@link ResNetSpec} out as a network with torchvision's names. */
public final class ResNetWriter {
    private final ResNetSpec spec;
    private final NetworkWriter net;

    private ResNetWriter(ResNetSpec spec, NetworkWriter net) {
        this.spec = spec;
        this.net = net;
    }

    /**
     * The network of {@code spec}.
     *
     * @param name what it is called in messages
     * @param spec the architecture
     * @param input shape of one picture
     * @param classes number of logits, at least 2
     * @throws IllegalArgumentException if the pictures are too small for the network
     */
    public static Network write(String name, ResNetSpec spec, Shape input, int classes) {
        if (classes < 2) {
            throw new IllegalArgumentException("a classifier needs at least 2 classes, got " + classes);
        }
        NetworkWriter net = new NetworkWriter(name, input, spec.conventions());
        new ResNetWriter(spec, net).write(classes);
        return net.finish();
    }

    private void write(int classes) {
        String x = stem();
        for (int s = 0; s < spec.stages().size(); s++) {
            StageSpec stage = spec.stages().get(s);
            String layer = "layer" + (s + 1);
            net.stage(layer);
            for (int b = 0; b < stage.blocks(); b++) {
                x = block(layer + "." + b, x, stage.planes(), b == 0 ? stage.stride() : 1);
            }
        }
        net.stage(Network.HEAD);
        x = net.globalAvgPool("avgpool", x);
        net.dense("fc", x, classes);
    }

    private String stem() {
        boolean imageNet = spec.stem() instanceof StemSpec.ImageNet;
        String x = net.conv("conv1", Network.INPUT, spec.stem().width(), imageNet ? 7 : 3, imageNet ? 2 : 1);
        x = net.relu("relu1", net.bn("bn1", x));
        return imageNet ? net.maxPool("maxpool", x, 3, 2, 1) : x;
    }

    private String block(String name, String in, int planes, int stride) {
        String x = spec.block() == BlockType.BASIC
                ? basic(name, in, planes, stride)
                : bottleneck(name, in, planes, stride);
        if (spec.shortcut() != ShortcutType.NONE) {
            x = net.sum(
                    name + ".add", x, shortcut(name, in, planes * spec.block().expansion(), stride));
        }
        return net.relu(name + ".relu", x);
    }

    private String basic(String name, String in, int planes, int stride) {
        String x = net.conv(name + ".conv1", in, planes, 3, stride);
        x = net.relu(name + ".relu1", net.bn(name + ".bn1", x));
        x = net.conv(name + ".conv2", x, planes, 3, 1);
        return net.lastBn(name + ".bn2", x, spec.zeroInitResidual());
    }

    private String bottleneck(String name, String in, int planes, int stride) {
        boolean early = spec.strideOn() == ResNetSpec.StrideOn.FIRST_1X1;
        String x = net.conv(name + ".conv1", in, planes, 1, early ? stride : 1);
        x = net.relu(name + ".relu1", net.bn(name + ".bn1", x));
        x = net.conv(name + ".conv2", x, planes, 3, early ? 1 : stride);
        x = net.relu(name + ".relu2", net.bn(name + ".bn2", x));
        x = net.conv(name + ".conv3", x, planes * BlockType.BOTTLENECK.expansion(), 1, 1);
        return net.lastBn(name + ".bn3", x, spec.zeroInitResidual());
    }

    private String shortcut(String name, String in, int outChannels, int stride) {
        boolean sameShape = stride == 1 && net.shape(in).channels() == outChannels;
        boolean projected = spec.shortcut() == ShortcutType.PROJECTION_ALL;
        if (sameShape && !projected) {
            return in;
        }
        return switch (spec.shortcut()) {
            case ZERO_PAD ->
                net.zeroPadShortcut(name + ".shortcut", in, outChannels, stride, ChannelPadding.BOTH_SIDES);
            case ZERO_PAD_END -> net.zeroPadShortcut(name + ".shortcut", in, outChannels, stride, ChannelPadding.END);
            case PROJECTION, PROJECTION_ALL ->
                net.bn(name + ".downsample.1", net.conv(name + ".downsample.0", in, outChannels, 1, stride));
            case PROJECTION_NO_BN -> net.conv(name + ".downsample.0", in, outChannels, 1, stride);
            case NONE -> throw new IllegalStateException("a plain block has no shortcut");
        };
    }
}
