package io.github.resnet4j.cli;

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

/** A family that only a test's class path has: one dense block (Huang et al. 2017), as CONTRIBUTING says how. */
public final class TinyNet implements Family {

    @Override
    public List<Architecture> table() {
        return List.of(new Architecture(
                "tinynet", "tinynet", new Dense(2, 4), Shape.square(3, 32), 10, "Huang et al. 2017, arXiv:1608.06993"));
    }

    /**
     * A stem, a block whose layers see all channels before them, average pooling.
     *
     * @param layers of the block
     * @param growth channels that a layer adds
     */
    private record Dense(int layers, int growth) implements Spec {
        private static final int STEM = 8;

        @Override
        public Network network(String name, Shape input, int classes) {
            NetworkWriter net = new NetworkWriter(name, input, Conventions.TORCHVISION);
            String x = net.conv("conv0", Network.INPUT, STEM, 3, 2);
            net.stage("block1");
            for (int i = 0; i < layers; i++) {
                String layer = "block1." + i;
                String y = net.relu(layer + ".relu", net.bn(layer + ".norm", x));
                x = net.concat(layer + ".concat", List.of(x, net.conv(layer + ".conv", y, growth, 3, 1)));
            }
            net.stage(Network.HEAD);
            x = net.relu("relu", net.bn("norm", net.avgPool("pool", x, 2, 2, 0, false)));
            net.dense("fc", net.globalAvgPool("avgpool", x), classes);
            return net.finish();
        }

        @Override
        public Map<String, String> options() {
            return Map.of("growth", String.valueOf(growth));
        }

        @Override
        public Spec with(Map<String, String> options) {
            OptionReader read = new OptionReader(options);
            Dense made = new Dense(layers, read.integer("growth", growth, 1, 64));
            read.verify();
            return made;
        }

        @Override
        public Spec reduced() {
            return new Dense(2, 2);
        }
    }
}
