package io.github.resnet4j.zoo.weights.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.internal.zip.ZipParts;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Fuzzer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ArchiveFuzzTest {
    private static final Path FILE = Path.of("model.zip");
    private static final ModelCard CARD = CardJsonTest.card("resnet8-mlperf", List.of("cat", "dog", "frog"));
    private static final byte[] GOOD = ArchiveParts.archive(CARD);
    private static final ArchiveParts PARTS = ArchiveParts.of(GOOD);
    private static final byte[] CONFIGURATION = PARTS.get("configuration.json");

    private static final List<String> KEYS = List.of(
            "vertices",
            "vertexInputs",
            "networkInputs",
            "networkOutputs",
            "topologicalOrder",
            "topologicalOrderStr",
            "conv1",
            "softmax",
            "@class",
            "type",
            "nin",
            "kernelSize",
            "padding",
            "layerName",
            "variables",
            "x");

    private static final List<String> SCALARS = List.of(
            "null",
            "true",
            "0",
            "-1",
            "3",
            "1e999",
            "NaN",
            "9223372036854775808",
            "\"\"",
            "\"input\"",
            "\"conv1\"",
            "\"org.deeplearning4j.nn.conf.graph.LayerVertex\"",
            "\"java.lang.Runtime\"",
            "\"conv1_W\"",
            "\"\\u0040class\"",
            "\"",
            "01");

    @Test
    @Tag("fuzz")
    void survivesAnything() {
        Fuzzer.run("model.zip", 20_000, 1_000_000, ArchiveFuzzTest::input, ArchiveFuzzTest::values);
    }

    /** Everything in an archive, short of a graph. */
    private static float[] values(byte[] bytes) {
        ArchiveFile archive = new ArchiveFile(FileBytes.of(FILE, bytes));
        FloatBuffer values = FloatBuffer.allocate(archive.values());
        archive.read(values);
        return values.array();
    }

    private static byte[] input(SplittableRandom random) {
        if (random.nextInt(50) == 0) {
            return Fuzzer.mutated(GOOD, random);
        }
        ArchiveParts parts = PARTS;
        if (random.nextInt(10) > 0) { // Mostly without the values, which take the time.
            byte[] start = Arrays.copyOf(PARTS.get("coefficients.bin"), random.nextInt(200));
            parts = parts.with("coefficients.bin", start.length == 0 ? start : Fuzzer.mutated(start, random));
        }
        parts = switch (random.nextInt(16)) {
            case 0 -> parts.with("configuration.json", Fuzzer.mutated(CONFIGURATION, random));
            case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 -> parts.with("configuration.json", json(random));
            default -> parts;
        };
        parts = switch (random.nextInt(6)) {
            case 0 -> parts.with("model.json", Fuzzer.mutated(PARTS.get("model.json"), random));
            case 1 -> parts.with("model.json", json(random));
            default -> parts;
        };
        parts = switch (random.nextInt(30)) {
            case 0 -> parts.with("preprocessor.bin", new byte[3]);
            case 1 -> parts.with("updaterState.bin", new byte[3]);
            case 2 -> parts.without("model.json");
            case 3 -> parts.without("configuration.json");
            case 4 -> parts.without("coefficients.bin");
            default -> parts;
        };
        ZipParts zip = parts.zip();
        if (random.nextInt(10) == 0) {
            ZipParts.Part part = zip.parts.get(random.nextInt(zip.parts.size()));
            part.data = part.data.length == 0 ? part.data : Fuzzer.mutated(part.data, random);
        }
        return zip.bytes();
    }

    /** The good configuration or card with a piece put in, or pieces alone. */
    private static byte[] json(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        value(text, random, random.nextInt(6));
        byte[] piece = text.toString().getBytes(StandardCharsets.UTF_8);
        if (random.nextInt(4) > 0) {
            return piece;
        }
        int at = random.nextInt(CONFIGURATION.length);
        while (at < CONFIGURATION.length - 1 && CONFIGURATION[at] != ':') {
            at++;
        }
        return Fuzzer.spliced(CONFIGURATION, at, 1, (":" + text + ", \"y\" :").getBytes(StandardCharsets.UTF_8));
    }

    private static void value(StringBuilder text, SplittableRandom random, int depth) {
        int kind = depth == 0 ? 0 : random.nextInt(10);
        if (kind < 4) {
            text.append(SCALARS.get(random.nextInt(SCALARS.size())));
        } else if (kind == 9 && random.nextInt(50) == 0) {
            text.append("[".repeat(1000));
        } else {
            boolean list = kind < 6;
            text.append(list ? '[' : '{');
            for (int i = random.nextInt(4); i >= 0; i--) {
                if (!list) {
                    text.append('"')
                            .append(KEYS.get(random.nextInt(KEYS.size())))
                            .append("\" : ");
                }
                value(text, random, depth - 1);
                text.append(i == 0 ? "" : ", ");
            }
            text.append(list ? ']' : '}');
        }
    }

    private static boolean refused(byte[] bytes, float[] expected, String what) {
        try {
            float[] values = values(bytes);
            assertThat(Arrays.equals(values, expected)).as(what).isTrue();
            return false;
        } catch (BadWeightsException e) {
            return true;
        }
    }

    @Test
    void everyFlippedBitOfTheStructureIsRefusedOrDoesNothing() {
        float[] expected = values(GOOD);
        int values = 4 * expected.length;
        int from = new String(GOOD, StandardCharsets.ISO_8859_1).indexOf("coefficients.bin") + 16 + 113;
        byte[] archive = GOOD.clone();
        for (int place = 0; place < archive.length - values; place++) {
            int at = place < from ? place : place + values;
            for (int bit = 0; bit < 8; bit++) {
                archive[at] ^= (byte) (1 << bit);
                refused(archive, expected, "byte " + at + ", bit " + bit);
                archive[at] = GOOD[at];
            }
        }
        for (int at = from; at < from + values; at += 1009) {
            archive[at] ^= 1;
            assertThat(refused(archive, expected, "byte " + at)).isTrue();
            archive[at] = GOOD[at];
        }
    }

    @Test
    void everyTruncationIsRefused() {
        for (int length = 1; length < GOOD.length; length += length < 4000 || length > GOOD.length - 1000 ? 1 : 101) {
            assertThat(refused(Arrays.copyOf(GOOD, length), new float[0], ""))
                    .as("cut at %d", length)
                    .isTrue();
        }
    }

    /** Behind checksums that are right. */
    @Test
    void everyFlippedByteOfTheJsonIsRefusedOrReadAsJson() {
        SplittableRandom random = new SplittableRandom(11);
        Network network = CARD.network();
        int refused = 0;
        for (int at = 0; at < CONFIGURATION.length; at += 1 + random.nextInt(20)) {
            byte[] flipped = CONFIGURATION.clone();
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            try {
                Configuration.require(FILE, flipped, network);
            } catch (BadWeightsException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(500);
        byte[] card = PARTS.get("model.json");
        for (int bit = 0; bit < 8 * card.length; bit++) {
            byte[] flipped = card.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                assertThat(CardJson.read(flipped)).isNotNull();
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageNotContaining("\u001b");
            }
        }
    }

    @Test
    void keepsEveryBitOfRandomValues() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 1000; i++) {
            float[] values = new float[random.nextInt(random.nextInt(40_000) + 1)];
            for (int v = 0; v < values.length; v++) {
                values[v] = Float.intBitsToFloat(random.nextInt());
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            Coefficients.write(FloatBuffer.wrap(values), out);
            byte[] bytes = out.toByteArray();
            FloatBuffer read = FloatBuffer.allocate(values.length);

            assertThat(Coefficients.misfit(Arrays.copyOf(bytes, Coefficients.HEADER), bytes.length, values.length))
                    .isEmpty();
            Coefficients.read(FileBytes.of(FILE, bytes), 0, read);
            for (int v = 0; v < values.length; v++) {
                if (Float.floatToRawIntBits(values[v]) != Float.floatToRawIntBits(read.get(v))) {
                    throw new AssertionError("array " + i + ", value " + v);
                }
            }
        }
    }
}
