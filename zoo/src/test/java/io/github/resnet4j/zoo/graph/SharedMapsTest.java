package io.github.resnet4j.zoo.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Shape;
import java.util.Map;
import java.util.function.BiFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** DL4J's activation layers overwrite their input in inference, whoever else reads it. */
class SharedMapsTest {
    /** A convolution that an activation and a sum read. */
    private static Network network(BiFunction<NetworkWriter, String, String> activation) {
        NetworkWriter net = new NetworkWriter("shared", Shape.square(3, 5), Conventions.TORCHVISION);
        String x = net.conv("conv1", Network.INPUT, 4, 3, 1);
        x = net.sum("add", activation.apply(net, x), x);
        net.dense("fc", net.globalAvgPool("avgpool", x), 2);
        return net.finish();
    }

    @Test
    void reluLeavesAMapThatOthersRead() {
        ComputationGraph graph =
                NetworkGraph.create(network((net, x) -> net.relu("relu1", x)), NetworkGraph.Options.seeded(1));
        INDArray images = Nd4j.rand(DataType.FLOAT, 2, 3, 5, 5);

        Map<String, INDArray> maps = graph.feedForward(images, false);

        assertThat(maps.get("conv1").minNumber().floatValue()).isNegative();
        assertThat(maps.get("relu1").minNumber().floatValue()).isZero();
        assertThat(maps.get("add").equalsWithEps(maps.get("conv1").add(maps.get("relu1")), 1e-6))
                .isTrue();
        NetworkGraph.close(graph);
    }

    @Test
    void whatWouldOverwriteItIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkGraph.configuration(
                        network((net, x) -> net.sigmoid("gate", x)), NetworkGraph.Options.seeded(1)))
                .withMessage(
                        "gate: DL4J's sigmoid overwrites conv1, which other nodes read; let those read its output");
    }
}
