package io.github.resnet4j.zoo.internal.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Python;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Compares with what the format's reference implementation says of 10,000 generated files. Its verdicts are committed;
 * where the generator changes, {@code -Dsafetensors.inputs=FILE} writes the files for {@code
 * make_safetensors_verdicts.py}.
 */
class SafetensorsReferenceTest {
    private static final int COUNT = 10_000;

    /** The faults of what is refused on purpose; see the package's documentation. */
    private static final Set<Fault> STRICTER = EnumSet.of(
            Fault.DUP_KEY,
            Fault.LIMIT_TENSORS,
            Fault.NAME,
            Fault.METADATA,
            Fault.JSON_LIMIT,
            Fault.JSON_DEPTH,
            Fault.OFFSETS,
            Fault.OVERFLOW,
            Fault.FIELD,
            Fault.RANK,
            Fault.DTYPE);

    @Test
    void readsNothingThatTheReferenceRefuses() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(all);
        for (int i = 0; i < COUNT; i++) {
            byte[] input = input(i);
            out.writeInt(input.length);
            out.write(input);
        }
        String wanted = System.getProperty("safetensors.inputs");
        if (wanted != null) {
            Files.write(Path.of(wanted), all.toByteArray());
            fail("written; now run make_safetensors_verdicts.py");
        }
        List<String> verdicts = verdicts();
        assertThat(verdicts.get(0)).as("the files of these verdicts").isEqualTo(Python.sha256(all.toByteArray()));
        BigInteger accepted = new BigInteger(verdicts.get(1), 16);

        int both = 0;
        for (int i = 0; i < COUNT; i++) {
            byte[] input = input(i);
            try {
                Bytes.read(input);
                assertThat(accepted.testBit(i)).as("input %d is read", i).isTrue();
                both++;
            } catch (BadWeightsException e) {
                if (accepted.testBit(i)) {
                    assertThat(e.fault()).as("input %d: %s", i, e.getMessage()).isIn(STRICTER);
                }
            }
        }
        assertThat(both).isGreaterThan(COUNT / 4);
        assertThat(accepted.bitCount()).isBetween(both, COUNT / 2);
    }

    private static byte[] input(int index) {
        return FuzzedFiles.next(new SplittableRandom(index));
    }

    private static List<String> verdicts() throws IOException {
        try (var in = SafetensorsReferenceTest.class.getResourceAsStream("reference-0.8.0.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
        }
    }
}
