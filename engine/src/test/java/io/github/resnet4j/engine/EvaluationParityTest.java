package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.network.Network;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Maps and logits in evaluation mode against PyTorch's. */
@Tag("threads")
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
                        ParityCase.full("wide-resnet50-2", 1, 64),
                        ParityCase.full("resnext50-32x4d", 1, 64),
                        ParityCase.full("resnet50-keras", 1, 64),
                        ParityCase.full("resnet20-cifar", 4, 32),
                        ParityCase.full("resnet8-mlperf", 4, 32),
                        ParityCase.dilated("resnet50", 8),
                        ParityCase.dilated("resnext50-32x4d", 16)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void graphsPutOutPyTorchsMapsAndLogits(ParityCase parity) {
        areAsInPyTorch(parity, parity.graph().feedForward(parity.images(), false));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void plansPutOutPyTorchsMapsAndLogits(ParityCase parity) {
        List<String> nodes =
                parts(parity).stream().map(part -> node(parity, part)).toList();
        try (InferencePlan plan = InferencePlan.compile(parity.graph(), parity.image(), parity.batch())) {
            areAsInPyTorch(parity, plan.featureMaps(parity.images(), nodes));
        }
    }

    private static Set<String> parts(ParityCase parity) {
        Set<String> parts = new TreeSet<>(parity.network().stages());
        parts.remove(Network.HEAD);
        parts.add("logits");
        return parts;
    }

    private static String node(ParityCase parity, String part) {
        return part.equals("logits")
                ? parity.logits()
                : parity.network().lastOf(part).name();
    }

    private static void areAsInPyTorch(ParityCase parity, Map<String, INDArray> maps) {
        Golden golden = Golden.read(parity.name());
        assertThat(golden.names("eval:")).isEqualTo(parts(parity));
        for (String part : parts(parity)) {
            String tensor = "eval:" + part;
            float[] reference = golden.values(tensor);
            INDArray map = maps.get(node(parity, part));
            float[] actual = golden.choose(tensor, map.dup('c').data().asFloat());
            assertThat(Golden.distance(actual, reference)).as(tensor).isLessThan(1e-5 * Golden.norm(reference));
            for (int i = 0; i < reference.length; i++) {
                assertThat((double) Math.abs(actual[i] - reference[i]))
                        .as("%s[%d]: %s instead of %s", part, i, actual[i], reference[i])
                        .isLessThanOrEqualTo(1e-4 + 1e-3 * Math.abs(reference[i]));
            }
        }
    }
}
