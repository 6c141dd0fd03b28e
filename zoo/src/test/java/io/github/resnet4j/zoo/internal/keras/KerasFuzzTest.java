package io.github.resnet4j.zoo.internal.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.zoo.internal.keras.H5Writer.Message;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fuzzer;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KerasFuzzTest {
    private static final List<byte[]> SEEDS = Stream.of("seed_earliest.h5", "seed_latest.h5", "seed_chunks.h5")
            .map(KerasFileTest::golden)
            .toList();

    /** Numbers at which readers go wrong. */
    private static final long[] HOSTILE = {
        0,
        1,
        2,
        3,
        7,
        8,
        16,
        96,
        255,
        256,
        4096,
        65_535,
        65_536,
        1 << 20,
        Integer.MAX_VALUE,
        1L << 31,
        0xFFFF_FFFFL,
        1L << 32,
        1L << 40,
        1L << 61,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1,
        -2,
        -8
    };

    @Test
    @Tag("fuzz")
    void noFileDoesHarm() {
        Fuzzer.run(
                "keras-h5",
                20_000,
                1_000_000,
                random -> switch (random.nextInt(4)) {
                    case 0 -> Fuzzer.mutated(SEEDS.get(random.nextInt(SEEDS.size())), random);
                    case 1 -> Fuzzer.mutated(twisted(random, Integer.MAX_VALUE), random);
                    default -> twisted(random, 50 << random.nextInt(4));
                },
                KerasFuzzTest::readAll);
    }

    private static StateDict readAll(byte[] bytes) {
        StateDict found = KerasFileTest.open(bytes);
        for (Tensor tensor : found.tensors().values()) {
            assertThat(tensor.floats().length).isEqualTo((int) tensor.count());
        }
        return found;
    }

    /** Files of random parts, written by other code, give the numbers that were put into them. */
    @Test
    void readsAThousandRandomFilesAsTheyWereWritten() {
        for (int i = 0; i < 1000; i++) {
            SplittableRandom random = new SplittableRandom(i);
            List<String> written = new ArrayList<>();
            byte[] file = written(new H5Writer(random.nextBoolean()), random, written);
            List<String> read = new ArrayList<>();
            readAll(file).tensors().values().forEach(tensor -> read.add(hex(tensor)));
            assertThat(read).as("file %d", i).containsExactlyInAnyOrderElementsOf(written);
        }
    }

    private static String hex(Tensor tensor) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            tensor.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    /** Every flipped bit, and every length but the whole: refused, or the same names and shapes. */
    @ParameterizedTest
    @ValueSource(strings = {"seed_earliest.h5", "seed_latest.h5", "seed_chunks.h5"})
    void everyFlippedBitAndEveryLengthIsRefusedOrHarmless(String seed) {
        byte[] good = KerasFileTest.golden(seed);
        Map<String, List<Long>> expected = shapes(KerasFileTest.open(good));
        int refused = 0;
        for (int bit = 0; bit < 8 * good.length; bit++) {
            byte[] bytes = good.clone();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                assertThat(shapes(readAll(bytes))).as("bit %d", bit).isEqualTo(expected);
            } catch (BadWeightsException e) {
                refused++;
            }
        }
        assertThat(refused).as("most bits are padding, and not all").isGreaterThan(4000);
        for (int length = 1; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> readAll(cut)).isInstanceOf(BadWeightsException.class);
        }
    }

    private static Map<String, List<Long>> shapes(StateDict found) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        found.tensors().forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }

    /** A file of random parts, where one in about {@code each} numbers is replaced; checksums are right all the same. */
    private static byte[] twisted(SplittableRandom random, int each) {
        SplittableRandom twists = random.split();
        H5Writer writer = new H5Writer(random.nextBoolean(), value -> {
            if (twists.nextInt(each) > 0) {
                return value;
            }
            return twists.nextBoolean()
                    ? HOSTILE[twists.nextInt(HOSTILE.length)]
                    : value + twists.nextInt(-9, 10); // one off, and the like
        });
        return written(writer, random, new ArrayList<>());
    }

    /** Adds the numbers of all arrays to {@code values}, little-endian and in hexadecimal. */
    private static byte[] written(H5Writer writer, SplittableRandom random, List<String> values) {
        Map<String, Long> layers = new TreeMap<>();
        boolean numbered = random.nextInt(3) == 0;
        int layerCount = 1 + random.nextInt(3);
        for (int layer = 0; layer < layerCount; layer++) {
            Map<String, Long> weights = new TreeMap<>();
            int weightCount = 1 + random.nextInt(4);
            for (int weight = 0; weight < weightCount; weight++) {
                weights.put(numbered ? Integer.toString(weight) : "w" + weight + ":0", array(writer, random, values));
            }
            layers.put("c" + layer, numbered ? vars(writer, random, weights) : listed(writer, random, weights));
        }
        if (numbered) {
            return writer.file(writer.group(Map.of("layers", writer.group(layers))));
        }
        Message list = texts(writer, random, "layer_names", List.copyOf(layers.keySet()));
        long top = writer.group(layers, list);
        return writer.file(random.nextBoolean() ? top : writer.group(Map.of("model_weights", top)));
    }

    private static long vars(H5Writer writer, SplittableRandom random, Map<String, Long> weights) {
        long vars = random.nextBoolean()
                ? writer.group(weights, texts(writer, random, "name", List.of("n" + random.nextInt(10))))
                : writer.group(weights);
        return writer.group(Map.of("vars", vars));
    }

    private static long listed(H5Writer writer, SplittableRandom random, Map<String, Long> weights) {
        Message names = texts(writer, random, "weight_names", List.copyOf(weights.keySet()));
        if (random.nextBoolean()) {
            return writer.group(weights, names);
        }
        List<Message> messages = new ArrayList<>(List.of(writer.linkInfo()));
        weights.forEach((name, address) ->
                messages.add(writer.link(name, 0, writer.part().u64(address))));
        byte[] continued = writer.continued(List.of(names));
        messages.add(writer.continuation(writer.put(continued), continued.length));
        return writer.object(messages);
    }

    private static Message texts(H5Writer writer, SplittableRandom random, String name, List<String> texts) {
        return random.nextBoolean() ? writer.texts(name, texts) : writer.references(name, texts);
    }

    private static long array(H5Writer writer, SplittableRandom random, List<String> values) {
        int rows = 1 + random.nextInt(3);
        int columns = 1 + random.nextInt(4);
        int width = 1 << random.nextInt(4);
        boolean bigEndian = width > 1 && random.nextBoolean();
        Message type = bigEndian || width > 1 && random.nextBoolean()
                ? writer.floats(width, bigEndian)
                : writer.integers(width, true);
        byte[] numbers = new byte[rows * columns * width];
        random.nextBytes(numbers);
        byte[] little = numbers.clone();
        for (int i = 0; bigEndian && i < numbers.length; i++) {
            little[i] = numbers[i / width * width + width - 1 - i % width];
        }
        values.add(HexFormat.of().formatHex(little));
        Message shape = writer.shape(rows, columns);
        return switch (random.nextInt(3)) {
            case 0 -> writer.object(List.of(shape, type, writer.onePiece(numbers)));
            case 1 -> writer.object(List.of(shape, type, writer.inHeader(numbers)));
            default -> {
                List<Message> messages = new ArrayList<>(List.of(shape, type));
                messages.addAll(chunks(writer, random, numbers, columns, width));
                yield writer.object(messages);
            }
        };
    }

    /** Chunks of 1 x 2 or, in an array of one column, 1 x 1, each with or without every one of the filters. */
    private static List<Message> chunks(
            H5Writer writer, SplittableRandom random, byte[] numbers, int columns, int width) {
        int box = Math.min(2, columns);
        List<byte[]> entries = new ArrayList<>();
        for (int row = 0; row < numbers.length / width / columns; row++) {
            for (int column = 0; column < columns; column += box) {
                int leftOut = random.nextInt(8);
                int from = (row * columns + column) * width;
                byte[] chunk = Arrays.copyOf(
                        Arrays.copyOfRange(numbers, from, from + Math.min(box, columns - column) * width), box * width);
                byte[] shuffled = (leftOut & 1) == 0 ? H5Writer.shuffled(chunk, width) : chunk;
                byte[] packed = (leftOut & 2) == 0 ? H5Writer.deflated(shuffled) : shuffled;
                byte[] stored = (leftOut & 4) == 0 ? H5Writer.summed(packed) : packed;
                entries.add(writer.chunk(stored.length, leftOut, writer.put(stored), row, column));
            }
        }
        long tree = writer.chunkTree(entries, numbers.length / width / columns, 0);
        return List.of(writer.filters(2, width, 1, 6, 3, 0), writer.chunks(tree, 1, box, width));
    }
}
