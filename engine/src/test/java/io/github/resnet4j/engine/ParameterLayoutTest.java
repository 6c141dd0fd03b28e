package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.engine.ParameterLayout.Kind;
import io.github.resnet4j.engine.ParameterLayout.Segment;
import io.github.resnet4j.zoo.network.Shape;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.junit.jupiter.api.Test;

class ParameterLayoutTest {
    /** Whoever freezes a part of a network freezes some layers twice. */
    @Test
    void knowsWhatIsFrozenTwice() {
        UserGraph user = UserGraph.upTo(
                "bn",
                "twice",
                new Shape(2, 4, 4),
                builder -> builder.addLayer(
                        "bn", new FrozenLayer(new FrozenLayer(new BatchNormalization.Builder().build())), "in"));
        assertThat(ParameterLayout.of(user.graph()).segments().stream()
                        .filter(s -> s.vertex().equals("bn")))
                .extracting(Segment::kind)
                .containsExactlyInAnyOrder(Kind.NORM, Kind.NORM, Kind.RUNNING_MEAN, Kind.RUNNING_LOG_DEVIATION);
        assertThat(ParameterLayout.of(user.graph()).segments())
                .allSatisfy(s -> assertThat(s.frozen()).isEqualTo(s.vertex().equals("bn")));
    }
}
