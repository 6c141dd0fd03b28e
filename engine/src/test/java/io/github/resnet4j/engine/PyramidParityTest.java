package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.body.Body;
import io.github.resnet4j.zoo.body.FeaturePyramid;
import io.github.resnet4j.zoo.body.FeaturePyramid.Extra;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.FreezePlan;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Pyramids on whole ResNets against torchvision's {@code FeaturePyramidNetwork}: maps, and gradients through frozen norms. */
@Tag("threads")
@ParameterizedClass
@EnumSource(names = {"DL4J", "ONEDNN"})
class PyramidParityTest {
    @Parameter
    private Engine engine;

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    /**
     * A pyramid of {@code make_golden.py}.
     *
     * @param first number of the first stage whose map it takes
     */
    record Case(String name, String resnet, int channels, Extra extra, int first, int batch, Shape image) {
        /** The maps below the pyramid. */
        Body below() {
            Body all = Body.of(Zoo.find(resnet).network(image, 1000));
            List<String> maps = all.maps().keySet().stream().skip(first - 1L).toList();
            return all.only(maps);
        }

        Body above() {
            return below().with(new FeaturePyramid(channels, extra));
        }

        /** Means of all levels through a dense layer. */
        Network trained() {
            Body pyramid = above();
            NetworkWriter net = pyramid.writer();
            net.stage(Network.HEAD);
            List<String> means = new ArrayList<>();
            pyramid.maps().forEach((map, node) -> means.add(net.globalAvgPool("mean." + map, node)));
            net.dense("fc", net.concat("means", means), 5);
            return net.finish();
        }

        INDArray images() {
            return Seeded.images(name, batch, image);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() {
        return List.of(
                new Case("fpn-resnet18_even", "resnet18", 256, Extra.SUBSAMPLED, 1, 2, new Shape(3, 64, 96)),
                new Case("fpn-resnet18_odd", "resnet18", 256, Extra.NONE, 1, 2, new Shape(3, 75, 53)),
                new Case("fpn-resnet50_even", "resnet50", 256, Extra.SUBSAMPLED, 1, 1, new Shape(3, 64, 64)),
                new Case("fpn-resnet50_odd", "resnet50", 256, Extra.CONVOLVED, 2, 1, new Shape(3, 61, 91)),
                new Case("fpn-resnet18_own", "resnet18", 24, Extra.CONVOLVED_OWN, 2, 2, new Shape(3, 71, 65)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void hasTorchvisionsMaps(Case parity) {
        Golden golden = Golden.read(parity.name());
        Set<String> left = golden.names("eval:");
        left.remove("logits");
        for (Body body : List.of(parity.below(), parity.above())) {
            ComputationGraph graph = NetworkGraph.create(body, NetworkGraph.Options.seeded(1));
            Seeded.fill(parity.name(), body.network(), graph);
            try (Backbone backbone = Backbone.of(body, graph, engine)) {
                backbone.maps(parity.images()).forEach((map, values) -> {
                    assertThat(left.remove(map)).as(map).isTrue();
                    golden.requireNear("eval:" + map, values.dup('c').data().asFloat(), 1e-5);
                });
            }
            NetworkGraph.close(graph);
        }
        assertThat(left).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void hasTorchvisionsGradientsThroughFrozenNorms(Case parity) {
        Golden golden = Golden.read(parity.name());
        Network network = parity.trained();
        FreezePlan norms = parity.above().frozenNorms(FreezePlan.Norms.FROZEN);
        ComputationGraph graph =
                NetworkGraph.create(network, NetworkGraph.Options.seeded(1).freeze(norms));
        Seeded.fill(parity.name(), network, graph);
        INDArray labels = Seeded.labels(parity.name(), parity.batch(), 5, 0);
        Map<String, float[]> gradients = new TreeMap<>();
        Sgd bare = new Sgd(0, false, 0, Sgd.DecayOn.ALL, OptionalDouble.empty());
        try (TrainingStep step = TrainingStep.of(graph, parity.image(), bare, engine)) {
            double loss = step.step(parity.images(), labels, 0).loss();
            assertThat(loss).isCloseTo(golden.values("losses")[0], within(1e-4 * (1 + loss)));
            for (ParameterLayout.Segment segment : step.layout().segments()) {
                if (segment.kind().trained() && !segment.frozen()) {
                    float[] gradient = new float[segment.length()];
                    step.state().get("velocity").get(segment.offset(), gradient);
                    gradients.put(Seeded.torchName(segment), gradient);
                }
            }
        }
        Set<String> expected = golden.names("grad:");
        assertThat(expected).hasSizeGreaterThan(10);
        expected.forEach(name -> golden.requireNear("grad:" + name, gradients.get(name), 1e-3));
        NetworkGraph.close(graph);
    }
}
