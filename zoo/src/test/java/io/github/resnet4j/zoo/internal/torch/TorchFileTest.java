package io.github.resnet4j.zoo.internal.torch;

import static io.github.resnet4j.zoo.internal.torch.Pickle.dict;
import static io.github.resnet4j.zoo.internal.torch.Pickle.ordered;
import static io.github.resnet4j.zoo.internal.torch.Saved.counting;
import static io.github.resnet4j.zoo.internal.torch.Saved.floats;
import static io.github.resnet4j.zoo.internal.torch.Saved.storage;
import static io.github.resnet4j.zoo.internal.torch.Saved.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.resnet4j.zoo.internal.torch.Pickle.Name;
import io.github.resnet4j.zoo.internal.torch.Pickle.New;
import io.github.resnet4j.zoo.internal.torch.Pickle.Pairs;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Hostile;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TorchFileTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/torch");
    private static final List<String> PAIRS = List.of("types", "views", "training", "averaged", "plain");

    private static StateDict open(Path file) {
        return TorchFile.open(FileBytes.open(file), WeightSet.TRAINED);
    }

    private static String described(String name, Tensor tensor) {
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        try {
            tensor.write(raw);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String shape =
                String.join(",", tensor.shape().stream().map(String::valueOf).toList());
        return name + "\t" + tensor.type() + "\t" + shape + "\t"
                + HexFormat.of().formatHex(raw.toByteArray());
    }

    private static void assertReads(Path folder, String name, String extension) throws IOException {
        StateDict read = open(folder.resolve(name + extension));
        List<String> found = new ArrayList<>();
        read.tensors().forEach((key, tensor) -> found.add(described(key, tensor)));
        assertThat(found).isEqualTo(Files.readAllLines(folder.resolve(name + ".txt")));
        assertThat(read.format())
                .isEqualTo(extension.equals(".th") ? WeightFormat.TORCH_LEGACY : WeightFormat.TORCH_ZIP);
    }

    @ParameterizedTest
    @CsvSource({
        "types, .pth",
        "types, .th",
        "views, .pth",
        "views, .th",
        "training, .pth",
        "training, .th",
        "averaged, .pth",
        "averaged, .th",
        "plain, .pth",
        "plain, .th"
    })
    void readsWhatTorchSaves(String name, String extension) throws IOException {
        assertReads(GOLDEN, name, extension);
    }

    @Test
    void readsWhatTheTorchOfThisMachineSaves(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTrue(
                isRun("python3", folder) || isRun("/usr/bin/python3", folder),
                "no Python with torch: nothing to compare");
        for (String name : PAIRS) {
            assertReads(folder, name, ".pth");
            assertReads(folder, name, ".th");
        }
    }

    private static boolean isRun(String python, Path folder) throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder(python, "src/test/fixtures/make_torch.py", folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            return process.waitFor(2, TimeUnit.MINUTES) && process.exitValue() == 0;
        } catch (IOException e) {
            return false; // no such program
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".pth", ".th"})
    void saysWhatItLeftOut(String extension) {
        StateDict training = open(GOLDEN.resolve("training" + extension));
        assertThat(training.notes())
                .containsExactly(
                        "used the entry state_dict",
                        "removed the prefix module. from all names",
                        "left out 7 other entries: epoch, arch, best_prec1, optimizer, args, loss, history");
        assertThat(training.metadata())
                .containsExactlyInAnyOrderEntriesOf(Map.of("epoch", "91", "arch", "resnet50", "loss", "0.25"));
        assertThat(open(GOLDEN.resolve("averaged" + extension)).notes())
                .containsExactly(
                        "used the entry state_dict, not state_dict_ema, an average of the weights; use --ema for that",
                        "left out 2 other entries: state_dict_ema, version");
        assertThat(open(GOLDEN.resolve("types" + extension)).notes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "model.pth, NOT_STATE_DICT, class torch.nn.modules.linear.Identity",
        "model.th, NOT_STATE_DICT, class torch.nn.modules.linear.Identity",
        "script.pth, TORCHSCRIPT, torch.jit.load"
    })
    void namesWhatIsNoStateDict(String file, Fault fault, String named) throws IOException {
        Path path = GOLDEN.resolve(file);
        BadWeightsException refusal = Hostile.rejected(fault, Files.size(path), () -> open(path));
        assertThat(refusal).hasMessageContaining(named);
    }

    @ParameterizedTest
    @CsvSource({"resnet20-12fca82f.th, 97, 269722, 91.78000183105469", "resnet56-4bfd9763.th, 277, 853018, 93.62"})
    void readsPublishedFiles(String name, int tensors, long parameters, String accuracy) {
        Path file = Path.of("../../shared/data/weights", name);
        assumeTrue(Files.exists(file), () -> "absent: " + file);
        StateDict dict = open(file);
        assertThat(dict.tensors())
                .hasSize(tensors)
                .containsKeys("conv1.weight", "layer3.2.bn2.running_var", "linear.bias");
        assertThat(dict.tensors().get("conv1.weight").shape()).containsExactly(16L, 3L, 3L, 3L);
        long statistics = dict.tensors().entrySet().stream()
                .filter(entry -> entry.getKey().contains("running_"))
                .mapToLong(entry -> entry.getValue().count())
                .sum();
        assertThat(dict.count() - statistics).isEqualTo(parameters);
        assertThat(dict.metadata()).containsExactly(Map.entry("best_prec1", accuracy));
        assertThat(dict.notes())
                .containsExactly(
                        "used the entry state_dict",
                        "removed the prefix module. from all names",
                        "left out 1 other entry: best_prec1");
        for (float variance : dict.tensors().get("bn1.running_var").floats()) {
            assertThat(variance).isPositive();
        }
    }

    private static StateDict read(Object value) {
        return Saved.read(Saved.zip(Pickle.of(value), counting(4)).bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {".pth", ".th"})
    void takesTheAverageIfAsked(String extension) {
        Path file = GOLDEN.resolve("averaged" + extension);
        StateDict average = TorchFile.open(FileBytes.open(file), WeightSet.AVERAGED);
        assertThat(average.notes())
                .containsExactly(
                        "used the entry state_dict_ema, an average of the weights, not state_dict",
                        "left out 2 other entries: state_dict, version");
        assertThat(average.tensors().keySet()).isEqualTo(open(file).tensors().keySet());
        assertThat(average.tensors().get("0.weight").floats())
                .isNotEqualTo(open(file).tensors().get("0.weight").floats());
    }

    @Test
    void takesTheAverageThatIsAModuleBesideTheNetwork() {
        byte[] shorter = Saved.zip(
                        Pickle.of(ordered("model.w", floats("0", 4), "ema_model.w", floats("1", 2))),
                        counting(4),
                        counting(2))
                .bytes();
        StateDict average = TorchFile.open(Saved.file(shorter), WeightSet.AVERAGED);
        assertThat(average.tensors()).containsOnlyKeys("w");
        assertThat(average.tensors().get("w").count()).isEqualTo(2);
        assertThat(average.notes()).containsExactly("used the tensors under ema_model., an average of the weights");
    }

    @Test
    void saysThatThereIsNoAverage() {
        byte[] bytes = Saved.good().bytes();
        assertThat(Hostile.rejected(
                        Fault.NOT_STATE_DICT,
                        bytes.length,
                        () -> TorchFile.open(Saved.file(bytes), WeightSet.AVERAGED)))
                .hasMessageContaining(
                        "has no average of the weights (state_dict_ema, model_ema, ema_state_dict or the like)")
                .hasMessageContaining("leave --ema out");
    }

    @ParameterizedTest
    @ValueSource(strings = {".pth", ".th"})
    void takesPlainDataForWhatItIs(String extension) {
        StateDict plain = open(GOLDEN.resolve("plain" + extension));
        assertThat(plain.notes())
                .containsExactly(
                        "used the entry weights",
                        "left out 29 other entries: lr_scheduler, best_acc, truth, losses, many, objects, type, dtype,"
                                + " state, history, set, empty set, frozen, bytes, no byt… and 9 more");
        assertThat(plain.metadata()).isEmpty();
    }

    @Test
    void takesTheOnlyNetworkOfAnyName() {
        Object matrix = tensor(storage(Pickle.FLOAT_STORAGE, "0", 4), 0, Pickle.tuple(2, 2), Pickle.tuple(2, 1));
        StateDict dict = read(dict("stats", dict("mean", floats("0", 4)), "params", ordered("fc.weight", matrix)));
        assertThat(dict.tensors()).containsOnlyKeys("fc.weight");
        assertThat(dict.notes()).containsExactly("used the entry params", "left out 1 other entry: stats");
        byte[] two = Saved.zip(Pickle.of(dict("teacher", dict("w", matrix), "student", dict("w", matrix))), counting(4))
                .bytes();
        assertThat(Hostile.rejected(Fault.NOT_STATE_DICT, two.length, () -> Saved.read(two)))
                .hasMessageContaining("holds several networks: teacher, student")
                .hasMessageContaining("torch.save(torch.load(FILE)[NAME], OTHER)");
    }

    /** What {@code list(model.named_parameters())} and {@code list(state_dict.items())} are. */
    @Test
    void readsListsOfPairs() {
        StateDict dict = read(List.of(
                Pickle.tuple("module.fc.weight", floats("0", 4)), Pickle.tuple("module.fc.bias", floats("0", 4))));
        assertThat(dict.tensors()).containsOnlyKeys("fc.weight", "fc.bias");
        assertThat(dict.tensors().get("fc.bias").floats()).containsExactly(0, 1, 2, 3);
        assertThat(dict.notes())
                .containsExactly("read a list of names and tensors", "removed the prefix module. from all names");
    }

    @Test
    void refusesOtherLists() {
        Object pair = Pickle.tuple("w", floats("0", 4));
        refuses(List.of(pair, pair), Fault.DUP_NAME, "two entries named w");
        refuses(
                List.of(floats("0", 4)),
                Fault.NOT_STATE_DICT,
                "holds a list of tensors without names, not a state dict");
        refuses(List.of(pair, "x"), Fault.NOT_STATE_DICT, "holds a list, not a state dict");
        refuses(List.of(Pickle.tuple("w", 1)), Fault.NOT_STATE_DICT, "holds a list, not a state dict");
        refuses(List.of(Pickle.tuple(1, floats("0", 4))), Fault.NOT_STATE_DICT, "holds a list, not a state dict");
    }

    private static void refuses(Object value, Fault fault, String message) {
        byte[] bytes = Saved.zip(Pickle.of(value), counting(4)).bytes();
        assertThat(Hostile.rejected(fault, bytes.length, () -> Saved.read(bytes)))
                .hasMessageContaining(message);
    }

    @Test
    void namesArraysOfNumPy() {
        Object array = Pickle.call(new Name("numpy.core.multiarray", "_reconstruct"), "any");
        byte[] bytes = Saved.zip(Pickle.of(dict("fc.weight", array))).bytes();
        assertThat(Hostile.rejected(Fault.NOT_STATE_DICT, bytes.length, () -> Saved.read(bytes)))
                .hasMessageContaining("holds NumPy arrays, not tensors");
    }

    @ParameterizedTest
    @CsvSource({"torch._tensor, _rebuild_from_type_v2", "torch._utils, _rebuild_parameter_with_state"})
    void readsTensorsWithAttributes(String module, String function) {
        Pickle.Call matrix = floats("0", 4);
        Object made = function.startsWith("_rebuild_from")
                ? Pickle.call(
                        new Name(module, function),
                        matrix.function(),
                        new Name("torch", "Tensor"),
                        matrix.arguments(),
                        dict("tag", 1))
                : Pickle.call(new Name(module, function), matrix, true, ordered(), dict("tag", 1));
        assertThat(read(dict("w", made)).tensors().get("w").floats()).containsExactly(0, 1, 2, 3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"state_dict", "model_state_dict", "model", "model_state", "net", "state_dict_ema", "model_ema"})
    void unwraps(String wrapper) {
        StateDict dict = read(dict("epoch", 3, wrapper, ordered("fc.bias", floats("0", 4))));
        assertThat(dict.tensors()).containsOnlyKeys("fc.bias");
        assertThat(dict.notes())
                .containsExactly(
                        "used the entry " + wrapper + (wrapper.endsWith("ema") ? ", an average of the weights" : ""),
                        "left out 1 other entry: epoch");
    }

    @Test
    void unwrapsTwice() {
        StateDict dict = read(dict("model", dict("epoch", 3, "state_dict", dict("w", floats("0", 4)))));
        assertThat(dict.tensors()).containsOnlyKeys("w");
        assertThat(dict.notes())
                .containsExactly("used the entry model.state_dict", "left out 1 other entry: model.epoch");
    }

    @Test
    void takesNoEntryWithoutTensors() {
        StateDict dict = read(dict("model", dict("depth", 50), "state_dict_ema", dict("w", floats("0", 4))));
        assertThat(dict.tensors()).containsOnlyKeys("w");
        assertThat(dict.notes())
                .containsExactly(
                        "used the entry state_dict_ema, an average of the weights", "left out 1 other entry: model");
    }

    @Test
    void takesNoEntryThatIsNoDict() {
        StateDict dict = read(dict("model", "resnet50", "net", floats("0", 4), "fc.bias", floats("0", 4)));
        assertThat(dict.tensors()).containsOnlyKeys("net", "fc.bias");
        assertThat(dict.metadata()).containsExactly(Map.entry("model", "resnet50"));
    }

    @ParameterizedTest
    @CsvSource({
        "module.a, module.b, a, b",
        "_orig_mod.a, _orig_mod.b, a, b",
        "module._orig_mod.a, module._orig_mod.b, a, b",
        "module.module.a, module.module.b, a, b",
        "module.a, b, module.a, b",
        "module.a, module., module.a, module.",
        "modules.a, modules.b, modules.a, modules.b"
    })
    void takesPrefixesOffWhereAllNamesHaveThem(String first, String second, String shortFirst, String shortSecond) {
        StateDict dict = read(dict(first, floats("0", 4), second, floats("0", 4)));
        assertThat(dict.tensors()).containsOnlyKeys(shortFirst, shortSecond);
    }

    @Test
    void leavesOutWhatIsNoTensorAndKeepsCounters() {
        StateDict dict = read(dict("bn.num_batches_tracked", floats("0", 4), "extra", List.of(), 7, floats("0", 4)));
        assertThat(dict.tensors()).containsOnlyKeys("bn.num_batches_tracked");
        assertThat(dict.notes()).containsExactly("left out 2 other entries: extra, 7");
    }

    @Test
    void readsTheFunctionsOfAllVersions() {
        Name untyped = new Name("torch.storage", "UntypedStorage");
        Object old = Pickle.call(
                new Name("torch._utils", "_rebuild_tensor"),
                Saved.storage(Pickle.FLOAT_STORAGE, "0", 4),
                0,
                Pickle.tuple(4),
                Pickle.tuple(1));
        Object third = Pickle.call(
                new Name("torch._utils", "_rebuild_tensor_v3"),
                Saved.storage(untyped, "1", 8),
                1,
                Pickle.call(new Name("torch", "Size"), Pickle.tuple(3)),
                Pickle.tuple(1),
                false,
                ordered(),
                new Name("torch", "int16"),
                Pickle.None.NONE);
        Object made = new New(new Name("torch.nn.parameter", "Parameter"), Pickle.tuple(old, true));
        Object rebuilt = Pickle.call(new Name("torch._utils", "_rebuild_parameter"), old, true, ordered());
        byte[] file = Saved.zip(
                        Pickle.of(dict("old", old, "third", third, "made", made, "rebuilt", rebuilt)),
                        counting(4),
                        new byte[] {1, 0, 2, 0, -1, -1, 4, 0})
                .bytes();
        Map<String, Tensor> tensors = Saved.read(file).tensors();
        assertThat(tensors.get("old").floats()).containsExactly(0, 1, 2, 3);
        assertThat(tensors.get("third").floats()).containsExactly(2, -1, 4);
        assertThat(tensors.get("made").floats()).containsExactly(0, 1, 2, 3);
        assertThat(tensors.get("rebuilt").floats()).containsExactly(0, 1, 2, 3);
    }

    /** A network of 1202 layers, an average of its weights, and Adam's state, each tensor with a storage of its own. */
    @Test
    void readsTheDeepestNetworksWithTheirOptimizers() {
        int tensors = 7_200;
        int parameters = 3_600;
        int key = 0;
        Pairs network = ordered();
        Pairs average = ordered();
        for (int i = 0; i < tensors; i++) {
            String name = "layer1." + i + ".conv1.weight";
            network.pairs().add(Map.entry(name, floats(Integer.toString(key++), 1)));
            average.pairs().add(Map.entry(name, floats(Integer.toString(key++), 1)));
        }
        Pairs state = dict();
        for (int i = 0; i < parameters; i++) {
            Object moments = dict(
                    "step",
                    i,
                    "exp_avg",
                    floats(Integer.toString(key++), 1),
                    "exp_avg_sq",
                    floats(Integer.toString(key++), 1));
            state.pairs().add(Map.entry(i, moments));
        }
        byte[][] storages = new byte[key][4];
        Object checkpoint = dict(
                "state_dict",
                network,
                "state_dict_ema",
                average,
                "optimizer",
                dict("state", state, "param_groups", List.of()));
        StateDict read =
                Saved.read(Saved.zip(Pickle.likePython(checkpoint), storages).bytes());
        assertThat(read.tensors()).hasSize(tensors);
    }

    @ParameterizedTest
    @CsvSource({
        "504b0304, true, false",
        "8002, true, true",
        "80028a0a6cfc9c46f9, true, true",
        "80059508000000000000007d942e, true, true",
        "8002000000000000, false, false", // a safetensors header of 640 bytes
        "80, false, false",
        "1f8b0800, false, false"
    })
    void sniffs(String hex, boolean any, boolean legacy) {
        FileBytes file = Saved.file(HexFormat.of().parseHex(hex));
        assertThat(TorchFile.matches(file)).isEqualTo(any);
        assertThat(TorchFile.matchesLegacy(file)).isEqualTo(legacy);
    }
}
