package io.github.resnet4j.zoo.internal.torch;

import static io.github.resnet4j.zoo.internal.torch.Pickle.FLOAT_STORAGE;
import static io.github.resnet4j.zoo.internal.torch.Pickle.dict;
import static io.github.resnet4j.zoo.internal.torch.Pickle.ops;
import static io.github.resnet4j.zoo.internal.torch.Pickle.ordered;
import static io.github.resnet4j.zoo.internal.torch.Pickle.tuple;
import static io.github.resnet4j.zoo.internal.torch.Saved.counting;
import static io.github.resnet4j.zoo.internal.torch.Saved.goodLegacy;
import static io.github.resnet4j.zoo.internal.torch.Saved.legacyFloats;
import static io.github.resnet4j.zoo.internal.torch.Saved.legacyStorage;
import static io.github.resnet4j.zoo.internal.torch.Saved.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.internal.torch.Pickle.Built;
import io.github.resnet4j.zoo.internal.torch.Pickle.Name;
import io.github.resnet4j.zoo.internal.torch.Pickle.New;
import io.github.resnet4j.zoo.internal.torch.Pickle.None;
import io.github.resnet4j.zoo.internal.torch.Pickle.Persistent;
import io.github.resnet4j.zoo.internal.torch.Saved.Legacy;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Hostile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every bad legacy checkpoint of the list. */
class TorchLegacyRejectionTest {
    /** A good file, changed. */
    private static Arguments row(String name, Fault fault, Consumer<Legacy> change) {
        Legacy legacy = goodLegacy();
        change.accept(legacy);
        return Arguments.of(name, fault, legacy.bytes());
    }

    private static Arguments keys(String name, String... keys) {
        return row(name, Fault.STORAGE_SET, legacy -> legacy.keys = Pickle.of(List.of(keys)));
    }

    private static Arguments facts(String name, Object facts) {
        return row(name, Fault.BYTEORDER, legacy -> legacy.facts = Pickle.of(facts));
    }

    private static Object facts(Object littleEndian, int shortBytes, int intBytes, int longBytes) {
        return dict(
                "protocol_version",
                1001,
                "little_endian",
                littleEndian,
                "type_sizes",
                dict("short", shortBytes, "int", intBytes, "long", longBytes));
    }

    /** A file whose second tensor is of a view of the first's storage. */
    private static Legacy viewing(Object view) {
        Legacy legacy = new Legacy();
        legacy.object = Pickle.of(ordered(
                "v",
                tensor(legacyStorage(FLOAT_STORAGE, "7", 6, view), 0, tuple(2), tuple(1)),
                "w",
                legacyFloats("7", 6)));
        legacy.keys = Pickle.of(List.of("7"));
        return legacy.storage(6, counting(6));
    }

    private static Arguments view(String name, Object view) {
        return Arguments.of(name, Fault.BOUNDS, viewing(view).bytes());
    }

    static Stream<Arguments> bad() {
        return Stream.of(beginnings(), storages(), views(), cuts(), others()).flatMap(rows -> rows);
    }

