package io.github.resnet4j.zoo.graph;

import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.spec.BlockType;
import io.github.resnet4j.zoo.spec.ResNetSpec;
import io.github.resnet4j.zoo.spec.ResNetSpec.StrideOn;
import io.github.resnet4j.zoo.spec.ResNetWriter;
import io.github.resnet4j.zoo.spec.ShortcutType;
import io.github.resnet4j.zoo.spec.StageSpec;
import io.github.resnet4j.zoo.spec.StemSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** Gradients of both blocks with every shortcut where the map shrinks and widens; for basic ones also elsewhere. */
class BlockGradientTest {

    static List<Arguments> blocks() {
        List<Arguments> cases = new ArrayList<>();
        for (ShortcutType shortcut : ShortcutType.values()) {
            cases.add(Arguments.of(spec(new StemSpec.Cifar(1), BlockType.BASIC, shortcut), 5));
            cases.add(Arguments.of(spec(new StemSpec.Cifar(2), BlockType.BOTTLENECK, shortcut), 5));
        }
        ResNetSpec bottleneck = spec(new StemSpec.Cifar(2), BlockType.BOTTLENECK, ShortcutType.PROJECTION);
        cases.add(Arguments.of(bottleneck.withStrideOn(StrideOn.FIRST_1X1), 5));
        cases.add(Arguments.of(spec(new StemSpec.ImageNet(1), BlockType.BASIC, ShortcutType.PROJECTION), 18));
        ResNetSpec keras = spec(new StemSpec.Cifar(1), BlockType.BASIC, ShortcutType.PROJECTION_NO_BN)
                .withConventions(Conventions.KERAS);
        cases.add(Arguments.of(keras, 5));
        cases.add(Arguments.of(keras, 6)); // padded at the bottom and at the right only
        return cases;
    }

    private static ResNetSpec spec(StemSpec stem, BlockType block, ShortcutType shortcut) {
        List<StageSpec> stages = block == BlockType.BASIC
                ? List.of(new StageSpec(1, 1, 1), new StageSpec(1, 3, 2))
                : List.of(new StageSpec(1, 1, 2));
        return new ResNetSpec(stem, block, shortcut, stages, StrideOn.MIDDLE_3X3, false);
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void backpropEqualsDifferences(ResNetSpec spec, int size) {
        Network network = ResNetWriter.write("toy", spec, Shape.square(1, size), 3);
        ComputationGraph graph = NetworkGraph.create(
                network, new NetworkGraph.Options(3, DataType.DOUBLE, new NoOp(), Optional.empty()));
        Nd4j.getRandom().setSeed(5);
        INDArray pictures = Nd4j.randn(DataType.DOUBLE, 4, 1, size, size);

        GradientCheck.check(graph, pictures, 3, 1e-4);
    }
}
