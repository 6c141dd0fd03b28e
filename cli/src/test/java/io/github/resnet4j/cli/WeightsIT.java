package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Weights of every kind by the command line: told, fetched, converted, used; those of others where they are at hand. */
class WeightsIT {
    private static final Path DATA = Path.of("..", "..", "shared", "data").toAbsolutePath();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    Path folder;

    private static Path real(String name) {
        Path file = DATA.resolve(name);
        assumeTrue(Files.exists(file), "needs " + file);
        return file;
    }

    /** Runs without native code, or fails. */
    private Cli.Outcome light(String... arguments) throws IOException {
        Path log = folder.resolve("classes.log");
        Cli.Outcome outcome =
                Cli.in(folder).jvm("-Xlog:class+load:file=" + log.getFileName()).run(arguments);
        try (Stream<String> lines = Files.lines(log)) {
            assertThat(lines)
                    .noneMatch(line -> line.matches(".*\\] org\\.(nd4j\\.(?!shade)|bytedeco|deeplearning4j)\\..*"));
        }
        return outcome;
    }

    private JsonNode predictions(String model) {
        Cli.Outcome outcome = Cli.shared(folder)
                .run(
                        "predict",
                        "--model",
                        model,
                        "--json",
                        Trained.images().resolve("val").toString());
        return JSON.readTree(
                "[" + String.join(",", outcome.succeeds().out().lines().toList()) + "]");
    }

    @Test
    void modelComesBackThroughSafetensorsAndSaysTheSame() throws IOException {
        Cli.shared(folder).run("convert", Trained.model(), "a.safetensors").succeeds();
        Cli.Outcome back = Cli.shared(folder)
                .run("convert", "a.safetensors", "b.zip", "--arch", "resnet20-cifar", "--class-names", labels())
                .succeeds();
        assertThat(back.out()).contains("97 loaded", "b.zip: 97 tensors, 270,838 values");
        Cli.shared(folder).run("convert", "b.zip", "c.safetensors").succeeds();
        assertThat(tensorBytes("c.safetensors")).isEqualTo(tensorBytes("a.safetensors"));

        JsonNode info =
                JSON.readTree(light("info", "b.zip", "--json").succeeds().out());
        assertThat(info.get("tensors")).hasSize(97);
        assertThat(info.get("facts").get("architecture").asString()).isEqualTo("resnet20-cifar");
    }

    /** A set of public CIFAR networks has all zeros of its shortcuts at the end; no tensor tells. */
    @Test
    void zerosAtTheEndAreAnOptionOfEveryCommandThatTakesWeights() throws IOException {
        String option = "shortcut=a-end";
        String file = "a.safetensors";
        Cli.shared(folder).run("convert", Trained.model(), file).succeeds();
        String[] model = {"--weights", file, "--model", "resnet20-cifar", "--class-names", labels()};
        Cli.shared(folder)
                .run("convert", file, "end.zip", "--option", option, "--class-names", labels())
                .succeeds();
        JsonNode info =
                JSON.readTree(light("info", "end.zip", "--json").succeeds().out());
        assertThat(info.get("facts").get("options").asString()).contains(option);
        assertThat(light("info", file, "--arch", "resnet20-cifar", "--option", option)
                        .succeeds()
                        .out())
                .contains("97 loaded");

        String images = Trained.images().resolve("val").toString();
        String archive = scores("eval", images, "--model", "end.zip");
        assertThat(scores("eval", images, join(model, "--option", option)))
                .isEqualTo(archive)
                .isNotEqualTo(scores("eval", images, model));
        List<String> lines = Cli.shared(folder)
                .run(join(new String[] {"predict", images, "--csv", "-"}, join(model, "--option", option)))
                .succeeds()
                .out()
                .lines()
                .toList();
        assertThat(Cli.shared(folder)
                        .run("predict", images, "--csv", "-", "--model", "end.zip")
                        .succeeds()
                        .out()
                        .lines())
                .containsExactlyElementsOf(lines);

        Cli.shared(folder)
                .run("predict", images, "--model", "end.zip", "--option", "shortcut=a")
                .failsWith(2, "end.zip holds a network with shortcut=a-end, not a; leave out the option");
        Cli.shared(folder)
                .run("predict", images, "--weights", file, "--model", "resnet20-cifar", "--option", "shortcuts=a")
                .failsWith(2, "resnet20-cifar: unknown option \"shortcuts\"; did you mean shortcut?");
        Cli.shared(folder)
                .run("predict", images, "--model", file, "--option", "shortcut=a")
                .succeeds();
        Cli.shared(folder).run("info", file, "--option", option).failsWith(2, "--arch");
    }

