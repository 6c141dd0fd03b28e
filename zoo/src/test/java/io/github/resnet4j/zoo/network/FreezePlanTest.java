package io.github.resnet4j.zoo.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.FreezePlan.Norms;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.junit.jupiter.api.Test;

class FreezePlanTest {
    private static final Network NETWORK = Zoo.find("resnet20-cifar").network();

    @Test
    void laterPartsDecide() {
        FreezePlan plan = FreezePlan.NOTHING.upTo("layer1", Norms.TRAIN).part("layer1.1", Norms.FROZEN);
        assertThat(plan.nodes(NETWORK))
                .containsEntry("conv1", Norms.TRAIN)
                .containsEntry("layer1.1.bn1", Norms.FROZEN)
                .containsEntry("layer1.2.bn1", Norms.TRAIN)
                .doesNotContainKey("layer2.0.bn1");
        assertThat(plan.fixed(NETWORK))
                .contains("conv1", "layer1.1.bn1", "layer1.2.conv1")
                .doesNotContain("bn1", "layer1.2.bn1", "fc");
    }

    @Test
    void aPartThatTheNetworkDoesNotHaveIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FreezePlan.NOTHING.part("layr1", Norms.FROZEN).nodes(NETWORK))
                .withMessageContaining("did you mean layer1?");
    }

    @Test
    void saysWhatIsFrozen() {
        assertThat(FreezePlan.NOTHING).hasToString("nothing");
        assertThat(FreezePlan.NOTHING.upTo("layer1", Norms.FROZEN_STATISTICS).part("layer3", Norms.FROZEN))
                .hasToString("up to layer1 (batch normalisation: frozen-statistics), layer3");
    }

    /** Its JSON is one that DL4J reads. */
    @Test
    void survivesDl4jsJson() {
        for (Norms norms : Norms.values()) {
            ComputationGraphConfiguration configuration = NetworkGraph.configuration(
                    NETWORK,
                    NetworkGraph.Options.seeded(1)
                            .freeze(FreezePlan.NOTHING.upTo("layer1", norms).part("layer3", Norms.FROZEN)));
            assertThat(ComputationGraphConfiguration.fromJson(configuration.toJson())
                            .toJson())
                    .isEqualTo(configuration.toJson());
        }
    }

    @Test
    void stochasticDepthBehindWhatIsTrainedIsRefused() {
        Network dropping = Zoo.find("resnet20-cifar")
                .with(Map.of("stochastic-depth", "0.5"))
                .network();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkGraph.configuration(
                        dropping,
                        NetworkGraph.Options.seeded(1).freeze(FreezePlan.NOTHING.part("layer2", Norms.FROZEN))))
                .withMessageContaining("would still drop its branch at random");
    }
}