    private static Stream<Arguments> beginnings() {
        Pickle evil = ops().global("builtins", "eval")
                .value(tuple("0x1950a86a20f9469cfc6c"))
                .op('R');
        return Stream.of(
                row("L01 magic number by eval", Fault.PKL_GLOBAL, legacy -> legacy.magic = Pickle.of(evil)),
                row("L01 magic number from the memo", Fault.BAD_MAGIC, legacy -> {
                    Pickle pickle =
                            ops().raw(Arrays.copyOfRange(Saved.MAGIC, 2, 14)).put(0);
                    legacy.magic = Pickle.of(pickle);
                }),
                row("L02 one bit of the magic number", Fault.BAD_MAGIC, legacy -> {
                    legacy.magic = Saved.MAGIC.clone();
                    legacy.magic[7] ^= 1;
                }),
                row("L02 version 1000", Fault.BAD_MAGIC, legacy -> legacy.version = Pickle.of(1000)),
                row("L02 version 1002", Fault.BAD_MAGIC, legacy -> legacy.version = Pickle.of(1002)),
                row("L02 version a text", Fault.BAD_MAGIC, legacy -> legacy.version = Pickle.of("1001")),
                row("L02 any other pickle", Fault.BAD_MAGIC, legacy -> legacy.magic = Pickle.of(dict("w", 1))),
                row(
                        "L02 a pickle of NumPy arrays",
                        Fault.BAD_MAGIC,
                        legacy -> legacy.magic = Pickle.of(new Name("numpy.core.multiarray", "_reconstruct"))),
                facts("L03 big-endian", facts(false, 2, 4, 4)),
                facts("L03 little_endian is 1", facts(1, 2, 4, 4)),
                facts("L03 nothing", dict()),
                facts("L03 no dict", tuple()),
                facts("L03 no type sizes", dict("protocol_version", 1001, "little_endian", true)),
                facts(
                        "L03 no version",
                        dict("little_endian", true, "type_sizes", dict("short", 2, "int", 4, "long", 4))),
                facts("L03 short of 4 bytes", facts(true, 4, 4, 4)),
                facts("L03 int of 8 bytes", facts(true, 2, 8, 4)),
                facts("L03 long of 2 bytes", facts(true, 2, 4, 2)));
    }

    private static Stream<Arguments> storages() {
        return Stream.of(
                keys("L04 a key too few", "9402024"),
                keys("L04 a key too many", "9402024", "94020255495056", "95"),
                keys("L04 another key", "9402024", "94020255495057"),
                keys("L04 one key twice", "9402024", "9402024"),
                keys("L04 one key twice, and both", "9402024", "9402024", "94020255495056"),
                // torch.save sorts keys: in another order each tensor would get the numbers of another.
                keys("L04 another order", "94020255495056", "9402024"),
                row(
                        "L04 no list",
                        Fault.STORAGE_SET,
                        legacy -> legacy.keys = Pickle.of(tuple("9402024", "94020255495056"))),
                row("L04 keys are numbers", Fault.STORAGE_SET, legacy -> legacy.keys = Pickle.of(List.of(1, 2))),
                count("L05 fewer elements than declared", 3),
                count("L05 more elements than declared", 5),
                count("L05 -1 elements", -1),
                count("L05 2^62 elements", 1L << 62),
                row(
                        "L05 declared twice",
                        Fault.STORAGE_SIZE,
                        legacy -> legacy.object =
                                Pickle.of(ordered("a", legacyFloats("1", 4), "b", legacyFloats("1", 5)))),
                row(
                        "L05 2^62 elements, declared too",
                        Fault.OVERFLOW,
                        legacy -> legacy.object = Pickle.of(ordered("a", legacyFloats("1", 1L << 62)))));
    }

    private static Arguments count(String name, long count) {
        return row(name, Fault.STORAGE_SIZE, legacy -> {
            legacy.storages.clear();
            legacy.storage(count, counting(4)).storage(6, counting(6));
        });
    }

    private static Stream<Arguments> views() {
        return Stream.of(
                view("L06 offset -1", tuple("8", -1, 2)),
                view("L06 size -1", tuple("8", 0, -1)),
                view("L06 one element too far", tuple("8", 5, 2)),
                view("L06 offset 2^63-1", tuple("8", Long.MAX_VALUE, 2)),
                view("L06 size 2^63-1", tuple("8", 2, Long.MAX_VALUE)),
                view("L06 tensor larger than the view", tuple("8", 5, 1)),
                view("L06 no key", tuple(None.NONE, 0, 2)),
                view("L06 key missing", tuple(0, 2)),
                view("L06 a list", List.of("8", 0, 2)),
                view("L06 a view of a view", tuple("7", 0, 2)));
    }

