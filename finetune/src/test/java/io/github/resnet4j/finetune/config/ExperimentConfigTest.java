package io.github.resnet4j.finetune.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.resnet4j.finetune.UsageException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ExperimentConfigTest {
    /** Valid; the tests below spoil lines of it. */
    private static final List<String> GOOD = List.of(
            "name: t",
            "title: T",
            "source: S",
            "question: Q?",
            "seeds: [1, 2]",
            "runs:",
            "  - {label: flat, config: plain.yaml}",
            "  - {label: deep, config: residual.yaml}",
            "claims:",
            "  - {type: comparison, run: deep, has: lower, measure: test-error, than: flat}");

    @TempDir
    private Path folder;

    @BeforeEach
    void writeTheRuns() throws IOException {
        write(
                "base.yaml",
                List.of(
                        "data: {dataset: cifar10}",
                        "train: {epochs: 20, batch-size: 4}",
                        "optimizer: {type: sgd, lr: 0.1}",
                        "schedule: {type: multi-step, milestones: [10, 15], warmup: {epochs: 2, factor: 0.1}}"));
        write("plain.yaml", List.of("base: base.yaml", "name: p", "model: {name: plain20-cifar}"));
        write(
                "residual.yaml",
                List.of(
                        "base: base.yaml",
                        "name: r",
                        "model: {name: resnet20-cifar}",
                        "expect: {top1: 91.25, tolerance: 0.5, source: table 6}"));
    }

    private void write(String name, List<String> lines) throws IOException {
        Files.write(folder.resolve(name), lines);
    }

    private ExperimentConfig load(List<String> lines, Setting... ofRuns) throws IOException {
        return load(lines, List.of(), List.of(ofRuns));
    }

    private ExperimentConfig load(List<String> lines, List<Setting> own, List<Setting> ofRuns) throws IOException {
        write("x.yaml", lines);
        return ConfigLoader.loadExperiment(folder.resolve("x.yaml"), own, ofRuns);
    }

    private List<String> problems(List<String> lines, Setting... ofRuns) {
        ConfigException thrown = catchThrowableOfType(ConfigException.class, () -> load(lines, ofRuns));
        assertThat(thrown).as("a problem in %s", lines).isNotNull();
        return thrown.problems().stream()
                .map(problem -> problem.replace(folder + File.separator, ""))
                .toList();
    }

    private static List<String> with(int line, String text) {
        List<String> lines = new ArrayList<>(GOOD);
        lines.set(line - 1, text);
        return lines;
    }

    @Test
    void readsRunsFromTheirFiles() throws IOException {
        ExperimentConfig experiment = load(GOOD);
        assertThat(experiment.seeds()).containsExactly(1L, 2L);
        assertThat(experiment.source()).contains("S");
        assertThat(load(with(3, "")).source()).isEmpty(); // an experiment of one's own
        assertThat(experiment.output().dir()).isEqualTo(Path.of("runs"));
        ExperimentConfig.Run deep = experiment.runs().get(1);
        assertThat(deep.config())
                .isEqualTo(ConfigLoader.load(folder.resolve("residual.yaml"), List.of())
                        .config());
        assertThat(deep.expected().orElseThrow().figure()).isEqualTo("8.75%");
        assertThat(deep.epochsInFull()).isEqualTo(20);
        assertThat(experiment.runs().get(0).expected()).isEmpty();
        assertThat(experiment.claims())
                .containsExactly(new Claim.Comparison(
                        new RunLabel("deep"), Claim.Relation.LOWER, Measure.TEST_ERROR, new RunLabel("flat")));
    }

    @Test
    void everySeedMayHaveItsOwnLabels() throws IOException {
        List<String> lines = new ArrayList<>(GOOD.subList(0, 6));
        for (String images : List.of("few", "many")) {
            lines.add("  - {label: " + images + ", config: {base: plain.yaml, data: {dataset: folder, labels: '"
                    + images + "-{seed}.csv'}}}");
        }
        lines.add("claims: [{type: comparison, run: many, has: lower, measure: test-error, than: few}]");
        RunConfig many = load(lines).runs().get(1).config(); // as long as they differ in that, the runs do
        assertThat(many.in(folder, "many-seed2", 2).data().labels()).contains(Path.of("many-2.csv"));
        lines.set(7, lines.get(7).replace("many-", "few-"));
        assertThat(problems(lines)).anyMatch(problem -> problem.contains("many would train the same as few"));
    }

    @Test
    void aRunMayChangeItsFile() throws IOException {
        ExperimentConfig.Run run = load(with(
                        8,
                        "  - {label: deep, config: {base: residual.yaml, train: {epochs: 5}, expect: null},"
                                + " published: {error: 6.61, deviation: 0.16, source: t}}"))
                .runs()
                .get(1);
        assertThat(run.config().train().epochs()).isEqualTo(5);
        assertThat(run.config().train().batchSize()).isEqualTo(4);
        assertThat(run.expected().orElseThrow().figure()).isEqualTo("6.61% ± 0.16");
        assertThat(run.isShortened()).as("its file is the published length").isFalse();
    }

    @Test
    void theCommandLineChangesAllRunsAndTheirFullLengthStays() throws IOException {
        ExperimentConfig experiment = load(
                with(5, "seeds: [7]"),
                List.of(new Setting("seeds=[3, 4]", Optional.of("--seeds 3,4"))),
                List.of(Setting.set("train.epochs=2"), Setting.set("data.limit=9")));
        assertThat(experiment.seeds()).containsExactly(3L, 4L);
        assertThat(experiment.runs()).allSatisfy(run -> {
            assertThat(run.config().train().epochs()).isEqualTo(2);
            assertThat(run.config().data().limit()).contains(9);
            assertThat(run.epochsInFull()).isEqualTo(20);
            assertThat(run.isShortened()).isTrue();
        });
    }

    @Test
    void aFileCanNameItsFullLength() throws IOException {
        ExperimentConfig.Run run = load(with(7, "  - {label: flat, config: plain.yaml, full-epochs: 164}"))
                .runs()
                .get(0);
        assertThat(run.epochsInFull()).isEqualTo(164);
        assertThat(run.isShortened()).isTrue();
    }

    @Test
    void seedsAreOneUnlessGiven() throws IOException {
        List<String> lines = new ArrayList<>(GOOD);
        lines.remove(4);
        assertThat(load(lines).seeds()).containsExactly(1L);
        assertThat(load(with(5, "seeds: [9000000000]")).seeds()).containsExactly(9_000_000_000L);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                row(1, "nam: t", "x.yaml:1: nam: unknown key; did you mean name?"),
                row(
                        1,
                        "name: a/b",
                        "x.yaml:1: name: must be a folder name: at most 100 letters, digits, '.', '_', '-',"
                                + " beginning with a letter or digit"),
                row(2, "title: ''", "x.yaml:2: title: must not be blank"),
                row(5, "seeds: [1, two]", "x.yaml:5: seeds[1]: expected a whole number, found 'two'"),
                row(5, "seeds: [3, 1, 3]", "x.yaml:5: seeds[2]: 3 is there twice"),
                row(5, "seeds: []", "x.yaml:5: seeds: must be at least one whole number"),
                row(5, "seeds: 1", "x.yaml:5: seeds: expected a list, found '1'"),
                row(
                        7,
                        "  - {label: flat, conifg: plain.yaml}",
                        "x.yaml:7: runs[0].conifg: unknown key; did you mean config?"),
                row(
                        7,
                        "  - {lable: flat, config: plain.yaml}",
                        "x.yaml:7: runs[0].lable: unknown key; did you mean label?"),
                row(7, "  - {label: flat}", "x.yaml:7: runs[0].config: missing; this key is required"),
                row(
                        7,
                        "  - {label: flat, config: plane.yaml}",
                        "x.yaml:7: runs[0].config: plane.yaml: no such file; did you mean plain.yaml?"),
                row(
                        7,
                        "  - {label: flat, config: [plain.yaml]}",
                        "x.yaml:7: runs[0].config: expected the path of a file, relative to this one"),
                row(
                        7,
                        "  - {label: flat, config: x.yaml}",
                        "x.yaml:7: runs[0].config: leads back to itself: x.yaml -> x.yaml"),
                row(
                        7,
                        "  - {label: flat, config: {base: plane.yaml}}",
                        "x.yaml:7: runs[0].config.base: plane.yaml: no such file; did you mean plain.yaml?"),
                row(
                        7,
                        "  - {label: flat, config: {base: plain.yaml, train: {epoch: 3}}}",
                        "x.yaml:7: train.epoch: unknown key; did you mean epochs?"),
                row(
                        8,
                        "  - {label: deep, config: residual.yaml}\n  - {label: a b, config: {base: plain.yaml, train:"
                                + " {epochs: 3}}}",
                        "x.yaml:9: runs[2].label: must be at most 60 letters, digits, '.', '_', '-', beginning with a letter or digit"),
                row(
                        8,
                        "  - {label: deep, config: residual.yaml}\n  - {label: Flat, config: plain.yaml}",
                        "x.yaml:9: runs[2].label: Flat is the label of an earlier"
                                + " run, too; every run needs a folder of its own"),
                row(
                        8,
                        "  - {label: deep, config: {base: plain.yaml, name: other, data: {workers: 3}}}",
                        "x.yaml:8: runs[1]: deep would train the same as flat; change one of them or remove it"),
                row(
                        7,
                        "  - {label: flat, config: plain.yaml, full-epochs: 0}",
                        "x.yaml:7: runs[0].full-epochs: must be at least 1, not 0"),
                row(
                        7,
                        "  - {label: flat, config: plain.yaml, published: {source: s}}",
                        "x.yaml:7: runs[0].published: give either error or error-above"),
                row(
                        7,
                        "  - {label: flat, config: plain.yaml, published: {error: 101, source: s}}",
                        "x.yaml:7: runs[0].published.error: must be a percentage, 0 to 100"),
                row(10, "  []", "x.yaml:9: claims: must be at least one"),
                row(
                        10,
                        "  - {type: comparision, run: deep}",
                        "x.yaml:10: claims[0].type: unknown value 'comparision'; did you mean comparison?"),
                row(
                        10,
                        "  - {type: comparison, run: deap, has: lower, measure: test-error, than: flat}",
                        "x.yaml:10: claims[0].run: unknown value 'deap'; did you mean deep?"),
                row(
                        10,
                        "  - {type: comparison, run: deep, has: less, measure: test-error, than: flat}",
                        "x.yaml:10: claims[0].has: unknown value 'less'; known: higher, lower"),
                row(
                        10,
                        "  - {type: comparison, run: deep, has: lower, measure: test-eror, than: flat}",
                        "x.yaml:10: claims[0].measure: unknown value 'test-eror'; did you mean test-error?"),
                row(
                        10,
                        "  - {type: comparison, run: deep, has: lower, measure: test-error, than: deep}",
                        "x.yaml:10: claims[0].than: must be another run than deep"),
                row(
                        10,
                        "  - {type: ranking, runs: [deep], measure: test-error}",
                        "x.yaml:10: claims[0].runs: must be at least two, the lowest first"),
                row(
                        10,
                        "  - {type: ranking, runs: [deep, deep], measure: test-error}",
                        "x.yaml:10: claims[0].runs: must be different runs"),
                row(
                        10,
                        "  - {type: within, run: deep, of: flat, measure: training-time, margin: 1}",
                        "x.yaml:10: claims[0].measure: must be an error, since the margin is in percentage points; for"
                                + " times use type: ratio"),
                row(
                        10,
                        "  - {type: within, run: deep, of: flat, measure: test-error, margin: 0}",
                        "x.yaml:10: claims[0].margin: must be greater than 0, not 0"),
                row(
                        10,
                        "  - {type: ratio, run: deep, to: flat, measure: training-time, about: 0.75, tolerance: -1}",
                        "x.yaml:10: claims[0].tolerance: must be greater than 0, not -1"));
    }

    private static Arguments row(int line, String text, String problem) {
        return Arguments.of(line, text, problem);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void saysWhatIsWrongAndWhere(int line, String text, String problem) {
        assertThat(problems(with(line, text))).containsExactly(problem);
    }

    @Test
    void reportsAllMistakesOfAllFilesAtOnce() throws IOException {
        write("residual.yaml", List.of("base: base.yaml", "name: r", "modle: {name: resnet20-cifar}"));
        List<String> lines = with(7, "  - {label: flat, config: plane.yaml}");
        lines.set(4, "seeds: [1, 1]");
        lines.set(9, "  - {type: lowest, run: flad, measure: test-error}");
        assertThat(problems(lines))
                .containsExactlyInAnyOrder(
                        "x.yaml:7: runs[0].config: plane.yaml: no such file; did you mean plain.yaml?",
                        "residual.yaml:3: modle: unknown key; did you mean model?",
                        "x.yaml:5: seeds[1]: 1 is there twice",
                        "x.yaml:10: claims[0].run: unknown value 'flad'; did you mean flat?");
    }

    /** Two runs share the file, and all runs the argument; once is enough. */
    @Test
    void saysWhatRunsShareOnce() throws IOException {
        write(
                "base.yaml",
                List.of(
                        "data: {dataset: cifar10}",
                        "train: {epochs: 20, batch-size: 4}",
                        "optimizer: {type: sgd, lr: -1}",
                        "schedule: {type: constant}"));
        assertThat(problems(GOOD, Setting.set("data.limt=3")))
                .containsExactlyInAnyOrder(
                        "base.yaml:3: optimizer.lr: must be greater than 0, not -1",
                        "--set data.limt=3: data.limt: unknown key; did you mean limit?");
    }

    /** The networks have different options, and so different things to say. */
    @Test
    void namesTheRunsThatMindAnArgument() throws IOException {
        String unknown = ": model.options: in %s: unknown option \"%s\"; its options are shortcut, stride-on,";
        assertThat(problems(GOOD, Setting.set("model.options.depth=21")))
                .satisfiesExactly(
                        problem -> assertThat(problem)
                                .startsWith("--set model.options.depth=21" + unknown.formatted("flat", "depth")),
                        problem -> assertThat(problem)
                                .startsWith("--set model.options.depth=21" + unknown.formatted("deep", "depth")));
        List<String> three = with(
                8,
                "  - {label: deep, config: residual.yaml}\n  - {label: also, config: {base: plain.yaml, train: {epochs: 3}}}");
        assertThat(problems(three, Setting.set("model.options.stochastic-depth=0.5")))
                .singleElement()
                .asString()
                .contains(unknown.formatted("flat, also", "stochastic-depth"));
    }

    @Test
    void anOptionOfTheNetworkIsLookedForAmongItsOptions() throws IOException {
        assertThat(problems(GOOD, Setting.set("model.stochastic-depth=0")))
                .containsExactly("--set model.stochastic-depth=0: model.stochastic-depth: unknown key; did you mean"
                        + " model.options.stochastic-depth?");
    }

    /** One file says what is the default of the other. */
    @Test
    void anOptionSetToItsDefaultMakesNoOtherRun() throws IOException {
        write("residual.yaml", List.of("base: base.yaml", "name: r", "model: {name: resnet20-cifar, shortcut: a}"));
        assertThat(problems(GOOD, Setting.set("model.name=resnet20-cifar")))
                .containsExactly(
                        "x.yaml:8: runs[1]: deep would train the same as flat; change one of them or remove it");
        write(
                "residual.yaml",
                List.of("base: base.yaml", "name: r", "model: {name: resnet20-cifar, options: {stochastic-depth: 1}}"));
        assertThat(problems(GOOD, Setting.set("model.name=resnet20-cifar"))).hasSize(1);
        write("residual.yaml", List.of("base: base.yaml", "name: r", "model: {name: resnet20-cifar, shortcut: b}"));
        assertThat(load(GOOD, Setting.set("model.name=resnet20-cifar")).runs()).hasSize(2);
    }

    @Test
    void anEmptyNameIsNamedAsSuch() {
        assertThatThrownBy(() -> ConfigLoader.loadExperiment(Path.of(""), List.of(), List.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessage("'': an empty name; give that of a file");
    }

    @Test
    void aRunIsNoExperiment() throws IOException {
        ConfigException thrown = catchThrowableOfType(
                ConfigException.class,
                () -> ConfigLoader.loadExperiment(folder.resolve("plain.yaml"), List.of(), List.of()));
        assertThat(thrown).hasMessageContaining("this configures one run; train it with `resnet4j train -c`");
    }

    @Test
    void shorteningMovesEveryEpochThatTheScheduleNames() throws IOException {
        ExperimentConfig.Run run = load(GOOD).shortened(5).runs().get(0);
        ScheduleConfig.MultiStep schedule =
                (ScheduleConfig.MultiStep) run.config().schedule();
        assertThat(schedule.milestones()).containsExactly(3.0, 4.0);
        assertThat(schedule.warmup().orElseThrow().epochs()).contains(0.5);
        assertThat(run.epochsInFull()).isEqualTo(20);
        assertThat(load(GOOD).shortened(20)).isEqualTo(load(GOOD));
        assertThatThrownBy(() -> load(GOOD).shortened(21))
                .isInstanceOf(UsageException.class)
                .hasMessage("cannot shorten flat to 21 epochs: choose 1 to 20, its length");
        assertThatThrownBy(() -> load(GOOD).shortened(0)).isInstanceOf(UsageException.class);
    }

    @Test
    void whatTrainsTheSameIsTheSame() throws IOException {
        RunConfig one = load(GOOD).runs().get(1).config();
        RunConfig elsewhere = load(GOOD, Setting.set("data.dir=x"), Setting.set("train.keep-checkpoints=9"))
                .runs()
                .get(1)
                .config()
                .in(Path.of("y"), "z", one.train().seed());
        assertThat(one.differences(elsewhere)).isEmpty();
        RunConfig resolved = one.withData(
                one.data().withPreprocessing(List.of(), NormalizeConfig.IMAGENET)); // as its config.yaml says
        assertThat(one.differences(resolved)).isEmpty();
        assertThat(one.differences(one.in(Path.of("y"), "z", 5))).containsExactly("train.seed 1 (there 5)");
        assertThat(one.differences(one.shortened(10)))
                .containsExactly(
                        "schedule.milestones 10, 15 (there 5, 8)",
                        "schedule.warmup warmup (kind linear, epochs 2, factor 0.1) (there warmup (kind linear, epochs 1,"
                                + " factor 0.1))",
                        "train.epochs 20 (there 10)");
    }

    /** Options are written in two forms, and in any order. */
    @Test
    void optionsAreComparedByMeaning() throws IOException {
        RunConfig shortForm =
                load(GOOD, Setting.set("model.shortcut=b")).runs().get(1).config();
        RunConfig fullForm = load(GOOD, Setting.set("model.options={shortcut: b}"))
                .runs()
                .get(1)
                .config();
        RunConfig other = load(GOOD, Setting.set("model.options={shortcut: c}"))
                .runs()
                .get(1)
                .config();
        assertThat(shortForm.differences(fullForm)).isEmpty();
        assertThat(shortForm.differences(other)).containsExactly("model.options.shortcut b (there c)");
    }
}
