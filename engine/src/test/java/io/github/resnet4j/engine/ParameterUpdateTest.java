package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Against the same written down value by value; its first matrix is longer than two pieces of the flat array. */
class ParameterUpdateTest {
    private static final long BATCH = 4;
    private static final double LR = 0.1;
    private static final ParameterUpdate.Norm NORM = new ParameterUpdate.Norm(6, 0.9);

    static Stream<Arguments> cases() {
        List<Sgd> rules = List.of(
                Sgd.paper(),
                new Sgd(0.9, true, 1e-2, Sgd.DecayOn.NO_NORM_BIAS, OptionalDouble.empty()),
                new Sgd(0, false, 0.1, Sgd.DecayOn.ALL, OptionalDouble.of(0.5)),
                new Sgd(0.9, false, 0, Sgd.DecayOn.ALL, OptionalDouble.of(1e6)));
        return rules.stream().flatMap(sgd -> Stream.of(Optional.<String>empty(), Optional.of("bn1"))
                .map(frozen -> Arguments.of(sgd, frozen)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isTheRuleValueByValue(Sgd sgd, Optional<String> frozen) {
        ParameterLayout layout = layout(frozen);
        ParameterLayout.Segment last = layout.segments().get(layout.segments().size() - 1);
        int size = last.offset() + last.length();
        float[] before = Seeded.uniform("parameters", size, 0.5, 1.5);
        float[] gradient = Seeded.uniform("gradient", size, -0.1, 0.1);
        float[] moving = Seeded.uniform("velocity", size, -0.1, 0.1);
        FloatBuffer parameters = direct(before);
        FloatBuffer velocity = FloatBuffer.wrap(moving.clone());
        ParameterUpdate update = new ParameterUpdate(UpdateRule.of(sgd), layout);
        update.average(parameters, direct(gradient), BATCH, Map.of("bn1", NORM));
        update.apply(parameters, direct(gradient), Map.of("velocity", velocity), BATCH, LR, 0);

        double squares = 0;
        for (ParameterLayout.Segment segment : layout.segments()) {
            for (int i = segment.offset(); i < segment.offset() + segment.length(); i++) {
                boolean counts = segment.kind().trained() && !segment.frozen();
                squares += counts ? Math.pow(gradient[i] / (double) BATCH, 2) : 0;
            }
        }
        double clip =
                sgd.clipNorm().isEmpty() ? 1 : Math.min(1, sgd.clipNorm().getAsDouble() / (Math.sqrt(squares) + 1e-6));
        for (ParameterLayout.Segment segment : layout.segments()) {
            for (int i = segment.offset(); i < segment.offset() + segment.length(); i++) {
                double p = before[i];
                double v = moving[i];
                double wanted = p;
                if (segment.frozen()) {
                    assertThat(parameters.get(i)).isEqualTo(before[i]);
                } else if (segment.kind() == ParameterLayout.Kind.RUNNING_MEAN) {
                    wanted = p - gradient[i];
                } else if (segment.kind() == ParameterLayout.Kind.RUNNING_VAR) {
                    double biased = p - gradient[i] / 0.1;
                    wanted = 0.9 * p + 0.1 * biased * 24 / 23;
                } else {
                    double g = clip * gradient[i] / BATCH + (decays(sgd, segment) ? sgd.weightDecay() * p : 0);
                    v = sgd.momentum() * v + g;
                    wanted = p - LR * (sgd.nesterov() ? g + sgd.momentum() * v : v);
                }
                if (Math.abs(parameters.get(i) - wanted) > 1e-6 || Math.abs(velocity.get(i) - v) > 1e-6) {
                    assertThat((double) parameters.get(i))
                            .as("%s at %d", segment, i)
                            .isCloseTo(wanted, within(1e-6));
                    assertThat((double) velocity.get(i))
                            .as("%s at %d", segment, i)
                            .isCloseTo(v, within(1e-6));
                }
            }
        }
    }

    private static boolean decays(Sgd sgd, ParameterLayout.Segment segment) {
        return sgd.decayOn() == Sgd.DecayOn.ALL || segment.kind() == ParameterLayout.Kind.WEIGHT;
    }

    /** One vertex at a tenth of the rate and without decay, and nothing else changes. */
    @Test
    void groupsHaveTheirOwnRateAndDecay() {
        ParameterLayout layout = layout(Optional.empty());
        ParameterGroup slow = new ParameterGroup(Set.of("bn1"), 0.1, OptionalDouble.of(0), 0);
        Sgd sgd = new Sgd(0, false, 0.5, Sgd.DecayOn.ALL, OptionalDouble.empty());

        FloatBuffer moved = ones(layout);
        FloatBuffer zeros = direct(new float[moved.capacity()]);
        ParameterUpdate update = new ParameterUpdate(new UpdateRule(sgd, List.of(slow)), layout);
        update.apply(moved, ones(layout), Map.of("velocity", zeros), 1, LR, 0);

        for (ParameterLayout.Segment segment : layout.segments()) {
            float wanted = !segment.kind().trained() ? 1 : segment.vertex().equals("bn1") ? 0.99f : 0.85f;
            assertThat(moved.get(segment.offset())).as(segment.toString()).isCloseTo(wanted, within(1e-6f));
        }
    }

    /** AdamW's first step is the rate itself, whenever it is. */
    @Test
    void aGroupCountsItsStepsFromItsBeginning() {
        ParameterLayout layout = layout(Optional.empty());
        AdamW adam = new AdamW(0.9, 0.999, 1e-8, 0, AdamW.DecayOn.ALL, OptionalDouble.empty());
        ParameterGroup late = new ParameterGroup(Set.of("fc"), 1, OptionalDouble.empty(), 1000);

        FloatBuffer moved = ones(layout);
        ParameterUpdate update = new ParameterUpdate(new UpdateRule(adam, List.of(late)), layout);
        update.apply(moved, ones(layout), ParameterUpdate.begin(adam, moved.capacity()), 1, LR, 1000);

        for (ParameterLayout.Segment segment : layout.segments()) {
            if (segment.vertex().equals("fc")) {
                assertThat(moved.get(segment.offset())).isCloseTo(1 - (float) LR, within(1e-5f));
            } else if (segment.kind().trained()) {
                assertThat(moved.get(segment.offset())).isLessThan(1 - (float) LR);
            }
        }
    }

    @Test
    void refusesGroupsOfWhatTheGraphDoesNotHave() {
        ParameterGroup unknown = new ParameterGroup(Set.of("fc", "fc2", "avgpool"), 1, OptionalDouble.empty(), 0);
        ParameterGroup again = new ParameterGroup(Set.of("fc"), 2, OptionalDouble.empty(), 0);
        Sgd sgd = Sgd.paper();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ParameterUpdate(new UpdateRule(sgd, List.of(unknown)), layout(Optional.empty())))
                .withMessage("no parameters of these vertices of a group: avgpool, fc2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UpdateRule(sgd, List.of(unknown, again)))
                .withMessage("fc is in two groups of parameters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ParameterGroup(Set.of(), 1, OptionalDouble.empty(), 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ParameterGroup(Set.of("fc"), -1, OptionalDouble.empty(), 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ParameterGroup(Set.of("fc"), 1, OptionalDouble.of(Double.NaN), 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ParameterGroup(Set.of("fc"), 1, OptionalDouble.empty(), -1));
    }

    private static FloatBuffer ones(ParameterLayout layout) {
        ParameterLayout.Segment last = layout.segments().get(layout.segments().size() - 1);
        float[] ones = new float[last.offset() + last.length()];
        Arrays.fill(ones, 1);
        return direct(ones);
    }

    private static ParameterLayout layout(Optional<String> frozen) {
        NetworkWriter net = new NetworkWriter("wide", new Shape(400, 2, 3), Conventions.TORCHVISION);
        net.dense("fc", net.globalAvgPool("avgpool", net.bn("bn1", Network.INPUT)), 400);
        return ParameterLayout.of(
                NetworkGraph.create(net.finish(), NetworkGraph.Options.seeded(1).frozenUpTo(frozen)));
    }

    private static FloatBuffer direct(float[] values) {
        FloatBuffer buffer = ByteBuffer.allocateDirect(4 * values.length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        return buffer.put(values).flip();
    }
}
