package io.github.resnet4j.zoo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.weights.Preprocessing;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Torchvision's rows against torchvision itself, where there is one. */
class TorchvisionTableTest {
    private static final int CLASSES = 1000;

    @Test
    void equalsWhatTorchvisionSays() throws Exception {
        List<String> lines = torchvision();
        List<String> weights = lines.subList(0, lines.size() - CLASSES);

        assertThat(weights).hasSize(31);
        for (String line : weights) {
            String[] column = line.split("\t");
            String tag = column[1].equals("IMAGENET1K_V1") ? ".tv_in1k" : ".tv2_in1k";
            PretrainedWeights row = Pretrained.find(column[0] + tag);
            assertThat(row.url()).isEqualTo(URI.create(column[2]));
            assertThat(row.accuracy())
                    .contains(new Accuracy(
                            Double.parseDouble(column[3]), OptionalDouble.of(Double.parseDouble(column[4]))));
            assertThat(row.preprocessing())
                    .isEqualTo(new Preprocessing(
                            OptionalInt.of(Integer.parseInt(column[5])),
                            OptionalInt.of(Integer.parseInt(column[6])),
                            column[7],
                            numbers(column, 8),
                            numbers(column, 11)));
            assertThat(row.page()).isEqualTo(URI.create(column[14]));
            assertThat(row.source()).endsWith(column[1]);
        }
        assertThat(Pretrained.list("*.tv*")).hasSize(weights.size());
        assertThat(ClassNames.IMAGENET.names()).isEqualTo(lines.subList(weights.size(), lines.size()));
    }

    private static List<Double> numbers(String[] columns, int from) {
        return Arrays.stream(columns, from, from + 3).map(Double::valueOf).toList();
    }

    /** Debian's python3-torchvision belongs to the system's Python, which another may hide. */
    private static List<String> torchvision() throws InterruptedException {
        for (String python : List.of("python3", "/usr/bin/python3")) {
            try {
                Process process = new ProcessBuilder(python, "src/test/fixtures/torchvision_weights.py")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (process.waitFor() == 0) {
                    return text.lines().toList();
                }
            } catch (IOException e) {
                // Not this one.
            }
        }
        return Assumptions.abort("no Python with torchvision");
    }
}
