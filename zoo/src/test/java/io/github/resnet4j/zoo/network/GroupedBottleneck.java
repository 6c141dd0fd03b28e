package io.github.resnet4j.zoo.network;

/**
 * A little network with a bottleneck of two groups, as in ResNeXt (Xie et al. 2017, figure 3c); that of {@code
 * make_grouped.py}.
 */
public final class GroupedBottleneck {
    private GroupedBottleneck() {}

    /** Takes 3×6×5 images, puts out 3 logits. */
    public static Network network(Conventions conventions) {
        NetworkWriter net = new NetworkWriter("grouped", new Shape(3, 6, 5), conventions);
        String in = net.relu("relu1", net.bn("bn1", net.conv("conv1", Network.INPUT, 4, 3, 1)));
        net.stage("layer1");
        String x = net.conv("layer1.0.conv1", in, 4, 1, 1);
        x = net.relu("layer1.0.relu1", net.bn("layer1.0.bn1", x));
        x = net.groupedConv("layer1.0.conv2", x, 4, 3, 2, 2);
        x = net.relu("layer1.0.relu2", net.bn("layer1.0.bn2", x));
        x = net.bn("layer1.0.bn3", net.conv("layer1.0.conv3", x, 8, 1, 1));
        String shortcut = net.bn("layer1.0.downsample.1", net.conv("layer1.0.downsample.0", in, 8, 1, 2));
        x = net.relu("layer1.0.relu", net.sum("layer1.0.add", x, shortcut));
        net.stage(Network.HEAD);
        net.dense("fc", net.globalAvgPool("avgpool", x), 3);
        return net.finish();
    }
}
