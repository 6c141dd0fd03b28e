package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Slot;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** The gradients of one step, by PyTorch's names, beside a reference. */
final class Gradients {
    /** Rounding of a sum that cancels, in parts of the gradient of the same layer's kernel. */
    private static final double ROUNDING = 1e-5;

    private Gradients() {}

    /** Fails where {@code engine} finds other mean gradients in {@code graph} than PyTorch, see {@link #areNear}. */
    static void areAsIn(ParityCase parity, ComputationGraph graph, Engine engine, double bound) {
        Golden golden = Golden.read(parity.name());
        Sgd bare = new Sgd(0, false, 0, Sgd.DecayOn.ALL, OptionalDouble.empty());
        Map<String, float[]> gradients = new TreeMap<>();
        Map<String, float[]> reference = new TreeMap<>();
        golden.names("grad:").forEach(name -> reference.put(name, golden.values("grad:" + name)));
        try (TrainingStep step = TrainingStep.of(graph, parity.image(), bare, engine)) {
            step.step(parity.images(), parity.labels(), 0);
            for (ParameterLayout.Segment segment : step.layout().segments()) {
                if (segment.kind().trained() && !segment.frozen()) {
                    float[] gradient = new float[segment.length()];
                    step.state().get("velocity").get(segment.offset(), gradient);
                    String name = Seeded.torchName(segment);
                    gradients.put(name, golden.choose("grad:" + name, gradient));
                }
            }
        }
        areNear(parity.network(), gradients, reference, bound);
    }

    /**
     * Fails where a gradient is further from the reference than {@code bound} times its norm. Biases in front of BN have
     * none, as BN takes their effect away: what either side has is rounding, and must be small. BN's own shifts have next
     * to none where a max pooling and convolutions of 1×1 are between them and the next BN.
     */
    static void areNear(Network network, Map<String, float[]> actual, Map<String, float[]> reference, double bound) {
        assertThat(actual.keySet()).isEqualTo(reference.keySet());
        Set<String> cancelled = biasesBeforeNorms(network);
        actual.forEach((name, gradient) -> {
            double rounding = ROUNDING * Golden.norm(reference.get(name.replace(".bias", ".weight")));
            double allowed =
                    cancelled.contains(name) ? rounding : Math.max(rounding, bound * Golden.norm(reference.get(name)));
            assertThat(Golden.distance(gradient, reference.get(name)))
                    .as("gradient of %s", name)
                    .isLessThanOrEqualTo(allowed);
        });
    }

    /** PyTorch's names of the biases whose convolution is followed by BN. */
    static Set<String> biasesBeforeNorms(Network network) {
        Set<String> normed = network.nodes().stream()
                .filter(node -> node.op() instanceof Op.BatchNorm)
                .map(node -> node.inputs().get(0))
                .collect(Collectors.toSet());
        return network.slots().stream()
                .filter(slot -> slot.role() == Slot.Role.BIAS
                        && normed.contains(slot.node().name()))
                .map(Slot::name)
                .collect(Collectors.toSet());
    }
}
