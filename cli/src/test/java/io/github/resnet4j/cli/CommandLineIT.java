package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What needs no native code: help, listings, and mistakes. Each child is watched for not loading any. The mistakes, a
 * hundred of them, share one.
 */
class CommandLineIT {
    private static final List<String> COMMANDS = List.of(
            "quickstart",
            "list",
            "info",
            "train",
            "experiment",
            "finetune",
            "lr-find",
            "eval",
            "predict",
            "embed",
            "similar",
            "fetch",
            "convert",
            "export",
            "spark",
            "notebook",
            "preview",
            "doctor");

    private static final String FINETUNE = "finetune --data nothing --model resnet18 ";

    @TempDir
    static Path folder;

    private static List<String> lines;

    @BeforeAll
    static void writeFiles() throws IOException {
        Files.createDirectories(folder.resolve("one-class/a"));
        Files.createDirectories(folder.resolve("no-images/a"));
        Files.createDirectories(folder.resolve("no-images/b"));
        Files.createDirectories(folder.resolve("nothing"));
        Files.writeString(folder.resolve("file"), "in the way");
        TinyRun.write(folder, folder.resolve("absent"));
        TinyRun.writeExperiment(folder);
        makeMistakes();
    }

    private static void makeMistakes() throws IOException {
        lines = mistakes().map(mistake -> (String) mistake.get()[0]).toList();
        Files.write(folder.resolve("mistakes.txt"), lines);
        Files.createDirectory(folder.resolve("outcomes"));
        Cli.Outcome process = run(Cli.in(folder).main(ManyCommands.class), "mistakes.log", "mistakes.txt", "outcomes")
                .succeeds();
        assertThat(process.out()).isEmpty();
        assertThat(process.err()).isEmpty();
    }

    /** Runs without native code, or fails. */
    private static Cli.Outcome run(String... arguments) {
        return run(Cli.shared(folder), "classes.log", arguments);
    }

