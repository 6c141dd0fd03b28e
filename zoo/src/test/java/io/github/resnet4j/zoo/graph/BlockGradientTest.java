package io.github.resnet4j.zoo.graph;

import io.github.resnet4j.zoo.family.ResNetSpec;
import io.github.resnet4j.zoo.family.ResNetSpec.Block;
import io.github.resnet4j.zoo.family.ResNetSpec.Shortcut;
import io.github.resnet4j.zoo.family.ResNetSpec.Stage;
import io.github.resnet4j.zoo.family.ResNetSpec.Stem;
import io.github.resnet4j.zoo.family.ResNetSpec.StrideOn;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.List;
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
        for (Shortcut shortcut : Shortcut.values()) {
            cases.add(Arguments.of(spec(Stem.CIFAR, 1, Block.BASIC, shortcut), 5));
            cases.add(Arguments.of(spec(Stem.CIFAR, 2, Block.BOTTLENECK, shortcut), 5));
        }
        ResNetSpec bottleneck = spec(Stem.CIFAR, 2, Block.BOTTLENECK, Shortcut.PROJECTION);
        cases.add(Arguments.of(bottleneck.withStrideOn(StrideOn.FIRST_1X1), 5));
        cases.add(Arguments.of(bottleneck.withGroups(2, 64), 5));
        cases.add(Arguments.of(bottleneck.withGroups(1, 128), 5));
        cases.add(Arguments.of(spec(Stem.IMAGENET, 1, Block.BASIC, Shortcut.PROJECTION), 18));
        ResNetSpec keras =
                spec(Stem.CIFAR, 1, Block.BASIC, Shortcut.PROJECTION_NO_BN).withConventions(Conventions.KERAS);
        cases.add(Arguments.of(keras, 5));
        cases.add(Arguments.of(keras, 6)); // padded at the bottom and at the right only
        return cases;
    }

    private static ResNetSpec spec(Stem stem, int width, Block block, Shortcut shortcut) {
        List<Stage> stages =
                block == Block.BASIC ? List.of(new Stage(1, 1, 1), new Stage(1, 3, 2)) : List.of(new Stage(1, 1, 2));
        return ResNetSpec.of(stem, width, block, stages).withShortcut(shortcut);
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void backpropEqualsDifferences(ResNetSpec spec, int size) {
        Network network = spec.network("toy", Shape.square(1, size), 3);
        ComputationGraph graph = NetworkGraph.create(
                network,
                NetworkGraph.Options.seeded(3).dataType(DataType.DOUBLE).updater(new NoOp()));
        Nd4j.getRandom().setSeed(5);
        INDArray images = Nd4j.randn(DataType.DOUBLE, 4, 1, size, size);

        GradientCheck.check(graph, images, 3, 1e-4);
    }
}
