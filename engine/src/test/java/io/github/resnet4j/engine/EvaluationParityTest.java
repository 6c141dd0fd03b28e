package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.network.Network;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Maps and logits in evaluation mode against PyTorch's. */
class EvaluationParityTest {
    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    static Stream<ParityCase> cases() {
        return Stream.concat(
                ParityCase.reduced().stream(),
                Stream.of(
                        ParityCase.full("resnet18", 2, 64),
                        ParityCase.full("resnet50", 1, 64),
                        ParityCase.full("resnet50-keras", 1, 64),
                        ParityCase.full("resnet20-cifar", 4, 32),
                        ParityCase.full("resnet8-mlperf", 4, 32)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void putsOutPyTorchsMapsAndLogits(ParityCase parity) {
        Golden golden = Golden.read(parity.name());
        ComputationGraph graph = parity.graph();
        Map<String, INDArray> maps = graph.feedForward(parity.pictures(), false);

        Set<String> expected = new TreeSet<>(parity.network().stages());
        expected.remove(Network.HEAD);
        expected.add("logits");
        assertThat(golden.names("eval:")).isEqualTo(expected);
        for (String part : expected) {
            String node = part.equals("logits")
                    ? parity.logits()
                    : parity.network().lastOf(part).name();
            String tensor = "eval:" + part;
            float[] reference = golden.values(tensor);
            float[] actual =
                    golden.choose(tensor, maps.get(node).dup('c').data().asFloat());
            for (int i = 0; i < reference.length; i++) {
                assertThat((double) Math.abs(actual[i] - reference[i]))
                        .as("%s[%d]: %s instead of %s", part, i, actual[i], reference[i])
                        .isLessThanOrEqualTo(1e-4 + 1e-3 * Math.abs(reference[i]));
            }
        }
    }
}
