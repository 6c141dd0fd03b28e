package io.github.resnet4j.finetune.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.engine.ParameterLayout;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.internal.report.CsvLog;
import io.github.resnet4j.finetune.internal.task.classification.Classification;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run whose frozen part is computed once trains as one in which every step computes it. */
final class FrozenFeaturesTest {
    private static final String NOT_KEPT = "data.feature-cache=0";

    @TempDir
    private Path folder;

    private Path data;
    private Path runs;

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    @BeforeEach
    void writeData() throws IOException {
        data = TinyData.write(folder.resolve("data"), 8, 8, "red", "green", "blue");
        runs = folder.resolve("runs");
    }

    private TinyData.Runner run(String name, String... overrides) {
        List<String> all = new ArrayList<>(List.of("name=" + name, "data.augment=[]", "model.freeze=layer2"));
        all.addAll(List.of(overrides));
        return new TinyData.Runner(config(all.toArray(String[]::new)));
    }

    private ConfigLoader.Loaded config(String... overrides) {
        return TinyData.config(data, runs, overrides);
    }

    /** The files of the cache and when they were written. */
    private Map<Path, FileTime> cached() throws IOException {
        Map<Path, FileTime> files = new TreeMap<>();
        Path root = runs.resolve("cache/features");
        if (Files.exists(root)) {
            try (Stream<Path> all = Files.walk(root)) {
                for (Path file : all.filter(Files::isRegularFile).toList()) {
                    files.put(file, Files.getLastModifiedTime(file));
                }
            }
        }
        return files;
    }

    private ComputationGraph model(String name) {
        return ModelArchive.read(runs.resolve(name).resolve("last.zip"), NetworkGraph.Options.seeded(1))
                .graph();
    }

