package io.github.resnet4j.finetune.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every file in {@code configs/experiments}. */
final class ExperimentsTest {
    private static final Path FOLDER = Path.of("..", "configs", "experiments");

    static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(FOLDER)) {
            return all.sorted().toList();
        }
    }

    private static ExperimentConfig load(String name) {
        return ConfigLoader.loadExperiment(FOLDER.resolve(name + ".yaml"), List.of(), List.of());
    }

    @Test
    void areAllThere() throws IOException {
        assertThat(files().stream().map(file -> file.getFileName().toString()))
                .containsExactly(
                        "activations.yaml",
                        "degradation.yaml",
                        "lesion.yaml",
                        "shortcuts-20.yaml",
                        "shortcuts.yaml",
                        "stochastic-depth-56.yaml",
                        "stochastic-depth.yaml",
                        "transfer-cifar.yaml",
                        "transfer-photographs.yaml");
    }

    static List<Path> papers() throws IOException {
        return files().stream()
                .filter(file -> !file.getFileName().toString().startsWith("transfer-"))
                .toList();
    }

    /** The runs of a paper's experiment differ in the network, and in nothing else but the warm-up of deep ones. */
    @ParameterizedTest
    @MethodSource("papers")
    void comparesNetworksThatAreTrainedAlike(Path file) {
        ExperimentConfig experiment = ConfigLoader.loadExperiment(file, List.of(), List.of());
        assertThat(file.getFileName()).hasToString(experiment.name() + ".yaml");
        RunConfig first = experiment.runs().get(0).config();
        for (ExperimentConfig.Run run : experiment.runs()) {
            assertThat(run.config().differences(first).stream().map(difference -> difference.replaceAll(" .*", "")))
                    .as(run.label())
                    .allMatch(key -> key.startsWith("model.") || key.equals("schedule.warmup"));
            assertThat(run.isShortened()).isFalse();
            Network network = Zoo.find(run.config().model().name())
                    .with(run.config().model().chosenOptions())
                    .network();
            assertThat(network.classes()).isEqualTo(10);
        }
    }

    /** The figures of the papers' tables, as printed. */
    @Test
    void publishedFiguresAreThePapers() {
        assertThat(published("degradation")).isEqualTo(Map.of("resnet20", "8.75%", "resnet56", "6.97%"));
        assertThat(published("shortcuts"))
                .isEqualTo(Map.of(
                        "identity", "6.61%",
                        "constant-scaling", "12.35%",
                        "exclusive-gating", "8.70%",
                        "shortcut-gating", "6.91%",
                        "conv-shortcut", "12.22%",
                        "dropout-shortcut", "above 20%"));
        assertThat(published("activations"))
                .isEqualTo(Map.of(
                        "original", "6.61%",
                        "bn-after-add", "8.17%",
                        "relu-before-add", "7.84%",
                        "relu-only", "6.71%",
                        "full-pre-activation", "6.37%"));
        assertThat(published("stochastic-depth")).isEqualTo(Map.of("constant", "6.41%", "stochastic", "5.23%"));
        assertThat(published("stochastic-depth-56")).isEqualTo(Map.of("constant", "6.97%"));
    }

    private static Map<String, String> published(String name) {
        return load(name).runs().stream()
                .filter(run -> run.expected().isPresent())
                .collect(Collectors.toMap(
                        ExperimentConfig.Run::label,
                        run -> run.expected().orElseThrow().figure()));
    }

    /** They differ in what is trained, when, at which rates and how long: not in what the network sees. */
    @ParameterizedTest
    @ValueSource(strings = {"transfer-cifar", "transfer-photographs"})
    void transfersAreOfTheSameImages(String name) {
        ExperimentConfig experiment = load(name);
        assertThat(experiment.seeds()).containsExactly(1L, 2L, 3L, 4L, 5L);
        RunConfig first = experiment.runs().get(0).config();
        for (ExperimentConfig.Run run : experiment.runs()) {
            assertThat(run.config().differences(first).stream().map(difference -> difference.replaceAll(" .*", "")))
                    .as(run.label())
                    .isSubsetOf(
                            "model.name",
                            "model.weights",
                            "model.freeze",
                            "data.views",
                            "train.epochs",
                            "train.batch-size",
                            "optimizer.lr",
                            "optimizer.weight-decay",
                            "optimizer.groups");
        }
        assertThat(experiment.runs().stream()
                        .map(run -> run.label().replaceAll("-\\d+$", ""))
                        .distinct())
                .containsExactly("scratch", "head", "gradual", "full", "discriminative", "auto");
    }

    @Test
    void constantDepthDropsNothing() {
        for (String name : List.of("stochastic-depth", "stochastic-depth-56")) {
            Map<String, String> survival = load(name).runs().stream()
                    .collect(Collectors.toMap(
                            ExperimentConfig.Run::label,
                            run -> run.config().model().chosenOptions().getOrDefault("stochastic-depth", "1")));
            assertThat(survival).isEqualTo(Map.of("constant", "1", "stochastic", "0.5"));
        }
    }

    @Test
    void shortenedRunsKeepTheShapeOfTheirSchedules() {
        ExperimentConfig short12 = load("degradation").shortened(12);
        assertThat(short12.runs()).allSatisfy(run -> {
            assertThat(run.config().train().epochs()).isEqualTo(12);
            assertThat(((ScheduleConfig.MultiStep) run.config().schedule()).milestones())
                    .containsExactly(6.0, 9.0);
            assertThat(run.isShortened()).isTrue();
            assertThat(run.epochsInFull()).isEqualTo(164);
        });
        Function<Integer, List<Double>> milestones = epochs -> ((ScheduleConfig.MultiStep) load("stochastic-depth")
                        .shortened(epochs)
                        .runs()
                        .get(0)
                        .config()
                        .schedule())
                .milestones();
        assertThat(milestones.apply(2)).containsExactly(1.0, 2.0);
        assertThat(milestones.apply(1)).containsExactly(1.0, 2.0);
        assertThat(milestones.apply(500)).containsExactly(250.0, 375.0);
    }
}
