package io.github.resnet4j.zoo.weights.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Archives of earlier formats are read as ever. {@code format1.zip} was written by the last version that wrote format 1
 * (commit 77b9957): a resnet8-mlperf with other options, whose parameter number i is (i mod 15 − 7) / 64, and whose value
 * number i of a BN's scale or variance is (i mod 15 + 1) / 16; the probabilities are what that version computed.
 */
class OldArchiveTest {
    private static final Path FORMAT_1 = Path.of("src/test/resources/archive/format1.zip");
    private static final double[] PROBABILITIES = {0.3713352382183075, 0.42800217866897583, 0.20066256821155548};

    private static INDArray images() {
        return Nd4j.linspace(-1, 1, 3 * 16 * 16, DataType.FLOAT).reshape(1, 3, 16, 16);
    }

    @Test
    void readsTheCardOfFormat1() {
        ModelCard card = ModelArchive.readCard(FORMAT_1);

        assertThat(card)
                .isEqualTo(new ModelCard(
                        "resnet8-mlperf",
                        Map.of("shortcut", "b", "stride-on", "first-1x1", "zero-init-residual", "true"),
                        Shape.square(3, 16),
                        List.of("disc", "ring", "square"),
                        new Preprocessing(
                                OptionalInt.of(18),
                                OptionalInt.of(16),
                                "bicubic",
                                List.of(0.5, 0.25, 0.125),
                                List.of(0.25, 0.5, 1.0)),
                        Map.of("run", "format 1")));
    }

    @Test
    void computesWhatItDidAndIsWrittenInTodaysFormat(@TempDir Path folder) throws Exception {
        ModelArchive.Loaded old = ModelArchive.read(FORMAT_1, NetworkGraph.Options.seeded(1));

        assertThat(old.graph().outputSingle(images()).toDoubleVector()).containsExactly(PROBABILITIES, within(1e-6));

        Path file = folder.resolve("model.zip");
        ModelArchive.write(file, old.card(), old.graph());
        assertThat(ModelArchive.readCard(file)).isEqualTo(old.card());
        assertThat(new String(CardJson.write(old.card()), StandardCharsets.UTF_8))
                .contains("\"format\" : 3", "\"options\" : {", "\"stride-on\" : \"first-1x1\"")
                .doesNotContain("strideOn");
    }
}