    private void assertTrainedAlike(String name, String reference) throws IOException {
        float[] own = model(name).params().data().asFloat();
        float[] other = model(reference).params().data().asFloat();
        double distance = 0;
        double norm = 0;
        for (int i = 0; i < own.length; i++) {
            distance += Math.pow(own[i] - other[i], 2);
            norm += Math.pow(other[i], 2);
        }
        assertThat(Math.sqrt(distance / norm)).isLessThan(1e-5);
        List<EpochRow> rows = CsvLog.read(runs.resolve(name).resolve("log.csv"), Classification.METRICS);
        List<EpochRow> others = CsvLog.read(runs.resolve(reference).resolve("log.csv"), Classification.METRICS);
        assertThat(rows).hasSameSizeAs(others);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(rows.get(i).trainLoss()).isCloseTo(others.get(i).trainLoss(), within(1e-4));
            assertThat(rows.get(i).valLoss()).isCloseTo(others.get(i).valLoss(), within(1e-4));
            assertThat(rows.get(i).val(Metric.TOP1)).isEqualTo(others.get(i).val(Metric.TOP1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"stem", "layer3", "layer2.1.bn1"})
    void trainsAsWithoutACache(String frozen) throws IOException {
        run("kept", "model.freeze=" + frozen).run();
        assertThat(cached()).hasSize(2);
        run("anew", "model.freeze=" + frozen, NOT_KEPT).run();
        assertThat(cached()).hasSize(2);
        assertTrainedAlike("kept", "anew");
    }

    @Test
    void whatIsFrozenStaysToTheByte() throws IOException {
        TinyData.Runner runner = run("kept");
        ComputationGraph start = TinyData.start(config("name=kept", "data.augment=[]", "model.freeze=layer2")
                        .config())
                .graph();
        runner.run();
        ComputationGraph end = model("kept");
        FloatBuffer before = start.params().data().asNioFloat();
        FloatBuffer after = end.params().data().asNioFloat();
        for (ParameterLayout.Segment segment : ParameterLayout.of(start).segments()) {
            boolean same = before.slice(segment.offset(), segment.length())
                    .equals(after.slice(segment.offset(), segment.length()));
            assertThat(same).as(segment.toString()).isEqualTo(segment.frozen());
        }
    }

    /** The second run reads what the first one wrote, and trains to the same byte. */
    @Test
    void anotherRunUsesWhatIsThere() throws IOException {
        run("first").run();
        Map<Path, FileTime> before = cached();
        run("second", "optimizer.lr=0.05").run();
        assertThat(cached()).isEqualTo(before);
        assertThat(TinyData.coefficients(runs.resolve("second/last.zip")))
                .isEqualTo(TinyData.coefficients(runs.resolve("first/last.zip")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data.normalize=imagenet",
                "data.eval=[resize: {size: 9}, center-crop: {size: 8}]",
                "train.seed=2",
                "model.freeze=layer1",
                "data.limit=9",
                "data.on-bad-image=skip"
            })
    void whatDecidesAboutTheValuesMakesOthers(String override) throws IOException {
        run("first").run();
        Map<Path, FileTime> before = cached();
        run("second", override).run();
        assertThat(cached()).containsAllEntriesOf(before).hasSizeGreaterThan(2);
    }

    /** Whatever its size: the time of the last change tells. */
    @Test
    void aChangedImageMakesOthers() throws IOException {
        run("first").run();
        Path image = data.resolve("train/red/0.png");
        Files.setLastModifiedTime(image, FileTime.from(Instant.now().plusSeconds(5)));
        run("second").run();
        assertThat(cached()).hasSize(3);
    }

    @Test
    void viewsAreTakenInTurn() throws IOException {
        String[] views = {"data.augment=[horizontal-flip, pad-crop]", "data.views=3", "train.epochs=5"};
        run("kept", views).run();
        assertThat(cached()).hasSize(4);
        List<String> without = new ArrayList<>(Arrays.asList(views));
        without.add(NOT_KEPT);
        run("anew", without.toArray(String[]::new)).run();
        assertTrainedAlike("kept", "anew");
    }

    /** A small class has the same image several times in an epoch, each time in another view. */
    @Test
    void viewsOfBalancedClasses() throws IOException {
        for (int i = 2; i < TinyData.TRAIN; i++) {
            Files.delete(data.resolve("train/red/" + i + ".png"));
        }
        String[] views = {"data.augment=[horizontal-flip, pad-crop]", "data.views=2", "data.sampling=balanced"};
        run("kept", views).run();
        List<String> without = new ArrayList<>(Arrays.asList(views));
        without.add(NOT_KEPT);
        run("anew", without.toArray(String[]::new)).run();
        assertTrainedAlike("kept", "anew");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data.augment=[horizontal-flip]", "train.mix={mixup: 0.2}"})
    void whatChangesInEveryEpochIsNotKeptAndThatIsSaid(String override) throws IOException {
        TinyData.Runner runner = run("anew", override);
        runner.run();
        assertThat(cached()).isEmpty();
        assertThat(runner.said())
                .containsOnlyOnce("the part up to layer2.2.relu is frozen, ")
                .contains(
                        override.contains("mix")
                                ? "because train.mix makes a new image of every two"
                                : "because the images are augmented anew in every epoch (--set data.views=4 takes");
    }

    /** The head alone on cached values; from the third epoch on layer3, on others; in the end everything, on images. */
    @Test
    void everyPhaseHasItsOwn() throws IOException {
        String[] gradual = {
            "model.freeze=null",
            "train.epochs=6",
            "train.ema-decay=0.9",
            "optimizer.groups=[{parts: [layer3], thaw: 2}, {parts: [layer1, layer2, stem], thaw: 4}]"
        };
        run("kept", gradual).run();
        assertThat(cached()).hasSize(4);
        List<String> without = new ArrayList<>(Arrays.asList(gradual));
        without.add(NOT_KEPT);
        run("anew", without.toArray(String[]::new)).run();
        assertTrainedAlike("kept", "anew");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 11})
    void aRunResumedAnywhereEqualsOneThatWasNot(int stopAt) throws IOException {
        run("whole").run();
        Files.walk(runs.resolve("cache")).sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile()
                .delete());
        TinyData.Runner stopped = run("stopped").stopAfter(stopAt);
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(stopped::run)
                .satisfies(e -> assertThat(e.begun())
                        .as("not while features are computed")
                        .isEqualTo(stopAt > 1));
        run("stopped").resume().run();
        assertThat(TinyData.coefficients(runs.resolve("stopped/last.zip")))
                .isEqualTo(TinyData.coefficients(runs.resolve("whole/last.zip")));
    }

    @Test
    void withoutRoomEveryStepComputesAndThatIsSaid() throws IOException {
        TinyData.Runner runner = run("small", "data.feature-cache=1e-6");
        runner.run();
        assertThat(runner.said())
                .contains("the values of the frozen part, up to layer2.2.relu, are not kept: ")
                .contains(" do not fit into ")
                .contains("(data.feature-cache)");
        run("anew", NOT_KEPT).run();
        assertTrainedAlike("small", "anew");
    }

    @Test
    void aCacheThatCannotBeWrittenIsSaid() throws IOException {
        Files.createDirectories(runs.resolve("cache"));
        Files.writeString(runs.resolve("cache/features"), "a file");
        TinyData.Runner runner = run("broken");
        runner.run();
        assertThat(runner.said()).contains("are not kept: ").contains("they are computed in every step");
        assertThat(runs.resolve("cache/features")).hasContent("a file");
    }

    /** What is whole stays in the cache; the run goes on without it, and equals one without a cache. */
    @Test
    void aFileThatCannotBeWrittenIsSaidAndWhatIsThereStays() throws IOException {
        run("first").run();
        Path val = cached().keySet().stream()
                .min(Comparator.comparingLong(file -> file.toFile().length()))
                .orElseThrow();
        Files.delete(val);
        Map<Path, FileTime> train = cached();
        Files.createDirectories(val.resolve("in the way"));
        TinyData.Runner runner = run("kept");
        runner.run();
        assertThat(runner.said())
                .contains(
                        " are not kept: " + val + ": is a folder; name a file in it; they are computed in every step");
        assertThat(cached()).isEqualTo(train);
        run("anew", NOT_KEPT).run();
        assertTrainedAlike("kept", "anew");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aDiskThatFillsUpIsSaidAndLeavesNothingHalfWritten() throws Exception {
        Path disk = Files.createDirectories(runs.resolve("cache"));
        assumeThat(succeeds("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString()))
                .as("only root may mount")
                .isTrue();
        try {
            TinyData.Runner runner = run("full");
            runner.run();
            assertThat(runner.said())
                    .contains("cannot be written: the disk is full; free some space; they are computed in every step");
            assertThat(cached().keySet())
                    .allMatch(file -> file.toString().endsWith(".features"))
                    .hasSize(1);
        } finally {
            succeeds("umount", disk.toString());
        }
        run("anew", NOT_KEPT).run();
        assertTrainedAlike("full", "anew");
    }

    private static boolean succeeds(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    @Test
    void anImageThatCannotBeReadEndsTheRun() throws IOException {
        damage("train/red/1.png");
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> run("fails", "data.check-images=false").run())
                .withMessageContaining("1.png");
    }

    /** Training uses the next image in its place, evaluation leaves it out; the report names both. */
    @Test
    void imagesThatCannotBeReadAreSkippedAsWithoutACache() throws IOException {
        damage("train/red/1.png");
        damage("val/blue/9.png");
        String[] skip = {"data.check-images=false", "data.on-bad-image=skip"};
        run("kept", skip).run();
        List<String> without = new ArrayList<>(Arrays.asList(skip));
        without.add(NOT_KEPT);
        run("anew", without.toArray(String[]::new)).run();
        assertTrainedAlike("kept", "anew");
        assertThat(runs.resolve("kept/report.html")).content().contains("red/1.png", "blue/9.png");
    }

    private void damage(String image) throws IOException {
        Path file = data.resolve(image);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    }
}
