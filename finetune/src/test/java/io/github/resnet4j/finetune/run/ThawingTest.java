package io.github.resnet4j.finetune.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.engine.ParameterLayout;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.checkpoint.Checkpoints;
import io.github.resnet4j.finetune.internal.checkpoint.Snapshot;
import io.github.resnet4j.finetune.train.StoppedException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Four epochs of four iterations: layer2 thaws after the first, layer1 after the third, the stem never. */
final class ThawingTest {
    private static final String[] GRADUAL = {
        "train.epochs=4",
        "data.check-images=false",
        "train.keep-checkpoints=20",
        "train.ema-decay=0.9",
        "train.mix={mixup: 0.2}",
        "optimizer.groups=[{parts: [layer2], lr-factor: 0.5, thaw: 1}, {parts: [layer1], thaw: 3},"
                + " {parts: [stem], thaw: 9}, {parts: [head], lr-factor: 2}]"
    };

    @TempDir
    static Path shared;

    private static Path data;

    @TempDir
    private Path runs;

    @BeforeAll
    static void writeData() throws IOException {
        data = TinyData.write(shared.resolve("data"), 8, 8, "red", "green", "blue");
        OneDnn.enable();
    }

    private ConfigLoader.Loaded config(String name, String engine, String... more) {
        List<String> all = new ArrayList<>(List.of(GRADUAL));
        all.add("name=" + name);
        all.add("engine=" + engine);
        all.addAll(List.of(more));
        return TinyData.config(data, runs, all.toArray(String[]::new));
    }

    /** What a run's checkpoints hold, oldest first. */
    private List<Snapshot> snapshots(String name) throws IOException {
        Path folder = runs.resolve(name).resolve("checkpoints");
        List<Snapshot> found = new ArrayList<>();
        Path single = runs.resolve("single");
        try (var paths = Files.list(folder)) {
            for (Path path : paths.sorted().toList()) {
                Path alone = Files.createDirectories(single.resolve(name + path.getFileName()));
                Path copy = Files.createDirectories(alone.resolve(path.getFileName()));
                try (var files = Files.list(path)) {
                    for (Path file : files.toList()) {
                        Files.copy(file, copy.resolve(file.getFileName()));
                    }
                }
                found.add(new Checkpoints(alone, 1).newestValid(warning -> {}).orElseThrow());
            }
        }
        return found;
    }

    private static Set<String> changed(ParameterLayout layout, FloatBuffer before, FloatBuffer after) {
        Set<String> changed = new TreeSet<>();
        for (ParameterLayout.Segment segment : layout.segments()) {
            for (int i = segment.offset(); i < segment.offset() + segment.length(); i++) {
                if (Float.floatToRawIntBits(before.get(i)) != Float.floatToRawIntBits(after.get(i))) {
                    changed.add(segment.vertex());
                }
            }
        }
        return changed;
    }

    private static Set<String> stages(Set<String> vertices) {
        Set<String> stages = new TreeSet<>();
        vertices.forEach(vertex -> stages.add(vertex.startsWith("layer") ? vertex.substring(0, 6) : vertex));
        return stages;
    }

    @ParameterizedTest
    @ValueSource(strings = {"onednn", "dl4j"})
    void partsAreFrozenToTheByteUntilTheyThaw(String engine) throws IOException {
        ConfigLoader.Loaded config = config(engine, engine);
        ComputationGraph graph = TinyData.start(config.config()).graph();
        ParameterLayout layout = ParameterLayout.of(graph);
        FloatBuffer start = FloatBuffer.wrap(graph.params().data().asFloat());
        TinyData.Runner runner = new TinyData.Runner(config);
        runner.run();
        List<Snapshot> epochs = snapshots(engine);

        assertThat(epochs).hasSize(4);
        List<Set<String>> moved = new ArrayList<>();
        FloatBuffer before = start;
        for (Snapshot epoch : epochs) {
            moved.add(stages(changed(layout, before, epoch.parameters())));
            before = epoch.parameters();
        }
        assertThat(moved)
                .containsExactly(
                        Set.of("layer3", "fc"),
                        Set.of("layer2", "layer3", "fc"),
                        Set.of("layer2", "layer3", "fc"),
                        Set.of("layer1", "layer2", "layer3", "fc"));
        assertThat(stages(changed(layout, start, epochs.get(3).state().get("average"))))
                .as("the average moves with what is trained")
                .containsExactlyInAnyOrder("layer1", "layer2", "layer3", "fc");
        assertThat(runner.said())
                .contains("from epoch 2 on, layer2 is trained, too", "from epoch 4 on, layer1 is trained, too");
    }

