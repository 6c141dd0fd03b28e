package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.body.Body;
import io.github.resnet4j.zoo.body.FeaturePyramid;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.load.GraphWeights;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class BackboneTest {
    private static final Network NETWORK = Zoo.find("resnet18").network(new Shape(3, 64, 64), 10);

    /** A classifier, whose weights backbones take. */
    private static ComputationGraph classifier;

    @BeforeAll
    static void enable() {
        OneDnn.enable();
        classifier = NetworkGraph.create(NETWORK, NetworkGraph.Options.seeded(1));
        Seeded.fill("backbone", NETWORK, classifier);
    }

    @AfterAll
    static void close() {
        NetworkGraph.close(classifier);
    }

    private static StateDict weights() {
        return GraphWeights.stateDict(classifier, NETWORK);
    }

    private static INDArray images(int count, int height, int width) {
        return Seeded.images("backbone", count, new Shape(3, height, width));
    }

    @Test
    void givesTheMapsOfAClassifierForImagesOfAnySize() {
        Body body = Body.of(NETWORK).only("C3", "C5");
        try (Backbone backbone = Backbone.of(body, weights())) {
            for (INDArray images :
                    List.of(images(2, 64, 64), images(1, 75, 53), images(3, 64, 64), images(1, 75, 53))) {
                Map<String, INDArray> maps = backbone.maps(images);

                assertThat(maps.keySet()).containsExactly("C3", "C5");
                Map<String, INDArray> expected = classifier.feedForward(images, false);
                assertThat(Pass.deviation(maps.get("C3"), expected.get("layer2.1.relu")))
                        .isLessThan(1e-5);
                assertThat(Pass.deviation(maps.get("C5"), expected.get("layer4.1.relu")))
                        .isLessThan(1e-5);
            }
            assertThat(backbone.maps(images(1, 75, 53)).get("C5").shape()).containsExactly(1, 512, 3, 2);
        }
    }

    @Test
    void computesNothingAboveTheMaps() {
        Body body = Body.of(NETWORK).only("C4");
        ComputationGraph graph = NetworkGraph.create(body, NetworkGraph.Options.seeded(1));

        assertThat(graph.numParams()).isLessThan(classifier.numParams() / 3);
        try (InferencePlan plan = InferencePlan.compile(graph, body.network().input(), 1)) {
            assertThat(plan.report().steps()).noneMatch(step -> step.vertex().startsWith("layer4"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DL4J", "ONEDNN"})
    void graphsOfABodyPutOutAllMaps(Engine engine) {
        Body body = Body.of(NETWORK).with(new FeaturePyramid(8, FeaturePyramid.Extra.CONVOLVED_OWN));
        ComputationGraph graph = NetworkGraph.create(body, NetworkGraph.Options.seeded(1));
        INDArray images = images(3, 64, 64);

        try (Inference inference = Inference.of(graph, body.network().input(), 3, engine);
                Backbone backbone = Backbone.of(body, graph, engine)) {
            Map<String, INDArray> outputs = inference.outputs(images);
            Map<String, INDArray> maps = backbone.maps(images);

            assertThat(outputs.keySet()).containsExactlyElementsOf(body.maps().values());
            body.maps().forEach((map, node) -> {
                Shape shape = body.shape(map);
                assertThat(outputs.get(node).shape())
                        .as(map)
                        .containsExactly(3, shape.channels(), shape.height(), shape.width());
                assertThat(Pass.deviation(maps.get(map), outputs.get(node))).isZero();
            });
            assertThatIllegalStateException()
                    .isThrownBy(() -> inference.output(images))
                    .withMessageContaining("the graph has 6 outputs, fpn.layer-blocks.0.0");
        }
    }

    @Test
    void takesNewParametersWhenTold() {
        Body body = Body.of(NETWORK).only("C2");
        ComputationGraph graph = NetworkGraph.create(body, NetworkGraph.Options.seeded(1));
        INDArray images = images(1, 32, 48);
        try (Backbone backbone = Backbone.of(body, graph, Engine.AUTO)) {
            INDArray before = backbone.maps(images).get("C2");
            graph.params().muli(0.9);
            backbone.refresh();

            assertThat(Pass.deviation(backbone.maps(images).get("C2"), before)).isGreaterThan(0.01);
        }
    }

    @Test
    void refusesWhatItCannotTake() {
        Body body = Body.of(NETWORK).only("C2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Backbone.of(Body.of(Zoo.find("resnet50").network()), classifier, Engine.AUTO))
                .withMessageStartingWith("the graph has no vertex layer1.2.relu, whose value is C2");
        Backbone backbone = Backbone.of(body, weights());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backbone.maps(images(1, 64, 64).reshape(3, 64, 64)))
                .withMessageStartingWith("expected images N×C×H×W, got [3, 64, 64]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backbone.maps(images(1, 63, 64).reshape(1, 1, 189, 64)))
                .withMessageStartingWith("resnet18 takes images of 3 channels");
        backbone.close();
        assertThatIllegalStateException().isThrownBy(() -> backbone.maps(images(1, 64, 64)));
    }
}
