package io.github.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DjlNetworkTest {
    @BeforeAll
    static void needsItsNativeLibrary() {
        assumeThatCode(Djl::load).as("DJL's PyTorch cannot be loaded here").doesNotThrowAnyException();
    }

    static List<String> networks() {
        return Workload.networks().stream()
                .filter(name ->
                        Stream.of("se-", "vgg", "msrn", "spec-resnet", "fcn").noneMatch(name::startsWith))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void hasTheTensorsOfTheZoosNetwork(String name) {
        Network network = Zoo.find(name).network();
        try (NDManager manager = NDManager.newBaseManager()) {
            DjlNetwork block = new DjlNetwork(network);
            NDArray images = manager.zeros(new Shape(
                    2,
                    network.input().channels(),
                    network.input().height(),
                    network.input().width()));
            block.initialize(manager, DataType.FLOAT32, images.getShape());
            assertThat(block.trainedValues()).isEqualTo(network.parameters());
            assertThat(block.getParameters().values().stream().map(parameter -> LongStream.of(
                                    parameter.getArray().getShape().getShape())
                            .boxed()
                            .toList()))
                    .isEqualTo(
                            network.slots().stream().map(slot -> slot.shape()).toList());
            NDArray logits = block.forward(new ParameterStore(manager, false), new NDList(images), false)
                    .head();
            assertThat(logits.getShape()).isEqualTo(new Shape(2, network.classes()));
        }
    }
}