    /** Convolutions are frozen; what their batch normalisations do meanwhile is the plan's to say. */
    @ParameterizedTest
    @ValueSource(strings = {"onednn", "dl4j"})
    void normsOfFrozenPartsDoWhatThePlanSays(String engine) throws IOException {
        ConfigLoader.Loaded config = config(
                engine,
                engine,
                "model.freeze=stem",
                "model.freeze-norm=train",
                "optimizer.groups=[{parts: [layer1], thaw: 9, freeze-norm: frozen-statistics}, {parts: [layer2], thaw: 9}]",
                "train.epochs=1",
                "data.augment=[]");
        ComputationGraph graph = TinyData.start(config.config()).graph();
        FloatBuffer start = FloatBuffer.wrap(graph.params().data().asFloat());
        new TinyData.Runner(config).run();
        FloatBuffer end = snapshots(engine).get(0).parameters();
        Set<String> moved = new TreeSet<>();
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            if (!start.slice(segment.offset(), segment.length())
                    .equals(end.slice(segment.offset(), segment.length()))) {
                moved.add(segment.vertex().replaceAll("layer(.)\\..\\.(conv|bn)..*|(conv|bn)1", "$1$2$3") + "_"
                        + segment.key());
            }
        }
        assertThat(moved)
                .containsExactlyInAnyOrder(
                        "bn_gamma",
                        "bn_beta",
                        "bn_mean",
                        "bn_var",
                        "1bn_gamma",
                        "1bn_beta",
                        "3bn_gamma",
                        "3bn_beta",
                        "3bn_mean",
                        "3bn_var",
                        "3conv_W",
                        "fc_W",
                        "fc_b");
    }

    /** Stopped before, on and behind both thaws: an epoch asks four times in steps, twice in its evaluation. */
    @Test
    void aRunResumedAnywhereEqualsOneThatWasNot() throws IOException {
        new TinyData.Runner(config("whole", "onednn")).run();
        byte[] whole = TinyData.coefficients(runs.resolve("whole/model.zip"));
        for (int stopAt : new int[] {2, 5, 7, 18, 23}) {
            String name = "stopped" + stopAt;
            TinyData.Runner stopped = new TinyData.Runner(config(name, "onednn")).stopAfter(stopAt);
            assertThatExceptionOfType(StoppedException.class).isThrownBy(stopped::run);

            new TinyData.Runner(config(name, "onednn")).resume().run();

            assertThat(TinyData.coefficients(runs.resolve(name + "/model.zip")))
                    .as("stopped after %d polls", stopAt)
                    .isEqualTo(whole);
        }
    }

    @Test
    void bothEnginesThawAlike() throws IOException {
        double plan = new TinyData.Runner(config("plan", "onednn", "optimizer.lr=0.001"))
                .run()
                .loss();
        double dl4j = new TinyData.Runner(config("graph", "dl4j", "optimizer.lr=0.001"))
                .run()
                .loss();
        assertThat(plan).isCloseTo(dl4j, within(1e-3));
    }

    /** With AdamW's averages beginning at the thaw. */
    @Test
    void adamWResumesAcrossAThaw() throws IOException {
        String adam = "optimizer={type: adamw, lr: 0.001, groups: [{parts: [stem, layer1], thaw: 2}]}";
        new TinyData.Runner(config("whole", "onednn", adam)).run();
        TinyData.Runner stopped = new TinyData.Runner(config("stopped", "onednn", adam)).stopAfter(14);
        assertThatExceptionOfType(StoppedException.class).isThrownBy(stopped::run);
        new TinyData.Runner(config("stopped", "onednn", adam)).resume().run();

        assertThat(TinyData.coefficients(runs.resolve("stopped/model.zip")))
                .isEqualTo(TinyData.coefficients(runs.resolve("whole/model.zip")));
    }

    @Test
    void phasesBeginWhereSomethingThaws() {
        RunConfig config = config("phases", "onednn").config();
        assertThat(Phase.of(config))
                .containsExactly(
                        new Phase(0, 1, Set.of("layer1", "stem", "layer2")),
                        new Phase(1, 3, Set.of("layer1", "stem")),
                        new Phase(3, 4, Set.of("stem")));
    }

    /** Gradients go through a stage that is still frozen to the one before it. */
    @ParameterizedTest
    @ValueSource(strings = {"onednn", "dl4j"})
    void partsThawInAnyOrder(String engine) throws IOException {
        ConfigLoader.Loaded config = config(
                engine,
                engine,
                "optimizer.groups=[{parts: [layer1], thaw: 1}, {parts: [layer2], thaw: 3}, {parts: [stem], thaw: 3}]");
        ComputationGraph graph = TinyData.start(config.config()).graph();
        FloatBuffer start = FloatBuffer.wrap(graph.params().data().asFloat());
        new TinyData.Runner(config).run();
        ParameterLayout layout = ParameterLayout.of(graph);
        List<Snapshot> epochs = snapshots(engine);
        assertThat(stages(changed(layout, start, epochs.get(0).parameters())))
                .containsExactlyInAnyOrder("layer3", "fc");
        assertThat(stages(changed(
                        layout, epochs.get(0).parameters(), epochs.get(2).parameters())))
                .containsExactlyInAnyOrder("layer1", "layer3", "fc");
        assertThat(stages(changed(
                        layout, epochs.get(2).parameters(), epochs.get(3).parameters())))
                .containsExactlyInAnyOrder("conv1", "bn1", "layer1", "layer2", "layer3", "fc");
    }

    @Test
    void somethingMustBeTrainedFromTheBeginning() {
        String all = "optimizer.groups=[{parts: [stem, layer1, layer2, layer3, head], thaw: 1}]";
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> new TinyData.Runner(config("none", "onednn", all)).run())
                .withMessageContaining("nothing is trained before epoch 1");
        assertThat(runs.resolve("none/log.csv")).doesNotExist();
    }
}
