package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.spec.BlockType;
import io.github.resnet4j.zoo.spec.ResNetSpec;
import io.github.resnet4j.zoo.spec.ResNetWriter;
import io.github.resnet4j.zoo.spec.ShortcutType;
import io.github.resnet4j.zoo.spec.StageSpec;
import io.github.resnet4j.zoo.spec.StemSpec;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is frozen does not change by a bit; what is not, learns. */
class FreezingTest {
    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    static Stream<Arguments> networksAndPoints() {
        List<Network> networks = List.of(
                network("zero-pad", new StemSpec.Cifar(4), BlockType.BASIC, ShortcutType.ZERO_PAD),
                network("projection", new StemSpec.ImageNet(4), BlockType.BASIC, ShortcutType.PROJECTION),
                network("bottleneck", new StemSpec.Cifar(4), BlockType.BOTTLENECK, ShortcutType.PROJECTION_ALL),
                network("plain", new StemSpec.Cifar(4), BlockType.BASIC, ShortcutType.NONE),
                network(
                        "keras",
                        spec(new StemSpec.Cifar(4), BlockType.BASIC, ShortcutType.PROJECTION_NO_BN)
                                .withConventions(Conventions.KERAS)));
        List<String> points = List.of("stem", "layer1", "layer1.0", "layer2.0.conv1", "layer3", "avgpool");
        return networks.stream().flatMap(network -> points.stream().map(point -> Arguments.of(network, point)));
    }

    private static Network network(String name, StemSpec stem, BlockType block, ShortcutType shortcut) {
        return network(name, spec(stem, block, shortcut));
    }

    private static ResNetSpec spec(StemSpec stem, BlockType block, ShortcutType shortcut) {
        List<StageSpec> stages = List.of(new StageSpec(2, 4, 1), new StageSpec(1, 6, 2), new StageSpec(1, 8, 2));
        return new ResNetSpec(stem, block, shortcut, stages, ResNetSpec.StrideOn.MIDDLE_3X3, false);
    }

    private static Network network(String name, ResNetSpec spec) {
        return ResNetWriter.write(name, spec, Shape.square(3, 16), 4);
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("networksAndPoints")
    void keepsWhatIsFrozenToTheBitAndTrainsTheRest(Network network, String point) {
        ParityCase parity = new ParityCase(network.name(), network, 8);
        ComputationGraph graph = parity.graph(Optional.of(point));
        FloatBuffer before = Seeded.copyOfParameters(graph);
        TrainingStep step = TrainingStep.of(graph, parity.picture(), Sgd.paper(), Engine.DL4J);
        double first = step.step(parity.pictures(), parity.labels(), 0.02).loss();
        double last = first;
        for (int i = 1; i < 20; i++) {
            last = step.step(parity.pictures(), parity.labels(), 0.02).loss();
        }
        assertThat(last).isLessThan(first);

        Set<String> frozen = network.upTo(point).stream().map(Node::name).collect(Collectors.toSet());
        FloatBuffer after = Seeded.copyOfParameters(graph);
        for (ParameterLayout.Segment segment : step.layout().segments()) {
            assertThat(segment.frozen()).as(segment.toString()).isEqualTo(frozen.contains(segment.vertex()));
            boolean same = Arrays.equals(bits(before, segment), bits(after, segment));
            assertThat(same).as(segment + " unchanged").isEqualTo(segment.frozen());
        }
    }

    private static int[] bits(FloatBuffer flat, ParameterLayout.Segment segment) {
        int[] bits = new int[segment.length()];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(flat.get(segment.offset() + i)));
        return bits;
    }
}
