package io.github.resnet4j.zoo.internal.torch;

import static io.github.resnet4j.zoo.internal.torch.Pickle.ordered;
import static io.github.resnet4j.zoo.internal.torch.Pickle.tuple;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.internal.torch.Pickle.None;
import io.github.resnet4j.zoo.internal.torch.Pickle.Pairs;
import io.github.resnet4j.zoo.internal.torch.Saved.Legacy;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random arrangements of elements, and every small damage to a file. */
class TorchRandomTest {
    private static final List<Global> STORAGES = Arrays.stream(Global.values())
            .filter(global -> global.is(Global.Kind.STORAGE) && global != Global.UNTYPED_STORAGE)
            .toList();

    /** A tensor of a storage, and its elements gathered one by one. */
    private record Case(int storage, long offset, long[] sizes, long[] strides, byte[] elements) {
        private static Case random(int storage, byte[] bytes, DType type, SplittableRandom random) {
            long available = bytes.length / type.bytes();
            int rank = random.nextInt(5);
            long[] sizes = new long[rank];
            long[] strides = new long[rank];
            long offset = random.nextLong(available);
            long left = available - offset - 1;
            // Dimensions in any order, from the innermost to the outermost, sometimes with gaps, or overlapping.
            List<Integer> order = new ArrayList<>(
                    LongStream.range(0, rank).boxed().map(Long::intValue).toList());
            java.util.Collections.shuffle(order, new java.util.Random(random.nextLong()));
            long stride = 1 + random.nextInt(2);
            for (int dimension : order) {
                long steps = stride == 0 || left < stride ? 0 : random.nextLong(Math.min(left / stride, 6) + 1);
                sizes[dimension] = random.nextInt(20) == 0 ? 0 : steps + 1;
                strides[dimension] = stride;
                left -= steps * stride;
                stride = switch (random.nextInt(6)) {
                    case 0 -> 0;
                    case 1 -> stride + 1;
                    default -> Math.max(1, stride * (steps + 1));
                };
            }
            ByteArrayOutputStream elements = new ByteArrayOutputStream();
            long count = Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
            for (long i = 0; i < count; i++) {
                long rest = i;
                long element = offset;
                for (int d = rank - 1; d >= 0; d--) {
                    element += rest % sizes[d] * strides[d];
                    rest /= sizes[d];
                }
                elements.write(bytes, (int) element * type.bytes(), type.bytes());
            }
            return new Case(storage, offset, sizes, strides, elements.toByteArray());
        }

        private static Pickle.Tuple boxed(long[] values) {
            return new Pickle.Tuple(
                    new ArrayList<>(Arrays.stream(values).boxed().toList()));
        }

        private Object rebuilt(Object storageOfIt) {
            return Saved.tensor(storageOfIt, offset, boxed(sizes), boxed(strides));
        }
    }