    private static Cli.Outcome run(Cli cli, String log, String... arguments) {
        Cli.Outcome outcome = cli.jvm("-Xlog:class+load:file=" + log).run(arguments);
        try (Stream<String> lines = Files.lines(folder.resolve(log))) {
            List<String> loaded = lines.toList();
            assertThat(loaded).anyMatch(line -> line.contains(Main.class.getName()));
            assertThat(loaded).noneMatch(line -> line.matches(".*\\] org\\.(nd4j|bytedeco|deeplearning4j)\\..*"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return outcome;
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake(2, "lst", "unknown command \"lst\"; did you mean list?", "`resnet4j --help`"),
                mistake(2, "list --jsn", "--jsn", "did you mean --json?"),
                mistake(2, "list resnet1", "no network matches", "did you mean resnet18?"),
                mistake(2, "list --pretrained --markdown", "--markdown"),
                mistake(2, "info resnet50 --arch resnet18", "not a weights file", "--arch"),
                mistake(2, "info resnet50.tv_in1k --classes 5", "not an architecture", "--classes"),
                mistake(2, "info", "MODEL", "`resnet4j info --help`"),
                mistake(2, "info resnet5", "unknown model \"resnet5\"", "did you mean resnet50?"),
                mistake(2, "info resnet20-cifar --freeze layr1", "layr1", "did you mean layer1?"),
                mistake(2, "info resnet20-cifar --classes 0", "at least 2 classes"),
                mistake(2, "info resnet20-cifar --size big", "--size", "big"),
                mistake(2, "info resnet18 --option shortcut=x", "option shortcut", "a, a-end, b, c"),
                mistake(2, "info resnet18 --option shortcutt=b", "resnet18: unknown option", "did you mean shortcut?"),
                mistake(2, "info resnet18 --option shortcut", "--option shortcut", "KEY=VALUE"),
                mistake(
                        2,
                        "info resnet18 --option shortcut=a --option shortcut=b",
                        "contradict each other; give only one"),
                mistake(2, "info resnet18.tv_in1k --option shortcut=a", "not an architecture", "--option"),
                mistake(2, "train -c tiny.yaml --option groups=2", "unknown option \"groups\"", "shortcut, stride-on"),
                mistake(2, "finetune --data nothing --model resnet18 --option shortcut=e", "\"e\" is not one of"),
                mistake(2, "info resnet18 --train", "--plan", "--train"),
                mistake(2, "info resnet18 --plan --stages", "--stages"),
                mistake(2, "info resnet18 --plan --batch-size 0", "--batch-size"),
                mistake(2, "info resnet18.tv_in1k --plan", "not an architecture", "--plan"),
                mistake(2, "train", "--config"),
                mistake(2, "train -c tny.yaml", "tny.yaml: no such file", "did you mean tiny.yaml?"),
                mistake(2, "train -c nothing", "is a directory"),
                mistake(2, "train -c tiny.yaml --set train.epoch=2", "--set train.epoch=2", "did you mean epochs?"),
                mistake(2, "train -c tiny.yaml --set epochs", "--set epochs", "train.epochs=2"),
                mistake(2, "train -c tiny.yaml --set model.name=resnet20-cifra", "did you mean resnet20-cifar?"),
                mistake(2, "train -c tiny.yaml --set model.freeze=layr1", "did you mean layer1?"),
                mistake(2, "train -c tiny.yaml --engine onedn", "--engine", "did you mean onednn?"),
                mistake(2, "train -c tiny.yaml --set engine=dl4", "engine", "did you mean dl4j?"),
                mistake(2, "eval --model m.zip --data nothing --engine torch", "--engine", "auto, onednn, dl4j"),
                mistake(2, "predict --model m.zip --engine ONEDNN x.jpg", "--engine", "did you mean onednn?"),
                mistake(2, "train -c tiny.yaml --set output.dir=file", "file is a file"),
                mistake(2, "finetune --data nothing --model resnet20-cifra", "did you mean resnet20-cifar?"),
                mistake(2, "finetune --data nothing --model resnet18 --image-size 0", "--image-size"),
                mistake(
                        2,
                        "finetune --data nothing --model resnet18 --image-size 5000",
                        "--image-size must be 1 to 4096"),
                mistake(2, "finetune --data nothing --model resnet18 --crop 5000", "--crop must be 1 to 4096"),
                mistake(2, FINETUNE + "--epochs 0", "error: --epochs 0: must be at least 1, not 0"),
                mistake(2, FINETUNE + "--batch-size -1", "error: --batch-size -1: must be at least 1, not -1"),
                mistake(2, FINETUNE + "--time 20", "--time 20: expected hours, minutes and seconds, such as 1h30m"),
                mistake(2, FINETUNE + "--time 0m", "--time 0m: expected hours"),
                mistake(2, FINETUNE + "--time 20m -c tiny.yaml", "--time: only the recipe auto", "tiny.yaml"),
                mistake(2, FINETUNE + "--recipe aut", "aut: no such file"),
                mistake(2, FINETUNE + "--lr 0", "error: --lr 0: must be greater than 0, not 0"),
                mistake(2, FINETUNE + "--lr NaN", "error: --lr NaN: expected a number"),
                mistake(2, FINETUNE + "--name a/b", "error: --name a/b: must be a folder name"),
                mistake(2, FINETUNE + "--freeze layr1", "error: --freeze: ", "did you mean layer1?"),
                mistake(2, FINETUNE + "--mean 0.5", "error: --mean needs three numbers", "got 1"),
                mistake(2, FINETUNE + "--std 0,1,1", "error: --std must be positive"),
                mistake(2, FINETUNE + "--mean 123,116,103", "error: --mean must be for pixels in [0, 1]"),
                mistake(2, FINETUNE + "--resize 0", "error: --resize must be between 1 and"),
                mistake(2, FINETUNE + "--interpolation cubic", "error: --interpolation \"cubic\" is not one of"),
                mistake(2, FINETUNE + "--max-pixels 0", "error: --max-pixels 0: must be 1 to"),
                mistake(2, FINETUNE + "--option groups=x", "error: --option groups=x: "),
                mistake(2, FINETUNE + "--set train.epochs=0", "error: --set train.epochs=0: train.epochs: must be"),
                mistake(2, "predict --model m.zip x.jpg --mean 0.5", "error: --mean needs three numbers"),
                mistake(2, "train -c tiny.yaml --max-pixels 0", "error: --max-pixels 0: must be 1 to"),
                mistake(2, FINETUNE + "extra", "unexpected argument \"extra\": finetune takes only options; see"),
                mistake(
                        2,
                        "info resnet18 extra",
                        "unexpected argument \"extra\": info takes only MODEL|FILE and options"),
                mistake(
                        2,
                        FINETUNE + "--epoch 3",
                        "unknown option --epoch; did you mean --epochs?",
                        "`resnet4j finetune"),
                mistake(2, FINETUNE + "--epochs", "--epochs needs a value, N; see"),
                mistake(2, FINETUNE + "--freeze --lr 1", "--freeze needs a value, PART; see"),
                mistake(2, FINETUNE + "--folds 1", "--folds must be at least 2, got 1"),
                mistake(2, FINETUNE + "--repeat 0", "--repeat must be at least 1, got 0"),
                mistake(2, "finetune --model resnet18", "finetune needs --data DIR, or --labels CSV"),
                mistake(2, "finetune", "finetune needs --model FILE|NAME; see"),
                mistake(2, "convert", "convert needs IN and OUT; see"),
                mistake(2, "export", "export needs MODEL and OUT.onnx; see"),
                mistake(2, "export m.zip m.pb", "m.pb: the file to write must be called *.onnx"),
                mistake(2, "export m.zip m.onnx --opset 12", "--opset must be between 13 and 21, got 12"),
                mistake(
                        2,
                        "export m.zip m.onnx --compare-on fil",
                        "--compare-on fil: does not exist; did you mean file?"),
                mistake(2, "export resnet50 m.onnx", "resnet50 names an architecture, not weights", "resnet50.tv_in1k"),
                mistake(2, "notebook rum", "unknown command \"rum\"; did you mean run?"),
                mistake(2, "notebook run absent.ipynb", "absent.ipynb: does not exist"),
                mistake(2, "notebook run fil", "fil: does not exist; did you mean file?"),
                mistake(2, "notebook run nothing", "nothing: there is no *.ipynb in this folder"),
                mistake(3, "notebook run tiny.yaml", "tiny.yaml: not JSON, as notebooks are"),
                mistake(2, "notebook start absent", "absent: does not exist"),
                mistake(2, "notebook install --jupyter-data", "--jupyter-data needs a value, DIR; see"),
                mistake(2, "predict", "predict needs IMAGE; see"),
                mistake(2, FINETUNE + "--epochs 1 --epochs 2", "--epochs is given more than once; give it once"),
                mistake(2, FINETUNE + "--json=yes", "--json takes no value; leave out \"yes\""),
                mistake(2, FINETUNE + "--epochs ten", "--epochs ten: expected a whole number"),
                mistake(2, FINETUNE + "--epochs 99999999999", "--epochs 99999999999: too large a number"),
                mistake(2, FINETUNE + "--lr high", "--lr high: expected a number"),
                mistake(2, FINETUNE + "--mean 1,b,c", "--mean b: expected a number"),
                mistake(2, "convert a b --head ne", "--head ne: did you mean new?"),
                mistake(2, "convert a b --head other", "--head other: expected one of keep, new"),
                mistake(2, "eval --model m.zip --data nothing --dataset cifar", "--dataset cifar: "),
                mistake(2, "predict --model m.zip https://a.org/b.jpg c*.jpg", "URL", "c*.jpg: no file"),
                mistake(2, "predict --model m.zip --csv a.jpg b.jpg", "--csv a.jpg: that is an image"),
                mistake(2, "predict --model m.zip x.jpg --html no/page.html", "there is no folder", "create it first"),
                mistake(2, "predict --model m.zip x.jpg --threshold 70", "0 to 1, got 70; write 0.7"),
                mistake(2, "finetune --data nothing --model resnet18 -c tiny.yaml --image-size 64", "--image-size"),
                mistake(2, "train -c tiny.yaml --set data.workers=5000", "data.workers", "1024"),
                mistake(
                        2,
                        "predict --model m.zip x.jpg --json --csv -",
                        "--json and --csv - both print; write one of them to a file"),
                mistake(2, "predict --model m.zip x.jpg --top 0", "--top"),
                mistake(2, "eval --model m.zip --data nothing --batch-size 0", "--batch-size"),
                mistake(2, "preview -c tiny.yaml --count 0", "--count"),
                mistake(2, "experiment", "experiment needs FILE; see"),
                mistake(2, "experiment to.yaml", "to.yaml: no such file", "did you mean two.yaml?"),
                mistake(2, "experiment tiny.yaml", "tiny.yaml:1: this configures one run; train it with"),
                mistake(2, "experiment two.yaml --plan --report", "--plan and --report exclude each other"),
                mistake(2, "experiment two.yaml --only residul", "no run residul; did you mean residual?"),
                mistake(2, "experiment two.yaml --epochs 3", "cannot shorten plain to 3 epochs: choose 1 to 2"),
                mistake(2, "experiment two.yaml --seeds 1,x", "--seeds 1,x: expected a whole number, found 'x'"),
                mistake(2, "experiment two.yaml --name a/b", "--name a/b: must be a folder name"),
                mistake(2, "experiment two.yaml --set train.seed=3", "every run its own; use --seeds"),
                mistake(2, "experiment two.yaml --set seed=3", "every run its own; use --seeds"),
                mistake(2, "experiment two.yaml --only  --plan", "--only : expected at least one label"),
                mistake(2, "experiment  --plan", "'': an empty name; give that of a file"),
                mistake(2, "experiment two.yaml --set train.epoch=3", "did you mean epochs?"),
                mistake(2, "experiment two.yaml --set model.name=x", "residual would train the same as plain"),
                mistake(2, "experiment two.yaml --report", "nothing is trained yet"),
                mistake(3, "eval --model m.zip --data file", "m.zip: there is no such file"),
                mistake(3, "train -c tiny.yaml", "absent: does not exist"),
                mistake(3, "train -c tiny.yaml --data nothing", "nothing: no class folders"),
                mistake(3, "train -c tiny.yaml --data one-class", "one-class:", "at least two"),
                mistake(3, "train -c tiny.yaml --data no-images", "class folder \"a\"", "class folder \"b\""),
                mistake(3, "finetune --data nothing --model resnet20-cifar", "nothing: no class folders"));
    }

    private static Arguments mistake(int code, String arguments, String... parts) {
        return Arguments.of(arguments, code, parts);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void mistakeIsOneLine(String arguments, int code, String[] parts) throws IOException {
        Cli.Outcome outcome = ManyCommands.outcome(folder.resolve("outcomes"), lines.indexOf(arguments))
                .failsWith(code, parts);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).hasLineCount(1).doesNotContain("\u001b");
        assertThat(folder.resolve("runs")).doesNotExist();
    }

    @Test
    void everyProblemOfAConfigurationIsToldAtOnceWithItsLine() throws IOException {
        Files.writeString(folder.resolve("bad.yaml"), """
                name: x
                model: {name: resnet20-cifar}
                data:
                  dataset: fodler
                  dri: photos
                  normalize: none
                train: {epochs: -1, batchsize: 3}
                optimizer: {type: sdg}
                schedule: {type: cosine}
                """);
        Cli.Outcome outcome = run("train", "-c", "bad.yaml");
        assertThat(outcome.code()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.err().lines())
                .containsExactlyElementsOf(outcome.errors())
                .satisfiesExactly(
                        line -> assertThat(line).contains("bad.yaml:4: data.dataset", "did you mean folder?"),
                        line -> assertThat(line).contains("bad.yaml:5: data.dri", "did you mean dir?"),
                        line -> assertThat(line).contains("bad.yaml:7: train.batchsize", "did you mean batch-size?"),
                        line -> assertThat(line).contains("bad.yaml:7: train.epochs", "at least 1"),
                        line -> assertThat(line).contains("bad.yaml:8: optimizer.type", "did you mean sgd?"));
    }

    @Test
    void aPlanNeedsNeitherDataNorNativeCode() {
        assertThat(run("experiment", "two.yaml", "--plan", "--epochs", "1")
                        .succeeds()
                        .out())
                .contains("plain-seed1", "residual-seed1", "missing", "0/1", "unknown time");
        assertThat(run("experiment", "two.yaml", "--plan", "--set", "data.dataset=cifar10")
                        .succeeds()
                        .out())
                .contains("a guess from the multiply-adds");
    }

    @Test
    void helpOfEveryCommandShowsDefaults() {
        assertThat(run("--help").succeeds().out()).contains(COMMANDS).contains("Exit codes");
        for (String command : COMMANDS) {
            Cli.Outcome help = run(command, "--help").succeeds();
            assertThat(help.out())
                    .startsWith("Usage: resnet4j " + command)
                    .doesNotContain("Default: []", "Optional", "\u001b");
            assertThat(help.err()).isEmpty();
        }
        assertThat(run("eval", "--help").out()).contains("Default: 64", "Default: folder");
        assertThat(run("predict", "--help").out()).contains("Default: 5");
        assertThat(run("quickstart", "--help").out()).contains("Default: runs");
        assertThat(run("preview", "--help").out()).contains("Default: 48", "Default: preview.png");
        assertThat(run("finetune", "--help").out().replaceAll("\\s+", " ")).contains("default: the recipe's");
    }

    @Test
    void nothingShowsHelpAndVersionIsOneLine() {
        assertThat(run().succeeds().out()).contains("Usage: resnet4j");
        assertThat(run("--version").succeeds().out())
                .hasLineCount(1)
                .matches("(?s)resnet4j \\d+\\.\\d+\\.\\d+.*1\\.0\\.0-M2\\.1.*");
    }

    @Test
    void listAsJsonHasARowForEveryNetwork() {
        JsonNode rows =
                JsonMapper.shared().readTree(run("list", "--json").succeeds().out());
        assertThat(rows.size()).isGreaterThanOrEqualTo(18);
        for (JsonNode row : rows) {
            assertThat(row.get("name").asString()).isNotBlank();
            assertThat(row.get("family").asString()).isNotBlank();
            assertThat(row.get("parameters").asLong()).isPositive();
            assertThat(row.get("macs").asLong()).isPositive();
            assertThat(row.get("inputSize").size()).isEqualTo(3);
        }
        assertThat(run("list", "resnet5*").succeeds().out())
                .contains("resnet50", "resnet56-cifar")
                .doesNotContain("resnet18");
        assertThat(run("list", "nothing*", "--json").succeeds().out().strip()).isEqualTo("[]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resnet50",
                "resnet50 --option stride-on=first-1x1 --stages",
                "resnet18 --classes 2 --size 128 --channels 1",
                "resnet20-cifar --option shortcut=b --freeze layer2",
                "resnet50 --option groups=32 --option width-per-group=4 --size 64"
            })
    void infoDescribesVariants(String arguments) {
        String[] text = ("info " + arguments).split(" ");
        assertThat(run(text).succeeds().out()).contains("stem", "layer1", "head", "parameters", "arXiv");
        JsonNode object = JsonMapper.shared()
                .readTree(
                        run(("info --json " + arguments).split(" ")).succeeds().out());
        assertThat(object.get("parameters").asLong()).isPositive();
        assertThat(object.get("layers").size()).isGreaterThan(10);
        assertThat(object.get("options").has("shortcut")).isTrue();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void completionIsBash() throws Exception {
        String script = run("generate-completion").succeeds().out();
        assertThat(script).contains("resnet20-cifar");
        Path file = Files.writeString(folder.resolve("completion.bash"), script);
        Process bash = new ProcessBuilder("bash", "-n", file.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(bash.getInputStream().readAllBytes())).isEmpty();
        assertThat(bash.waitFor()).isZero();
    }

    /** A filter of the user's own is kept, and is no reason to fail. */
    @ParameterizedTest
    @ValueSource(strings = {"-Dany=thing", "-Djdk.serialFilter=!*"})
    void serialisedObjectsAreRefusedInTheWholeProcess(String option) throws Exception {
        assertThat(deserialised(option, "--version")).contains("refused: filter status: REJECTED");
    }

    /** Its driver and executors send each other such objects; other commands may have an argument of that name. */
    @Test
    void serialisedObjectsAreReadForSparkAlone() throws Exception {
        assertThat(deserialised("-Dany=thing", "--debug", "spark", "jars")).contains("made class java.util.ArrayList");
        assertThat(deserialised("-Dany=thing", "list", "spark")).contains("refused: filter status: REJECTED");
    }

    private static String deserialised(String option, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                option,
                "-cp",
                System.getProperty("java.class.path"),
                SerialProbe.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return out;
    }

    @Test
    void sparkIsOnNoClassPathOfItsOwn() {
        run("spark", "doctor").failsWith(ExitCode.USAGE, "Spark is not on the class path");
        assertThat(System.getProperty("java.class.path")).doesNotContain("spark-core", "scala-library", "log4j-core");
        assertThat(run("spark", "jars").succeeds().out())
                .contains("nd4j-api-", "picocli-", ".jar,")
                .doesNotContain("logback", "slf4j", "jackson-annotations", "onnxruntime", "resnet4j-zoo");
    }

    @Test
    void sparkOptionsAreChecked() throws IOException {
        run("spark", "doctor", "--executors", "0").failsWith(ExitCode.USAGE, "--executors must be at least 1");
        run("spark", "doctor", "--conf", "executor.cores=2").failsWith(ExitCode.USAGE, "begin with spark.");
        run("spark", "doctor", "--conf", "spark.authenticate.secret=x")
                .failsWith(ExitCode.USAGE, "--properties-file")
                .errors()
                .forEach(error -> assertThat(error).doesNotContain("=x"));
        run("spark", "train", "-c", "none.yaml", "--simulate", "2", "--executors", "2")
                .failsWith(ExitCode.USAGE, "--simulate");
        run("spark", "doctor", "--master", "local[2]", "--executors", "2")
                .failsWith(ExitCode.USAGE, "only threads of this process");
        run("spark", "doctor", "--master", "local[2]", "--cores-per-executor", "4")
                .failsWith(ExitCode.USAGE, "has fewer threads");
        run("spark", "doctor", "--properties-file", "none.conf").failsWith(ExitCode.USAGE, "none.conf");
        Path file = Files.writeString(folder.resolve("bad.conf"), "spark.app.name \\u00zz");
        run("spark", "doctor", "--properties-file", file.toString()).failsWith(ExitCode.USAGE, "bad.conf");
    }
}
