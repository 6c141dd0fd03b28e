package io.github.resnet4j.finetune.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class BadConfigTest {
    /** Valid; every row below spoils one line of it. */
    private static final List<String> GOOD = List.of(
            "name: t",
            "model: {name: resnet20-cifar}",
            "data: {dataset: cifar10, normalize: cifar10}",
            "train: {epochs: 2, batch-size: 4}",
            "optimizer: {type: sgd, lr: 0.1}",
            "schedule: {type: constant}");

    @TempDir
    private Path folder;

    static Stream<Arguments> spoiledLines() {
        return Stream.of(
                // Keys
                row(4, "train: {epoch: 2, batch-size: 4}", "train.epoch: unknown key; did you mean epochs?"),
                row(4, "train: {epochs: 2, batchSize: 4}", "train.batchSize: unknown key; did you mean batch-size?"),
                row(4, "train: {epochs: 2, batch_size: 4}", "train.batch_size: unknown key; did you mean batch-size?"),
                row(2, "modle: {name: x}", "modle: unknown key; did you mean model?"),
                row(
                        2,
                        "model: {name: x, pretrained-on: y}",
                        "model.pretrained-on: unknown key; known: name, classes, weights, map, ema, channel-order,"
                                + " options, shortcut, zero-init-residual, freeze, freeze-norm"),
                row(
                        5,
                        "optimizer: {type: sgd, lr: 0.1, <<: {lr: 1}}",
                        "optimizer.<<: unknown key; known: lr, momentum, nesterov, weight-decay, decay-on, groups"),
                row(4, "train: {epochs: 2}", "train.batch-size: missing; this key is required"),
                row(4, "train: {epochs: 2, batch-size: 4, epochs: 3}", "train.epochs: duplicate key; first on line 4"),
                row(
                        6,
                        "name: u",
                        List.of(
                                "x.yaml:1: schedule: missing; this key is required",
                                "x.yaml:6: name: duplicate key; first on line 1")),
                row(4, "train: {[1]: 2}", List.of("x.yaml:4: train: a key must be one word, not a map or a list")),
                // Whole numbers
                row(4, "train: {epochs: two, batch-size: 4}", "train.epochs: expected a whole number, found 'two'"),
                row(4, "train: {epochs: 2.0, batch-size: 4}", "train.epochs: expected a whole number, found '2.0'"),
                row(4, "train: {epochs: 1e2, batch-size: 4}", "train.epochs: expected a whole number, found '1e2'"),
                row(4, "train: {epochs: 1_000, batch-size: 4}", "train.epochs: expected a whole number, found '1_000'"),
                row(4, "train: {epochs: 0x10, batch-size: 4}", "train.epochs: expected a whole number, found '0x10'"),
                row(
                        4,
                        "train: {epochs: \"2\", batch-size: 4}",
                        "train.epochs: expected a whole number, found quoted '2'"),
                row(4, "train: {epochs: [2], batch-size: 4}", "train.epochs: expected a whole number, found a list"),
                row(4, "train: {epochs: , batch-size: 4}", "train.epochs: has no value"),
                row(
                        4,
                        "train: {epochs: 3000000000, batch-size: 4}",
                        "train.epochs: too large a whole number: 3000000000"),
                row(4, "train: {epochs: 0, batch-size: 4}", "train.epochs: must be at least 1, not 0"),
                row(4, "train: {epochs: 2, batch-size: -4}", "train.batch-size: must be at least 1, not -4"),
                row(2, "model: {name: x, classes: 1}", "model.classes: must be at least 2, not 1"),
                row(
                        3,
                        "data: {dataset: folder, normalize: none, image-size: 5000}",
                        "data.image-size: must be 1 to 4096, not 5000"),
                // Numbers
                row(5, "optimizer: {type: sgd, lr: fast}", "optimizer.lr: expected a number, found 'fast'"),
                row(5, "optimizer: {type: sgd, lr: .nan}", "optimizer.lr: expected a number, found '.nan'"),
                row(5, "optimizer: {type: sgd, lr: .inf}", "optimizer.lr: expected a number, found '.inf'"),
                row(
                        5,
                        "optimizer: {type: sgd, lr: 0,1}",
                        List.of(
                                "x.yaml:5: optimizer.1: unknown key; known: lr, momentum, nesterov, weight-decay,"
                                        + " decay-on, groups",
                                "x.yaml:5: optimizer.lr: must be greater than 0, not 0")),
                row(
                        5,
                        "optimizer: {type: adamw, lr: 0.1, beta2: 1, eps: 0, momentum: 0.9}",
                        List.of(
                                "x.yaml:5: optimizer.momentum: unknown key; known: lr, beta1, beta2, eps, weight-decay,"
                                        + " decay-on, groups",
                                "x.yaml:5: optimizer.beta2: must be at least 0 and less than 1, not 1",
                                "x.yaml:5: optimizer.eps: must be greater than 0, not 0")),
                row(
                        5,
                        "optimizer: {type: sgd, lr: 0.1, groups: [{parts: [], lr-factor: -1}, {part: [stem]}]}",
                        List.of(
                                "x.yaml:5: optimizer.groups[0].parts: must name at least one stage, block or layer",
                                "x.yaml:5: optimizer.groups[0].lr-factor: must be at least 0, not -1",
                                "x.yaml:5: optimizer.groups[1].part: unknown key; did you mean parts?")),
                row(
                        4,
                        "train: {epochs: 2, batch-size: 4, ema-decay: 1, mix: {mixup: 0, cutmx: 1}}",
                        List.of(
                                "x.yaml:4: train.mix.cutmx: unknown key; did you mean cutmix?",
                                "x.yaml:4: train.mix.mixup: must be greater than 0, not 0",
                                "x.yaml:4: train.ema-decay: must be at least 0 and less than 1, not 1")),
                row(
                        3,
                        data(
                                "augment: [{color-jitter: {hue: 0.7}}, {rand-augment: {magnitude: 31}}, {random-erasing: {color: [1, 2]}}]"),
                        List.of(
                                "x.yaml:3: data.augment[0].color-jitter: color-jitter needs hue of 0 to 0.5, got 0.7",
                                "x.yaml:3: data.augment[1].rand-augment: rand-augment needs magnitude of 0 to 30, got 31",
                                "x.yaml:3: data.augment[2].random-erasing: random-erasing needs a color of three numbers from 0 to 255,"
                                        + " got [1, 2]")),
                row(5, "optimizer: {type: sgd, lr: 1e999}", "optimizer.lr: too large a number"),
                row(5, "optimizer: {type: sgd, lr: -1e-4}", "optimizer.lr: must be greater than 0, not -0.0001"),
                row(
                        5,
                        "optimizer: {type: sgd, lr: 0.1, momentum: 1}",
                        "optimizer.momentum: must be at least 0 and less than 1, not 1"),
                row(
                        5,
                        "optimizer: {type: sgd, lr: 0.1, momentum: 0, nesterov: true}",
                        "optimizer: nesterov needs a momentum greater than 0"),
                // Truth
                row(
                        5,
                        "optimizer: {type: sgd, lr: 0.1, nesterov: on}",
                        "optimizer.nesterov: expected true or false, found 'on'"),
                row(
                        5,
                        "optimizer: {type: sgd, lr: 0.1, nesterov: 1}",
                        "optimizer.nesterov: expected true or false, found '1'"),
                // Choices
                row(5, "optimizer: {type: sdg, lr: 0.1}", "optimizer.type: unknown value 'sdg'; did you mean sgd?"),
                row(5, "optimizer: {type: adam, lr: 0.1}", "optimizer.type: unknown value 'adam'; did you mean adamw?"),
                row(5, "optimizer: {lr: 0.1}", "optimizer.type: missing; one of sgd, adamw"),
                row(5, "optimizer: sgd", "optimizer: expected a map with a key type, found 'sgd'"),
                row(6, "schedule: {type: cosines}", "schedule.type: unknown value 'cosines'; did you mean cosine?"),
                row(6, "schedule: {type: [cosine]}", "schedule.type: expected one word, found a list"),
                row(
                        6,
                        "schedule: {type: constant}\nengine: onednm",
                        List.of("x.yaml:7: engine: unknown value 'onednm'; did you mean onednn?")),
                row(
                        2,
                        "model: {name: resnet18.tv_in1k, shortcut: e}",
                        "model.shortcut: option shortcut: \"e\" is not one of none, a, a-end, b, c, d, b-nobn"),
                row(
                        2,
                        "model: {name: resnet18, options: {groups: 2, shortcuts: a}}",
                        List.of(
                                "x.yaml:2: model.options: unknown option \"groups\"; its options are shortcut, stride-on,"
                                        + " zero-init-residual, stochastic-depth,"
                                        + " stochastic-depth-scaling, stochastic-depth-per, attention, output-stride",
                                "x.yaml:2: model.options: unknown option \"shortcuts\"; did you mean shortcut?")),
                row(
                        2,
                        "model: {name: resnet50, options: {groups: two, width-per-group: [4]}}",
                        "model.options.width-per-group: expected one word, found a list"),
                row(
                        2,
                        "model: {name: resnet50, shortcut: a, options: {shortcut: b}}",
                        "model.shortcut: is a, but options say b; give only one"),
                row(2, "model: {name: resnet50, options: [a]}", "model.options: expected a map, found a list"),
                row(
                        3,
                        "data: {dataset: cifar11, normalize: none}",
                        "data.dataset: unknown value 'cifar11'; did you mean cifar10?"),
                row(
                        3,
                        "data: {dataset: mnist, normalize: none}",
                        "data.dataset: unknown value 'mnist'; known: cifar10, cifar100, folder, imagenet"),
                // Text and maps
                row(
                        1,
                        "name: ../t",
                        "name: must be a folder name: at most 100 letters, digits, '.', '_', '-', beginning"
                                + " with a letter or digit"),
                row(1, "name: {a: b}", "name: expected text, found a map"),
                row(2, "model: resnet20-cifar", "model: expected a map, found 'resnet20-cifar'"),
                row(2, "model: {name: ' '}", "model.name: must not be blank"),
                row(4, "train:", "train: has no value"),
                row(3, "data: {dataset: folder, normalize: none, dir: \"\"}", "data.dir: must not be blank"),
                row(
                        2,
                        "model: {name: resnet18, freeze: \"\", shortcut: \"\\e[2J\"}",
                        List.of(
                                "x.yaml:2: model.freeze: must not be blank",
                                "x.yaml:2: model.shortcut: option shortcut: \"?[2J\" is not one of none, a, a-end, b, c, d, b-nobn")),
                // Lists
                row(
                        6,
                        "schedule: {type: multi-step, milestones: 30}",
                        "schedule.milestones: expected a list, found '30'"),
                row(
                        6,
                        "schedule: {type: multi-step, milestones: [30, x]}",
                        "schedule.milestones[1]: expected a number, found 'x'"),
                row(
                        6,
                        "schedule: {type: multi-step, milestones: [60, 30]}",
                        "schedule.milestones: must be epochs greater than 0, each later than the one before"),
                row(
                        6,
                        "schedule: {type: multi-step, milestones: []}",
                        "schedule.milestones: must be epochs greater than 0, each later than the one before"),
                // Warm-up
                row(
                        6,
                        "schedule: {type: cosine, warmup: {epochs: 1, iterations: 400, lr: 0.01}}",
                        "schedule.warmup: give either epochs or iterations"),
                row(6, "schedule: {type: cosine, warmup: {epochs: 1}}", "schedule.warmup: give either lr or factor"),
                row(
                        6,
                        "schedule: {type: one-cycle, warmup: {epochs: 1, lr: 1}}",
                        "schedule.warmup: unknown key; known: max-lr, pct-start, div, final-div"),
                row(
                        6,
                        "schedule: {type: one-cycle, pct-start: 1}",
                        "schedule.pct-start: must be between 0 and 1, not 1"),
                // Transforms and normalisation
                row(
                        3,
                        data("augment: [pad-crop, flip]"),
                        "data.augment[1]: unknown value 'flip'; known: resize,"
                                + " center-crop, random-resized-crop, pad-crop, horizontal-flip, alternating-flip,"
                                + " vertical-flip, color-jitter,"
                                + " rand-augment, trivial-augment-wide, random-erasing, fit"),
                row(
                        3,
                        data("augment: [{pad-crops: {padding: 4}}]"),
                        "data.augment[0]: unknown value 'pad-crops'; did you mean pad-crop?"),
                row(
                        3,
                        data("augment: [{pad-crop: {paddding: 4}}]"),
                        "data.augment[0].pad-crop.paddding: unknown key; did you mean padding?"),
                row(
                        3,
                        data("augment: [{pad-crop: 4}]"),
                        "data.augment[0].pad-crop: expected a map of options, found '4'"),
                row(3, data("eval: [resize]"), "data.eval[0].size: missing; this key is required"),
                row(
                        3,
                        data("eval: [{resize: {size: 256, interpolation: cubic}}]"),
                        "data.eval[0].resize.interpolation: unknown value 'cubic'; known: bilinear, bicubic"),
                row(
                        3,
                        data("eval: [{resize: {size: 256}, center-crop: {size: 224}}]"),
                        "data.eval[0]: expected a name, or a map of one name to its options; known: resize,"
                                + " center-crop, random-resized-crop, pad-crop, horizontal-flip, alternating-flip,"
                                + " vertical-flip, color-jitter,"
                                + " rand-augment, trivial-augment-wide, random-erasing, fit"),
                row(
                        3,
                        "data: {dataset: folder, normalize: imagnet}",
                        "data.normalize: unknown value 'imagnet'; did you mean imagenet?"),
                row(
                        3,
                        "data: {dataset: folder, normalize: {mean: [0, 0], std: [1, 1, 0]}}",
                        List.of(
                                "x.yaml:3: data.normalize.mean: must be three numbers: red, green, blue",
                                "x.yaml:3: data.normalize.std: must be three numbers greater than 0: red, green,"
                                        + " blue")),
                row(
                        3,
                        "data: {dataset: folder, normalize: {mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]}}",
                        "data.normalize.mean: must be for pixels in [0, 1]; these are for pixels from 0 to 255: divided by"
                                + " 255 they are mean 0.485,0.456,0.406 and std 0.229,0.224,0.225"),
                // All at once, also the out-of-range beside the mistyped
                row(
                        4,
                        "train: {epoch: 2, batch-size: 0, seed: x, eval-every: 0, colour: red}",
                        List.of(
                                "x.yaml:4: train.epoch: unknown key; did you mean epochs?",
                                "x.yaml:4: train.colour: unknown key; known: epochs, batch-size, seed, label-smoothing,"
                                        + " mix, accumulate, clip-norm, ema-decay, lr-batch, patience, checkpoint-every, eval-every,"
                                        + " keep-checkpoints",
                                "x.yaml:4: train.seed: expected a whole number, found 'x'",
                                "x.yaml:4: train.eval-every: must be at least 1, not 0",
                                "x.yaml:4: train.batch-size: must be at least 1, not 0")),
                row(
                        3,
                        "data: {dataset: folder, class-weights: {ant: 0, bee: many}}",
                        List.of(
                                "x.yaml:3: data.class-weights.ant: must be greater than 0",
                                "x.yaml:3: data.class-weights.bee: expected a number, found 'many'")),
                row(
                        3,
                        "data: {dataset: folder, class-weights: balance}",
                        "data.class-weights: unknown value 'balance'; did you mean balanced?"),
                row(
                        3,
                        "data: {dataset: folder, class-weights: balanced, sampling: balanced}",
                        "data: sampling and class-weights must not both be balanced: each evens out the classes already"),
                row(3, "data: {dataset: folder, fold: 1}", "data: fold needs labels: a CSV with a column fold"),
                row(
                        3,
                        "data: {dataset: cifar10, labels: a.csv}",
                        "data: labels need dataset folder: the other data sets have labels of their own"),
                row(
                        4,
                        "train: {epochs: 2, batch-size: 4, accumulate: 0, patience: 0}",
                        List.of(
                                "x.yaml:4: train.accumulate: must be at least 1, not 0",
                                "x.yaml:4: train.patience: must be at least 1, not 0")),
                // YAML that is refused
                row(
                        4,
                        "train: &t {epochs: 2, batch-size: 4}",
                        "train: anchors (&name) are not supported; write the value out"),
                row(4, "train: *t", "train: aliases (*name) are not supported; write the value out"),
                row(
                        4,
                        "train: !!javax.script.ScriptEngineManager [x]",
                        "train: tags (!name) are not supported; remove"
                                + " tag:yaml.org,2002:javax.script.ScriptEngineManager"),
                row(4, "train: !!int 4", "train: tags (!name) are not supported; remove tag:yaml.org,2002:int"),
                row(6, "---", List.of("x.yaml:6: a second document begins; one file is one configuration")),
                row(
                        6,
                        "schedule: {type: constant",
                        List.of("x.yaml:7: not YAML: expected ',' or '}', but got <stream end>")),
                row(
                        4,
                        "\ttrain: 4",
                        List.of("x.yaml:4: not YAML: found character '\\t(TAB)' that cannot start any"
                                + " token. (Do not use \\t(TAB) for indentation)")),
                row(4, "train: \u0007", List.of("x.yaml:4: not YAML: character U+0007 is not allowed")));
    }

    @ParameterizedTest
    @MethodSource("spoiledLines")
    void saysWhatIsWrongAndWhere(int line, String text, List<String> expected) throws IOException {
        List<String> lines = new ArrayList<>(GOOD);
        lines.set(line - 1, text);
        write("x.yaml", String.join("\n", lines) + "\n");
        assertThat(problems("x.yaml")).containsExactlyElementsOf(expected);
    }

    @Test
    void theUnspoiledFileIsGood() throws IOException {
        write("x.yaml", String.join("\n", GOOD));
        assertThat(ConfigLoader.load(folder.resolve("x.yaml"), List.of())
                        .config()
                        .name())
                .isEqualTo("t");
    }

    static Stream<Arguments> badOverrides() {
        return Stream.of(
                Arguments.of("train.epoch=3", "--set train.epoch=3: train.epoch: unknown key; did you mean epochs?"),
                Arguments.of(
                        "train.epochs=x", "--set train.epochs=x: train.epochs: expected a whole number, found 'x'"),
                Arguments.of("train.epochs=", "--set train.epochs=: train.epochs: has no value"),
                Arguments.of("train.epochs=0", "--set train.epochs=0: train.epochs: must be at least 1, not 0"),
                Arguments.of(
                        "train.epochs.x=3",
                        "--set train.epochs.x=3: train.epochs: expected a whole number, found a map"),
                Arguments.of(
                        "train.epochs", "--set train.epochs: expected a path, '=' and a value, such as train.epochs=2"),
                Arguments.of("=3", "--set =3: expected a path, '=' and a value, such as train.epochs=2"),
                Arguments.of(
                        "train..epochs=3",
                        "--set train..epochs=3: expected a path, '=' and a value, such as train.epochs=2"),
                Arguments.of(
                        "train={epochs: 1, epochs: 2}",
                        "--set train={epochs: 1, epochs: 2}: train.epochs: duplicate key"),
                Arguments.of(
                        "train.epochs=[1",
                        "--set train.epochs=[1: not YAML: expected ',' or ']', but got <stream end>"),
                Arguments.of(
                        "schedule.type=multi-step",
                        "--set schedule.type=multi-step: schedule.milestones: missing; this key is required"),
                Arguments.of(
                        "base=other.yaml",
                        "--set base=other.yaml: base: unknown key; known: name, task, model, data,"
                                + " train, optimizer, schedule, engine, output, expect"));
    }

    @ParameterizedTest
    @MethodSource("badOverrides")
    void saysWhatIsWrongWithAnOverride(String override, String expected) throws IOException {
        write("x.yaml", String.join("\n", GOOD));
        assertThat(problems("x.yaml", override)).containsExactly(expected);
    }

    @Test
    void namesTheFileOfTheChainThatIsWrong() throws IOException {
        write("base.yaml", "train: {epochs: 0, batch-size: 4}\noptimizer: {type: sgd}\n");
        write("x.yaml", "base: base.yaml\nmodel: {nam: resnet20-cifar}\ntrain:\n  batch-size: 0\n");
        assertThat(problems("x.yaml"))
                .containsExactly(
                        "x.yaml:1: name: missing; this key is required",
                        "x.yaml:1: data: missing; this key is required",
                        "x.yaml:1: schedule: missing; this key is required",
                        "x.yaml:2: model.nam: unknown key; did you mean name?",
                        "x.yaml:4: train.batch-size: must be at least 1, not 0",
                        "base.yaml:1: train.epochs: must be at least 1, not 0",
                        "base.yaml:2: optimizer.lr: missing; this key is required");
    }

    @Test
    void offersTheNearestFile() throws IOException {
        write("resnet20.yaml", "");
        assertThat(problems("resnet2O.yaml"))
                .containsExactly("resnet2O.yaml: no such file; did you mean resnet20.yaml?");
        assertThat(problems("elsewhere.yaml")).containsExactly("elsewhere.yaml: no such file");
        assertThat(problems("none/x.yaml")).containsExactly("none/x.yaml: no such file, nor a readable folder none");
        write("x.yaml", "name: t\nbase: resnet21.yaml\n");
        assertThat(problems("x.yaml"))
                .containsExactly("x.yaml:2: base: resnet21.yaml: no such file; did you mean resnet20.yaml?");
    }

    @Test
    void refusesDirectories() throws IOException {
        Files.createDirectory(folder.resolve("configs"));
        write("x.yaml", "base: configs\n");
        assertThat(problems("configs")).containsExactly("configs: is a directory; name a file in it");
        assertThat(problems("x.yaml")).containsExactly("x.yaml:1: base: configs: is a directory; name a file in it");
    }

    @Test
    void refusesBasesThatLeadBack() throws IOException {
        write("a.yaml", "base: b.yaml\n");
        write("b.yaml", "\nbase: ./c.yaml\n");
        write("c.yaml", "base: b.yaml\n");
        write("self.yaml", "base: self.yaml\n");
        assertThat(problems("a.yaml"))
                .containsExactly("c.yaml:1: base: leads back to itself: b.yaml -> c.yaml -> b.yaml");
        assertThat(problems("self.yaml"))
                .containsExactly("self.yaml:1: base: leads back to itself: self.yaml -> self.yaml");
    }

    @Test
    void refusesALongChainOfBases() throws IOException {
        for (int i = 0; i < 20; i++) {
            write("b" + i + ".yaml", "base: b" + (i + 1) + ".yaml\n");
        }
        assertThat(problems("b0.yaml")).containsExactly("b16.yaml:1: base: more than 16 bases");
    }

    @Test
    void refusesABaseThatIsNoPath() throws IOException {
        for (String base : List.of("", "[a.yaml]", "\"\"")) {
            write("x.yaml", "base: " + base + "\n");
            assertThat(problems("x.yaml"))
                    .containsExactly("x.yaml:1: base: expected the path of a file, relative to this one");
        }
        write("x.yaml", "base: \"a\\0b\"\n");
        assertThat(problems("x.yaml")).singleElement().asString().startsWith("x.yaml:1: base: not a path: ");
    }

    @Test
    void refusesFilesThatAreNoMap() throws IOException {
        for (String text : List.of("", "# nothing\n", "name\n", "- name: t\n")) {
            write("x.yaml", text);
            assertThat(problems("x.yaml"))
                    .containsExactly("x.yaml:1: expected a map of keys such as model, data and train");
        }
    }

    @Test
    void refusesFilesThatAreNoText() throws IOException {
        Files.write(folder.resolve("x.yaml"), new byte[] {'a', (byte) 0xff, (byte) 0xfe});
        assertThat(problems("x.yaml")).containsExactly("x.yaml: not UTF-8 text; save it as UTF-8");
    }

    @Test
    void boundsSizeDepthAndReport() throws IOException {
        write("x.yaml", "#".repeat((1 << 20) + 1));
        assertThat(problems("x.yaml")).containsExactly("x.yaml: larger than 1 MiB; this is not a configuration");
        write("x.yaml", "a: " + "[".repeat(500_000));
        assertThat(problems("x.yaml")).containsExactly("x.yaml:1: nested more than 20 deep");
        write("x.yaml", "{a: ".repeat(100_000));
        assertThat(problems("x.yaml")).containsExactly("x.yaml:1: nested more than 20 deep");
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 50_000; i++) {
            many.append("key").append(i).append(": 1\n");
        }
        write("x.yaml", many.toString());
        assertThat(problems("x.yaml")).hasSize(101).last().isEqualTo("... and 49906 more");
        write("x.yaml", "x".repeat(100_000) + ": 1\n");
        assertThat(problems("x.yaml")).allSatisfy(line -> assertThat(line).hasSizeLessThan(250));
    }

    @Test
    void refusesTheBillionLaughs() throws IOException {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 10; i++) {
            String nine = String.join(", ", Collections.nCopies(9, "*a" + (i - 1)));
            bomb.append("a%d: &a%d [%s]%n".formatted(i, i, nine));
        }
        write("x.yaml", bomb.toString());
        assertThat(problems("x.yaml"))
                .containsExactly("x.yaml:1: a0: anchors (&name) are not supported; write the value out");
    }

    @Test
    void messageIsEveryProblemOnItsLine() throws IOException {
        write("x.yaml", String.join("\n", GOOD));
        ConfigException e = failure("x.yaml", "train.epochs=x", "train.seed=y");
        assertThat(e).hasMessage(String.join("\n", e.problems()));
        assertThat(e.problems()).hasSize(2);
    }

    private static Arguments row(int line, String text, String problem) {
        return row(line, text, List.of("x.yaml:" + line + ": " + problem));
    }

    private static Arguments row(int line, String text, List<String> problems) {
        return Arguments.of(line, text, problems);
    }

    private static String data(String more) {
        return "data: {dataset: cifar10, normalize: cifar10, " + more + "}";
    }

    private void write(String name, String text) throws IOException {
        Files.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    /** The problems, with the test's folder taken out of them. */
    private List<String> problems(String file, String... overrides) {
        String prefix = folder + folder.getFileSystem().getSeparator();
        return failure(file, overrides).problems().stream()
                .map(line -> line.replace(prefix, ""))
                .toList();
    }

    private ConfigException failure(String file, String... overrides) {
        return catchThrowableOfType(
                ConfigException.class,
                () -> ConfigLoader.load(
                        folder.resolve(file),
                        Stream.of(overrides).map(Setting::set).toList()));
    }
}