    @Test
    void readsAThousandRandomMapsInBothFormats() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 1000; i++) {
            // Tensors of 2^16 bytes and more are read in pieces.
            byte[][] storages = new byte[1 + random.nextInt(3)][];
            List<Global> types = new ArrayList<>();
            for (int s = 0; s < storages.length; s++) {
                storages[s] = new byte[8 * (1 + random.nextInt(i % 100 == 0 ? 1 << 14 : 200))];
                random.nextBytes(storages[s]);
                types.add(STORAGES.get(random.nextInt(STORAGES.size())));
            }
            Map<String, Case> cases = new LinkedHashMap<>();
            for (int t = 0, tensors = 1 + random.nextInt(5); t < tensors; t++) {
                int s = random.nextInt(storages.length);
                cases.put("t" + t, Case.random(s, storages[s], types.get(s).type(), random));
            }
            assertReads(cases, types, Saved.read(zip(cases, types, storages)));
            assertReads(cases, types, Saved.read(legacy(cases, types, storages)));
        }
    }

    private static Object name(Global type) {
        return new Pickle.Name("torch", type.what().substring("torch.".length()));
    }

    private static byte[] zip(Map<String, Case> cases, List<Global> types, byte[][] storages) {
        Pairs dict = ordered();
        cases.forEach((name, test) -> {
            Global type = types.get(test.storage());
            long count = storages[test.storage()].length / type.type().bytes();
            Object storage =
                    new Pickle.Persistent(tuple("storage", name(type), Integer.toString(test.storage()), "cpu", count));
            dict.pairs().add(Map.entry(name, test.rebuilt(storage)));
        });
        return Saved.zip(Pickle.of(dict), storages).bytes();
    }

    private static byte[] legacy(Map<String, Case> cases, List<Global> types, byte[][] storages) {
        Legacy legacy = new Legacy();
        Pairs dict = ordered();
        cases.forEach((name, test) -> {
            Global type = types.get(test.storage());
            long count = storages[test.storage()].length / type.type().bytes();
            Object storage = new Pickle.Persistent(
                    tuple("storage", name(type), Integer.toString(test.storage()), "cpu", count, None.NONE));
            dict.pairs().add(Map.entry(name, test.rebuilt(storage)));
        });
        List<Integer> used =
                cases.values().stream().map(Case::storage).distinct().sorted().toList();
        legacy.object = Pickle.of(dict);
        legacy.keys = Pickle.of(used.stream().map(String::valueOf).toList());
        for (int s : used) {
            legacy.storage(storages[s].length / types.get(s).type().bytes(), storages[s]);
        }
        return legacy.bytes();
    }

    private static void assertReads(Map<String, Case> cases, List<Global> types, StateDict read) throws IOException {
        assertThat(read.tensors().keySet()).isEqualTo(cases.keySet());
        for (Map.Entry<String, Case> entry : cases.entrySet()) {
            Case test = entry.getValue();
            Tensor tensor = read.tensors().get(entry.getKey());
            assertThat(tensor.type()).isEqualTo(types.get(test.storage()).type());
            assertThat(tensor.shape())
                    .isEqualTo(Arrays.stream(test.sizes()).boxed().toList());
            ByteArrayOutputStream raw = new ByteArrayOutputStream();
            tensor.write(raw);
            assertThat(raw.toByteArray()).as("%s %s", tensor, test).isEqualTo(test.elements());
        }
    }

    private static Map<String, List<Long>> shapes(byte[] file) {
        return Saved.read(file).tensors().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().shape()));
    }

    /** What is in a zip archive is under a checksum, or there twice. */
    @Test
    void everyFlippedBitOfAZipIsFoundOrHarmless() throws IOException {
        byte[] good = Files.readAllBytes(Path.of("src/test/resources/golden/torch/types.pth"));
        Map<String, List<Long>> shapes = shapes(good);
        for (int at = 0; at < good.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] bytes = good.clone();
                bytes[at] ^= (byte) (1 << bit);
                try {
                    assertThat(shapes(bytes)).as("bit %d of byte %d", bit, at).isEqualTo(shapes);
                } catch (BadWeightsException e) {
                    assertThat(e.getMessage()).doesNotContain("\n");
                }
            }
        }
    }

    /** A legacy file has no checksums: a flipped bit may make it another file, but never anything worse. */
    @Test
    void everyFlippedBitOfALegacyFileIsFoundOrReadable() throws IOException {
        byte[] good = Files.readAllBytes(Path.of("src/test/resources/golden/torch/types.th"));
        for (int at = 0; at < good.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] bytes = good.clone();
                bytes[at] ^= (byte) (1 << bit);
                try {
                    assertThat(shapes(bytes)).as("bit %d of byte %d", bit, at).isNotEmpty();
                } catch (BadWeightsException e) {
                    assertThat(e.getMessage()).doesNotContain("\n");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"types.pth", "types.th", "views.pth", "views.th"})
    void everyCutIsFound(String name) throws IOException {
        byte[] good = Files.readAllBytes(Path.of("src/test/resources/golden/torch", name));
        for (int length = 1; length < good.length; length++) {
            byte[] bytes = Arrays.copyOf(good, length);
            BadWeightsException refusal = null;
            try {
                Saved.read(bytes);
            } catch (BadWeightsException e) {
                refusal = e;
            }
            assertThat(refusal).as("cut at %d", length).isNotNull();
        }
    }
}