    private static Stream<Arguments> cuts() {
        byte[] good = goodLegacy().bytes();
        Stream<Arguments> everywhere = IntStream.range(2, good.length)
                .mapToObj(length -> Arguments.of("L07 cut at " + length, Fault.TRUNCATED, Arrays.copyOf(good, length)));
        return Stream.concat(
                everywhere,
                Stream.of(
                        row("L07 one byte more", Fault.TRAILING, legacy -> legacy.suffix = new byte[1]),
                        row("L07 another file behind it", Fault.TRAILING, legacy -> legacy.suffix = good)));
    }

    private static Stream<Arguments> others() {
        Object model = new Built(
                new New(
                        new Persistent(
                                tuple("module", new Name("torchvision.models.resnet", "ResNet"), "resnet.py", "")),
                        tuple()),
                dict("conv1", new Name("torch.nn.modules.conv", "Conv2d")));
        return Stream.of(
                Arguments.of("L08 tar", Fault.LEGACY_TAR, tar(Pickle.of(dict()))),
                Arguments.of(
                        "L08 malicious tar",
                        Fault.LEGACY_TAR,
                        tar(Pickle.of(
                                ops().global("os", "system").value(tuple("id")).op('R')))),
                Arguments.of("L09 gzip", Fault.BAD_MAGIC, gzip(goodLegacy().bytes())),
                row(
                        "P39 a class as persistent id",
                        Fault.PKL_PID,
                        legacy -> legacy.object = Pickle.of(new Persistent(tuple("module", ORDERED, "", "")))),
                row("P39 five parts", Fault.PKL_PID, legacy -> legacy.object = Pickle.of(Saved.floats("1", 4))),
                row(
                        "P39 storages among the keys",
                        Fault.PKL_PID,
                        legacy -> legacy.keys = Pickle.of(legacyStorage(FLOAT_STORAGE, "1", 4, None.NONE))),
                row("P50 a whole model", Fault.NOT_STATE_DICT, legacy -> legacy.object = Pickle.of(model)));
    }

    private static final Name ORDERED = Pickle.ORDERED_DICT;

    /** The members of the oldest format, in one block each. */
    private static byte[] tar(byte[] pickle) {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        for (String member : List.of("sys_info", "pickle", "tensors", "storages")) {
            byte[] block = new byte[1024];
            byte[] header = (member + "\0".repeat(124 - member.length()) + String.format("%011o", pickle.length))
                    .getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(header, 0, block, 0, header.length);
            System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, block, 257, 5);
            System.arraycopy(pickle, 0, block, 512, pickle.length);
            tar.writeBytes(block);
        }
        tar.writeBytes(new byte[1024]);
        return tar.toByteArray();
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void refuses(String name, Fault fault, byte[] file) {
        Hostile.rejected(fault, file.length, () -> Saved.read(file));
        assertThat(Saved.read(goodLegacy().bytes()).tensors()).hasSize(2);
    }

    @Test
    void takesStoragesByKeyAndNotByOrder() {
        var tensors = Saved.read(goodLegacy().bytes()).tensors();
        assertThat(tensors.keySet()).containsExactly("conv1.weight", "fc.bias");
        assertThat(tensors.get("conv1.weight").floats()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(tensors.get("fc.bias").floats()).containsExactly(0, 1, 2, 3);
    }

    @Test
    void readsViewsOfStorages() {
        var tensors = Saved.read(viewing(tuple("8", 3, 2)).bytes()).tensors();
        assertThat(tensors.get("v").floats()).containsExactly(3, 4);
        assertThat(tensors.get("w").floats()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void namesTheClassOfAWholeModel() {
        Legacy legacy = goodLegacy();
        legacy.object = Pickle.of(new New(
                new Persistent(tuple("module", new Name("mine", "Net"), "net.py", "class Net: pass")),
                tuple(new Name("torch.nn.modules.conv", "Conv2d"))));
        byte[] file = legacy.bytes();
        BadWeightsException refusal = Hostile.rejected(Fault.NOT_STATE_DICT, file.length, () -> Saved.read(file));
        assertThat(refusal).hasMessageContaining("whole pickled model (class mine.Net)");
    }
}