    private static String[] join(String[] first, String... more) {
        return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
    }

    private String scores(String command, String images, String... model) {
        JsonNode outcome = JSON.readTree(Cli.shared(folder)
                .run(join(new String[] {command, "--data", images, "--json"}, model))
                .succeeds()
                .out());
        return outcome.get("loss") + " " + outcome.get("top1");
    }

    @Test
    void evalSaysWhatToDoWithAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        Cli.in(folder)
                .run("eval", "--model", Trained.model(), "--data", file.toString())
                .failsWith(ExitCode.USAGE, "is a file", "--dataset cifar10 or cifar100");
    }

    private String labels() throws IOException {
        JsonNode facts = JSON.readTree(
                        light("info", Trained.model(), "--json").succeeds().out())
                .get("facts");
        List<String> classes = List.of(facts.get("classes").asString().split(", "));
        Files.write(folder.resolve("labels.txt"), classes);
        return "labels.txt";
    }

    private byte[] tensorBytes(String safetensors) throws IOException {
        byte[] file = Files.readAllBytes(folder.resolve(safetensors));
        int header =
                8 + (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return Arrays.copyOfRange(file, header, file.length);
    }

    @Test
    void strangeNamesLoadWithRulesAndAreRefusedWithout() throws IOException {
        Cli.shared(folder).run("convert", Trained.model(), "a.safetensors").succeeds();
        rename("a.safetensors", "b.safetensors");
        Cli.shared(folder)
                .run("convert", "b.safetensors", "c.zip", "--arch", "resnet20-cifar")
                .failsWith(3, "b.safetensors", "97 missing", "97 unexpected", "--map");
        Files.writeString(folder.resolve("names.map"), """
                # what our own training code called them
                convIn\\.(.*) -> conv1.$1
                bnIn\\.(.*) -> bn1.$1
                stack([1-3])a\\.(.*) -> layer$1.0.$2
                stack([1-3])b\\.(.*) -> layer$1.1.$2
                stack([1-3])c\\.(.*) -> layer$1.2.$2
                fcOut\\.(.*) -> fc.$1
                """);
        Cli.Outcome loaded = Cli.shared(folder)
                .run("convert", "b.safetensors", "c.safetensors", "--map", "names.map", "--arch", "resnet20-cifar");
        assertThat(loaded.succeeds().out()).contains("97 loaded");
        assertThat(tensorBytes("c.safetensors")).isEqualTo(tensorBytes("a.safetensors"));

        Files.writeString(folder.resolve("bad.map"), "conv1\nfc( -> x\n");
        Cli.Outcome bad = Cli.shared(folder)
                .run("convert", "b.safetensors", "d.safetensors", "--map", "bad.map", "--arch", "resnet20-cifar");
        assertThat(bad.code()).isEqualTo(2);
        assertThat(bad.errors()).hasSize(2).allMatch(line -> line.contains("bad.map:"));
    }

    /** Gives the tensors of a file other names of the same lengths of data, in its JSON header. */
    private void rename(String from, String to) throws IOException {
        byte[] file = Files.readAllBytes(folder.resolve(from));
        int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(file, 8, length, StandardCharsets.UTF_8).strip();
        for (String[] block : new String[][] {{"0", "a"}, {"1", "b"}, {"2", "c"}}) {
            header = header.replaceAll("\"layer(\\d)\\." + block[0] + "\\.", "\"stack$1" + block[1] + ".");
        }
        header = header.replace("\"conv1.", "\"convIn.")
                .replace("\"bn1.", "\"bnIn.")
                .replace("\"fc.", "\"fcOut.");
        byte[] renamed = header.getBytes(StandardCharsets.UTF_8);
        byte[] data = Arrays.copyOfRange(file, 8 + length, file.length);
        ByteBuffer out = ByteBuffer.allocate(8 + renamed.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(
                folder.resolve(to),
                out.putLong(renamed.length).put(renamed).put(data).array());
    }

    @Test
    void newHeadIsSaidAndEverythingElseKept() throws IOException {
        Cli.shared(folder).run("convert", Trained.model(), "a.safetensors").succeeds();
        Cli.shared(folder)
                .run("convert", "a.safetensors", "b.zip", "--arch", "resnet20-cifar", "--classes", "4")
                .failsWith(2, "--head new");
        Cli.Outcome outcome = Cli.shared(folder)
                .run(
                        "convert",
                        "a.safetensors",
                        "b.zip",
                        "--arch",
                        "resnet20-cifar",
                        "--head",
                        "new",
                        "--classes",
                        "4");
        assertThat(outcome.succeeds().out()).contains("95 loaded, 2 replaced");
        Cli.shared(folder).run("convert", "b.zip", "b.zip").failsWith(2, "b.zip already exists", "--overwrite");
    }

    @Test
    void plainFolderOfArrays() throws IOException {
        Cli.shared(folder).run("convert", Trained.model(), "arrays").succeeds();
        assertThat(folder.resolve("arrays").resolve("fc.bias.npy")).exists();
        assertThat(folder.resolve("arrays").resolve("index.json")).exists();
        Cli.shared(folder).run("convert", Trained.model(), "arrays").failsWith(2, "already exists");
        Cli.shared(folder).run("convert", Trained.model(), "a.onnx").failsWith(2, "a.onnx", ".safetensors");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatCannotBeWrittenIsNamedWithTheReason() throws Exception {
        for (String out : List.of("a.safetensors", "a.zip", "arrays")) {
            Cli.shared(folder)
                    .run("convert", Trained.model(), "none/" + out)
                    .failsWith(6, "none/" + out + ": cannot be written: the folder ", "none does not exist");
        }
        Path disk = Files.createDirectory(folder.resolve("disk"));
        Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk.toString())
                .redirectErrorStream(true)
                .start();
        mount.getInputStream().readAllBytes();
        assumeTrue(mount.waitFor() == 0, "only root may mount");
        try {
            for (String out : List.of("a.safetensors", "a.zip", "arrays")) {
                Cli.shared(folder)
                        .run("convert", Trained.model(), "disk/" + out)
                        .failsWith(6, "disk/" + out + ": cannot be written: the disk is full; free some space");
            }
            assertThat(disk).isEmptyDirectory();
        } finally {
            new ProcessBuilder("umount", disk.toString()).start().waitFor();
        }
    }

    @Test
    void whatIsNoFileOfWeightsIsCalledWhatItIs() throws IOException {
        Files.writeString(folder.resolve("page.pth"), "<!DOCTYPE html><html>404</html>");
        Files.writeString(
                folder.resolve("pointer.pth"),
                "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 102530333\n");
        Files.write(folder.resolve("empty.pth"), new byte[0]);
        light("info", "page.pth").failsWith(3, "page.pth", "web page", "download it again");
        light("info", "pointer.pth").failsWith(3, "pointer.pth", "git-lfs", "git lfs pull");
        light("info", "empty.pth").failsWith(3, "empty.pth", "is empty");
        light("info", "absent.pth").failsWith(3, "absent.pth", "no such file");
        light("info", "resnet50.tv_in2k").failsWith(2, "did you mean resnet50.tv_in1k?");
        light("predict", "--model", "resnet50", "a.jpg").failsWith(2, "resnet50.tv_in1k", "--weights FILE");
        light("predict", "a.jpg").failsWith(2, "--model");
    }

    @Test
    void onnxModelsAreReadWithoutNativeCode() throws IOException {
        Path golden = Path.of("..", "zoo", "src", "test", "resources", "golden", "onnx")
                .toAbsolutePath()
                .normalize();
        String model = golden.resolve("folded.onnx").toString();
        assertThat(light("info", model).succeeds().out())
                .contains(
                        "folded.onnx: ONNX, 26 tensors, 727 values", "named 24 tensors", "layer2.0.downsample.0.bias");
        light("info", model, "--arch", "resnet18").succeeds();
        Cli.shared(folder).run("convert", model, "a.safetensors").succeeds();
        Cli.shared(folder)
                .run("convert", model, "b.safetensors", "--arch", "resnet18")
                .failsWith(3, "does not fit resnet18", "(ONNX)");
        Files.write(folder.resolve("cut"), Arrays.copyOf(Files.readAllBytes(golden.resolve("folded.onnx")), 4000));
        light("info", "cut").failsWith(3, "is cut short", "ONNX");
        Files.copy(golden.resolve("beside.onnx"), folder.resolve("beside.onnx"));
        light("info", "beside.onnx").failsWith(3, "beside.weights, which is not beside the model");
    }

    @Test
    void registryIsListed() throws IOException {
        JsonNode rows =
                JSON.readTree(light("list", "--pretrained", "--json").succeeds().out());
        assertThat(rows.size()).isGreaterThan(40);
        for (JsonNode row : rows) {
            boolean bundled = row.get("name").asString().endsWith(".r4j_cifar10jpeg");
            assertThat(row.get("address").asString()).startsWith(bundled ? "comes with resnet4j" : "https://");
            assertThat(row.get("licence").asString()).isNotBlank();
        }
        assertThat(light("list", "--pretrained", "resnet50.tv*").succeeds().out())
                .contains("resnet50.tv_in1k", "76.13", "BSD-3-Clause")
                .doesNotContain("a1_in1k");
        assertThat(light("info", "resnet50.tv2_in1k").succeeds().out()).contains("232", "80.858");
        light("list", "--pretrained", "resnet9").failsWith(2, "no published weights match");
    }

    @Test
    void fetchedOnceCheckedAndUsedByName() throws IOException {
        Path weights = real("weights/resnet20-12fca82f.th");
        Path mirror = Files.createDirectories(folder.resolve("mirror"));
        Files.copy(weights, mirror.resolve("resnet20-12fca82f.th"));
        Cli cli = Cli.shared(folder).env("RESNET4J_MIRROR", mirror.toString());
        cli.run("fetch", "resnet20-cifar.akamaster", "--offline", "--json").succeeds();
        Files.delete(mirror.resolve("resnet20-12fca82f.th"));
        Path cached = Path.of(
                cli.run("fetch", "resnet20-cifar.akamaster").succeeds().out().strip());
        assertThat(cached).hasSameBinaryContentAs(weights);
        assertThat(cli.run("list", "--pretrained", "resnet20-cifar").succeeds().out())
                .containsPattern("resnet20-cifar.akamaster .* yes");
        assertThat(cli.run(
                                "predict",
                                "--model",
                                "resnet20-cifar.akamaster",
                                "--top",
                                "1",
                                real("images/kitten.jpg").toString())
                        .succeeds()
                        .out())
                .containsPattern("airplane|automobile|bird|cat|deer|dog|frog|horse|ship|truck");

        byte[] damaged = Files.readAllBytes(weights);
        damaged[damaged.length / 2] ^= 1;
        Files.write(mirror.resolve("resnet20-12fca82f.th"), damaged);
        Files.delete(cached);
        cli.run("fetch", "resnet20-cifar.akamaster").failsWith(4, "resnet20-12fca82f.th", "SHA-256");
    }

    @ParameterizedTest
    @CsvSource({
        "resnet20-12fca82f.th,   resnet20-cifar.akamaster,    lossless_test_batch.bin, 932",
        "resnet56-4bfd9763.th,   resnet56-cifar.akamaster,    lossless_test_batch.bin, 943",
        "mlperf_tiny_resnet8.h5, resnet8-mlperf.mlperf_tiny,  lossless_test_batch.bin, 895",
        "mlperf_tiny_resnet8.h5, resnet8-mlperf.mlperf_tiny,  test_batch.bin.gz,       7548",
    })
    void publishedWeightsAreAsRightAsPublished(String file, String name, String images, int right) throws IOException {
        Path weights = real("weights/" + file);
        isRight(right, name, images, "--weights", weights.toString());
    }

    /** As networks in PyTorch are with them. */
    @ParameterizedTest
    @CsvSource({"resnet20-cifar.r4j_cifar10jpeg, 911", "resnet56-cifar.r4j_cifar10jpeg, 930"})
    void bundledWeightsAreAsRightAsPublished(String name, int right) throws IOException {
        isRight(right, name, "lossless_test_batch.bin", "--model", name);
    }

    /** Only in the release's build: they take their time for the 10,000 JPEG images, on which a ResNet-8 runs always. */
    @Tag("deep")
    @ParameterizedTest
    @CsvSource({
        "resnet20-12fca82f.th, resnet20-cifar.akamaster,       8103",
        ",                     resnet20-cifar.r4j_cifar10jpeg, 8714",
        ",                     resnet56-cifar.r4j_cifar10jpeg, 8868",
    })
    void largerNetworksAreAsRightOnJpegImages(String file, String name, int right) throws IOException {
        String[] model = {"--model", name};
        if (file != null) {
            model = new String[] {"--weights", real("weights/" + file).toString()};
        }
        isRight(right, name, "test_batch.bin.gz", model);
    }

    private void isRight(int right, String name, String images, String... model) throws IOException {
        Path batch = real("cifar10/" + images);
        if (images.endsWith(".gz")) {
            Path unzipped = folder.resolve("test_batch.bin");
            try (InputStream in = new GZIPInputStream(Files.newInputStream(batch))) {
                Files.copy(in, unzipped, StandardCopyOption.REPLACE_EXISTING);
            }
            batch = unzipped;
        }
        List<String> words = new ArrayList<>(List.of("eval"));
        words.addAll(List.of(model));
        words.addAll(List.of("--data", batch.toString(), "--dataset", "cifar10", "--json"));
        JsonNode result = JSON.readTree(Cli.shared(folder)
                .env("OMP_NUM_THREADS", String.valueOf(Runtime.getRuntime().availableProcessors()))
                .run(words.toArray(String[]::new))
                .succeeds()
                .out());
        assertThat(result.get("model").asString()).isEqualTo(name);
        assertThat(result.get("top1").asDouble() * result.get("images").asInt())
                .isCloseTo(right, within(images.endsWith(".gz") ? 2.01 : 0.01));
    }

    /** What was done to read a file is told when it is opened, and not again in the report. */
    @Test
    void convertTellsItsNotesOnce() {
        Path weights = real("weights/resnet20-12fca82f.th");
        Cli.Outcome outcome = Cli.shared(folder)
                .run("convert", weights.toString(), "noted.zip", "--arch", "resnet20-cifar")
                .succeeds();
        List<String> lines = Stream.concat(outcome.out().lines(), outcome.err().lines())
                .filter(line -> line.contains("state_dict"))
                .toList();
        assertThat(lines).hasSize(1);
    }

    /** Finite weights whose logits are not: NaN once counted as right, and top-1 was 100 %. */
    @Test
    void weightsThatOverflowAreRightAboutNothing() throws IOException {
        Path weights = real("weights/resnet20-12fca82f.th");
        Path images = real("cifar10/lossless_test_batch.bin");
        Cli.shared(folder)
                .run("convert", weights.toString(), "a.safetensors", "--arch", "resnet20-cifar")
                .succeeds();
        Path huge = folder.resolve("a.safetensors");
        byte[] bytes = Files.readAllBytes(huge);
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int data = 8 + (int) file.getLong(0);
        JsonNode tensor = JSON.readTree(new String(bytes, 8, data - 8, StandardCharsets.UTF_8))
                .get("fc.weight")
                .get("data_offsets");
        for (int at = tensor.get(0).asInt(); at < tensor.get(1).asInt(); at += 4) {
            file.putFloat(data + at, 3e38f);
        }
        Files.write(huge, bytes);
        Cli.Outcome eval = Cli.shared(folder)
                .run(
                        "eval",
                        "--model",
                        "resnet20-cifar",
                        "--weights",
                        "a.safetensors",
                        "--data",
                        images.toString(),
                        "--dataset",
                        "cifar10",
                        "--json")
                .failsWith(3, "a.safetensors: the outputs for 1,017 of 1,017 images are NaN or infinite");
        assertThat(eval.out()).isEmpty();
        Cli.Outcome predict = Cli.shared(folder)
                .run(
                        "predict",
                        "--model",
                        "resnet20-cifar",
                        "--weights",
                        "a.safetensors",
                        real("images/kitten.jpg").toString())
                .failsWith(3, "a.safetensors: the outputs for 1 of 1 image are NaN or infinite");
        assertThat(predict.out()).isEmpty();
    }

    @Test
    void finetuneBeginsWithPublishedWeights() throws IOException {
        Path weights = real("weights/resnet20-12fca82f.th");
        Cli.shared(folder)
                .run(
                        "finetune",
                        "--data",
                        Trained.images().toString(),
                        "--model",
                        "resnet20-cifar",
                        "--weights",
                        weights.toString(),
                        "--freeze",
                        "layer2",
                        "--epochs",
                        "1",
                        "--set",
                        "data.limit=60",
                        "--name",
                        "tuned")
                .succeeds();
        JsonNode facts = JSON.readTree(light("info", "runs/tuned/model.zip", "--json")
                        .succeeds()
                        .out())
                .get("facts");
        assertThat(facts.get("initialWeights").asString())
                .contains("resnet20-cifar.akamaster", "97 loaded", "with a new classifier for 6 classes");
        assertThat(facts.get("licence").asString()).isEqualTo("BSD-2-Clause");
        assertThat(facts.get("preprocessing").asString()).contains("0.485");
        assertThat(predictions("runs/tuned/model.zip")).isNotEmpty();
    }

    @Test
    void anotherNetworksWeightsSayWhichFits() throws IOException {
        Path weights = real("weights/resnet56-4bfd9763.th");
        Cli.shared(folder)
                .run(
                        "predict",
                        "--model",
                        "resnet20-cifar",
                        "--weights",
                        weights.toString(),
                        real("images/kitten.jpg").toString())
                .failsWith(3, "resnet56-4bfd9763.th", "resnet56-cifar");
    }
}
