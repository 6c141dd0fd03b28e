package io.github.resnet4j.zoo.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.FreezePlan;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.load.GraphWeights;
import io.github.resnet4j.zoo.weights.load.LoadOptions;
import io.github.resnet4j.zoo.weights.load.LoadReport;
import io.github.resnet4j.zoo.weights.names.NameMapping;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyTest {
    private static final Shape IMAGE = new Shape(3, 64, 96);

    private static Network network(String name, Map<String, String> options) {
        return Zoo.find(name).with(options).network(IMAGE, 10);
    }

    private static Body body(String name) {
        return Body.of(network(name, Map.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "resnet18, 'resnet18: C2 64x16x24, C3 128x8x12, C4 256x4x6, C5 512x2x3'",
        "resnet50, 'resnet50: C2 256x16x24, C3 512x8x12, C4 1024x4x6, C5 2048x2x3'",
        "resnext50-32x4d, 'resnext50-32x4d: C2 256x16x24, C3 512x8x12, C4 1024x4x6, C5 2048x2x3'",
        "se-resnet18, 'se-resnet18: C2 64x16x24, C3 128x8x12, C4 256x4x6, C5 512x2x3'",
        "preresnet50, 'preresnet50: C2 256x16x24, C3 512x8x12, C4 1024x4x6, C5 2048x2x3'",
        "resnet20-cifar, 'resnet20-cifar: C2 16x64x96, C3 32x32x48, C4 64x16x24'"
    })
    void mapsAreThoseOfTheStages(String name, String expected) {
        Body body = body(name);

        assertThat(body).hasToString(expected);
        assertThat(body.network().nodes()).extracting(Node::name).doesNotContain("avgpool", "fc");
    }

    @Test
    void mapsOfASmallerOutputStrideAreLarger() {
        assertThat(Body.of(network("resnet50", Map.of("output-stride", "8"))))
                .hasToString("resnet50: C2 256x16x24, C3 512x8x12, C4 1024x8x12, C5 2048x8x12");
        assertThat(Body.of(network("fcn-resnet50", Map.of())))
                .hasToString("fcn-resnet50: C2 256x16x24, C3 512x8x12, C4 1024x8x12, C5 2048x8x12");
    }

    @Test
    void keepsNothingThatNoMapNeeds() {
        Body body = body("resnet18").only("C4", "C2");

        assertThat(body.maps()).containsExactly(Map.entry("C2", "layer1.1.relu"), Map.entry("C4", "layer3.1.relu"));
        assertThat(body.network().stages()).containsExactly("stem", "layer1", "layer2", "layer3");
        assertThat(body.shape("C4")).isEqualTo(new Shape(256, 4, 6));
    }

    @Test
    void refusesWhatIsNotThere() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> body("densenet121"))
                .withMessageStartingWith("densenet121 has no stages layer1, layer2, … as residual networks have");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> body("resnet18").only("C6"))
                .withMessageContaining("resnet18 has no map \"C6\"")
                .withMessageContaining("Its maps are C2, C3, C4, C5");
        assertThatIllegalArgumentException().isThrownBy(() -> body("resnet18").only());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> body("resnet18").at(new Shape(1, 64, 64)))
                .withMessage("resnet18 takes images of 3 channels, got 1x64x64");
    }

    /** torchvision's numbers of what is trained where batch normalisation is frozen. */
    @ParameterizedTest
    @CsvSource({
        "resnet18, 13774016, 2607104",
        "resnet34, 23874752, 2607104",
        "resnet50, 26799296, 3344384",
        "resnet101, 45739200, 3344384",
        "resnet152, 61336768, 3344384"
    })
    void pyramidsCountAsTorchvisions(String name, long trained, long alone) {
        Body pyramid = body(name).with(FeaturePyramid.TORCHVISION);
        long norms = pyramid.network().nodes().stream()
                .filter(node -> pyramid.frozenNorms(FreezePlan.Norms.FROZEN)
                        .nodes(pyramid.network())
                        .containsKey(node.name()))
                .mapToLong(Node::parameters)
                .sum();

        assertThat(pyramid.network().parameters() - norms).isEqualTo(trained);
        assertThat(pyramid.network().part(FeaturePyramid.STAGE).stream().mapToLong(Node::parameters))
                .satisfies(counts -> assertThat(
                                counts.stream().mapToLong(count -> count).sum())
                        .isEqualTo(alone));
    }

    @Test
    void pyramidsHaveTheSizesOfTheMapsBelowAndMoreAbove() {
        Body odd = body("resnet18").at(new Shape(3, 75, 53));

        assertThat(odd.with(new FeaturePyramid(8, FeaturePyramid.Extra.SUBSAMPLED)))
                .hasToString("resnet18: P2 8x19x14, P3 8x10x7, P4 8x5x4, P5 8x3x2, P6 8x2x1");
        Body retina = odd.only("C3", "C4", "C5").with(new FeaturePyramid(8, FeaturePyramid.Extra.CONVOLVED));
        assertThat(retina).hasToString("resnet18: P3 8x10x7, P4 8x5x4, P5 8x3x2, P6 8x2x1, P7 8x1x1");
        assertThat(retina.network().part("fpn.extra-blocks.p6").get(0).inputs()).containsExactly("layer4.1.relu");
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "map", "C12345"})
    void pyramidsWantNumberedMaps(String name) {
        Body body = body("resnet18");
        NetworkWriter net = body.writer();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> FeaturePyramid.TORCHVISION.write(net, Map.of(name, body.node("C5"))))
                .withMessageContaining("names that end in a number");
    }

    /** What a detector of torchvision's calls its tensors, before and since 0.13, and one that has no pyramid. */
    @Test
    void readsTorchvisionsDetectors() {
        Body pyramid = body("resnet18").only("C4", "C5").with(new FeaturePyramid(4, FeaturePyramid.Extra.NONE));
        NetworkGraph.Options options = NetworkGraph.Options.seeded(3);
        ComputationGraph graph = NetworkGraph.create(pyramid, options);
        StateDict own = GraphWeights.stateDict(graph, pyramid.network());
        for (String inner : new String[] {"inner_blocks.$1.0", "inner_blocks.$1"}) {
            Map<String, io.github.resnet4j.zoo.weights.Tensor> tensors = new LinkedHashMap<>();
            own.tensors()
                    .forEach((name, tensor) -> tensors.put(
                            name.startsWith("fpn.")
                                    ? "backbone."
                                            + name.replaceFirst("inner-blocks\\.(\\d)\\.0", inner)
                                                    .replaceFirst(
                                                            "layer-blocks\\.(\\d)\\.0", inner.replace("inner", "layer"))
                                    : "backbone.body." + name,
                            tensor));
            tensors.put("rpn.head.cls_logits.weight", own.tensors().get("conv1.weight"));
            StateDict file = new StateDict(own.file(), own.format(), tensors, Map.of(), java.util.List.of());

            GraphWeights.Loaded loaded = GraphWeights.load(file, pyramid, options, LoadOptions.STRICT);

            assertThat(loaded.graph().params()).isEqualTo(graph.params());
            assertThat(loaded.report().entries(LoadReport.Status.IGNORED)).hasSize(1);
        }
    }

    @Test
    void aNewPyramidGoesOnABodyThatWasTrained() {
        Network classifier = network("resnet18", Map.of());
        ComputationGraph trained = NetworkGraph.create(classifier, NetworkGraph.Options.seeded(1));
        Body pyramid = Body.of(classifier).with(new FeaturePyramid(4, FeaturePyramid.Extra.NONE));

        GraphWeights.Loaded loaded = GraphWeights.load(
                GraphWeights.stateDict(trained, classifier),
                pyramid,
                NetworkGraph.Options.seeded(2),
                new LoadOptions(NameMapping.NONE, true));

        assertThat(loaded.graph().getLayer("layer4.1.conv2").params())
                .isEqualTo(trained.getLayer("layer4.1.conv2").params());
        double bound = Math.sqrt(3.0 / 512);
        assertThat(loaded.graph()
                        .getLayer("fpn.inner-blocks.3.0")
                        .getParam("W")
                        .amaxNumber()
                        .doubleValue())
                .isBetween(0.9 * bound, bound);
        assertThat(loaded.graph()
                        .getLayer("fpn.inner-blocks.3.0")
                        .getParam("b")
                        .sumNumber()
                        .doubleValue())
                .isZero();
    }
}
