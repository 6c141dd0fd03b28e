package io.github.resnet4j.zoo.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.network.Window;
import org.junit.jupiter.api.Test;

class AlexNetTest {
    @Test
    void isTorchvisions() {
        assertThat(Zoo.find("alexnet").network().nodes())
                .filteredOn(node -> !(node.op() instanceof Op.Relu))
                .extracting(node -> node.name() + " " + node.inputs() + " " + node.op())
                .containsExactly(
                        "features.0 [input] " + convolution(64, Window.square(11, 4, 2)),
                        "features.2 [features.1] " + new Op.MaxPool(Window.square(3, 2, 0)),
                        "features.3 [features.2] " + convolution(192, Window.square(5, 1, 2)),
                        "features.5 [features.4] " + new Op.MaxPool(Window.square(3, 2, 0)),
                        "features.6 [features.5] " + convolution(384, Window.square(3, 1, 1)),
                        "features.8 [features.7] " + convolution(256, Window.square(3, 1, 1)),
                        "features.10 [features.9] " + convolution(256, Window.square(3, 1, 1)),
                        "features.12 [features.11] " + new Op.MaxPool(Window.square(3, 2, 0)),
                        "avgpool [features.12] " + new Op.AdaptiveAvgPool(6, 6),
                        "classifier.0 [avgpool] " + new Op.Dropout(0.5),
                        "classifier.1 [classifier.0] " + new Op.Dense(4096),
                        "classifier.3 [classifier.2] " + new Op.Dropout(0.5),
                        "classifier.4 [classifier.3] " + new Op.Dense(4096),
                        "classifier.6 [classifier.5] " + new Op.Dense(1000));
    }

    private static Op convolution(int filters, Window window) {
        return new Op.Convolution(filters, window, 1, true);
    }

    @Test
    void takesImagesFrom63Pixels() {
        Network smallest = Zoo.find("alexnet").network(Shape.square(3, 63), 1000);

        assertThat(smallest.lastOf("block3").out()).isEqualTo(new Shape(256, 1, 1));
        assertThat(smallest.parameters()).isEqualTo(61_100_840);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Zoo.find("alexnet").network(Shape.square(3, 62), 1000))
                .withMessageContaining("alexnet cannot take 62x62 pixels: nothing is left at features.12")
                .withMessageContaining("use a larger input size");
    }
}
