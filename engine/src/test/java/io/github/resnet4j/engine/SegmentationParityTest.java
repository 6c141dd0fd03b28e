package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.body.Body;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Logits at every pixel against torchvision's, of whole networks and of ones of few channels; and what trains them. */
@Tag("threads")
class SegmentationParityTest {
    private static final Map<String, String> AUXILIARY = Map.of("auxiliary-heads", "true");

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    static List<ParityCase> cases() {
        return List.of(
                reduced("fcn-resnet50_3x32x40"),
                reduced("fcn-resnet50_auxiliary_1x29x23"),
                reduced("deeplabv3-resnet50_3x29x37"),
                reduced("deeplabv3-resnet50_auxiliary_3x32x24"),
                full("fcn-resnet50"),
                full("deeplabv3-resnet50"));
    }

    private static ParityCase reduced(String name) {
        String[] parts = name.split("_");
        String[] sizes = parts[parts.length - 1].split("x");
        Shape image = new Shape(Integer.parseInt(sizes[0]), Integer.parseInt(sizes[1]), Integer.parseInt(sizes[2]));
        Spec spec = Zoo.find(parts[0])
                .with(parts.length > 2 ? AUXILIARY : Map.of())
                .spec()
                .reduced();
        return new ParityCase(name, spec.network(name, image, 5), 3);
    }

    private static ParityCase full(String name) {
        Architecture row = Zoo.find(name).with(AUXILIARY);
        return new ParityCase(name, row.network(new Shape(3, 65, 82), 21), 1);
    }

    /** The logits as maps. */
    private static Body logits(Network network) {
        Map<String, String> maps = new LinkedHashMap<>(Map.of("out", "out"));
        network.auxiliary().forEach(head -> maps.put(head.logits(), head.logits()));
        return new Body(network, maps);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void putsOutTorchvisionsLogits(ParityCase parity) {
        Golden golden = Golden.read(parity.name());
        Body logits = logits(parity.network());
        ComputationGraph graph = NetworkGraph.create(logits, NetworkGraph.Options.seeded(1));
        Seeded.fill(parity.name(), parity.network(), graph);
        for (Engine engine : List.of(Engine.DL4J, Engine.ONEDNN)) {
            try (Backbone network = Backbone.of(logits, graph, engine)) {
                Map<String, INDArray> maps = network.maps(parity.images());
                assertThat(maps.keySet()).isEqualTo(golden.names("eval:"));
                maps.forEach((name, map) ->
                        golden.requireNear("eval:" + name, map.dup('c').data().asFloat(), 1e-5));
            }
        }
        NetworkGraph.close(graph);
    }

    static Stream<Arguments> trained() {
        return cases().stream()
                .filter(parity -> parity.name().contains("x"))
                .flatMap(parity -> Stream.of(Engine.DL4J, Engine.ONEDNN).map(engine -> Arguments.of(parity, engine)));
    }

    /** The loss of torchvision's training script, some labels void, half of the auxiliary head's beside it. */
    @ParameterizedTest
    @MethodSource("trained")
    void hasTorchvisionsLossAndGradients(ParityCase parity, Engine engine) {
        Golden golden = Golden.read(parity.name());
        ComputationGraph graph = parity.graph();
        Shape image = parity.image();
        byte[] classes = new byte[parity.batch() * image.height() * image.width()];
        long[] bits = Seeded.bits(parity.name() + "/labels", classes.length);
        for (int i = 0; i < classes.length; i++) {
            long drawn = (bits[i] >>> 33) % 6;
            classes[i] = (byte) (drawn == 5 ? Output.VOID : drawn);
        }
        Targets targets = new Targets.ClassMaps(classes, image.height(), image.width());
        Map<String, float[]> gradients = new TreeMap<>();
        Map<String, float[]> reference = new TreeMap<>();
        golden.names("grad:").forEach(name -> reference.put(name, golden.values("grad:" + name)));
        Sgd bare = new Sgd(0, false, 0, Sgd.DecayOn.ALL, OptionalDouble.empty());
        try (TrainingStep step = TrainingStep.of(graph, image, bare, engine)) {
            double loss = step.step(parity.images(), targets, 0).loss();
            assertThat(loss).isCloseTo(golden.values("losses")[0], within(1e-5 * (1 + loss)));
            for (ParameterLayout.Segment segment : step.layout().segments()) {
                if (segment.kind().trained()) {
                    float[] gradient = new float[segment.length()];
                    step.state().get("velocity").get(segment.offset(), gradient);
                    String name = Seeded.torchName(segment);
                    gradients.put(name, golden.choose("grad:" + name, gradient));
                }
            }
        }
        Gradients.areNear(parity.network(), gradients, reference, 1e-3);
    }
}
