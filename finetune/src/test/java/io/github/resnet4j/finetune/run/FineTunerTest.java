package io.github.resnet4j.finetune.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.recipe.Choice;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.UnknownModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FineTunerTest {
    @TempDir
    private static Path shared;

    private static Path data;
    private static TrainingRun.Summary scratch;

    @TempDir
    private Path runs;

    @BeforeAll
    static void trainOnce() throws IOException {
        OneDnn.enable();
        data = TinyData.write(shared.resolve("it's data"), 8, 8, "red", "green", "blue");
        scratch = small(FineTuner.on(data).model("resnet20-cifar"))
                .output(shared.resolve("runs"), "scratch")
                .run();
    }

    /** So small as the images are. */
    private static FineTuner small(FineTuner tuner) {
        return tuner.epochs(1).set("data.image-size=8", "data.augment=[]", "data.eval=[]");
    }

    private RunConfig config(TrainingRun.Summary summary) {
        return ConfigLoader.load(summary.folder().resolve("config.yaml"), List.of())
                .config();
    }

    @Test
    void choosesWhatIsNotSet() {
        assertThat(scratch.folder()).isEqualTo(shared.resolve("runs/scratch"));
        assertThat(scratch.folder().resolve("model.zip")).exists();
        RunConfig config = config(scratch);
        assertThat(config.train().batchSize()).isEqualTo(8);
        assertThat(config.optimizer().lr()).isEqualTo(0.0125);
        assertThat(config.train().epochs()).isEqualTo(1);
        assertThat(config.model().weights()).isEmpty();
    }

    @Test
    void fromAModelOnlyTheRestIsTrained() throws IOException {
        Path model = scratch.folder().resolve("model.zip");
        TrainingRun.Summary run = small(
                        FineTuner.on(data).model(model.toString()).freeze("layer2"))
                .output(runs, "again")
                .run();
        RunConfig config = config(run);
        assertThat(config.model().name()).isEqualTo("resnet20-cifar");
        assertThat(config.model().weights()).hasValue(model.toString());
        assertThat(config.model().freeze()).hasValue("layer2");
        assertThat(config.optimizer().lr()).isEqualTo(0.0025);
    }

    /** The choices of a run are its configuration: what it resumes with is not chosen anew. */
    @Test
    void resumesWithWhatWasChosen() throws IOException {
        AtomicInteger polls = new AtomicInteger();
        FineTuner tuner = FineTuner.on(data)
                .model("resnet20-cifar")
                .set("data.image-size=8", "data.eval=[]", "train.epochs=2")
                .output(runs, "chosen");
        assertThatExceptionOfType(StoppedException.class).isThrownBy(() -> tuner.stopWhen(
                        () -> Files.exists(runs.resolve("chosen/config.yaml")) && polls.incrementAndGet() > 2)
                .run());
        Path reasons = runs.resolve("chosen/recipe.json");
        assertThat(reasons).content().contains("train.batch-size", "3 steps an epoch", "as you set it");
        String before = Files.readString(runs.resolve("chosen/config.yaml"));
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> tuner.time(Duration.ofHours(1))
                        .resume()
                        .stopWhen(() -> false)
                        .run())
                .withMessageContaining("leave out --time to resume it");

        ByteArrayOutputStream said = new ByteArrayOutputStream();
        TrainingRun.Summary run = tuner.resume()
                .stopWhen(() -> false)
                .progress(ProgressView.lines(new PrintStream(said)))
                .run();
        assertThat(run.epochs()).isEqualTo(2);
        assertThat(said.toString()).contains("resumed").doesNotContain("3 steps an epoch");
        assertThat(runs.resolve("chosen/config.yaml")).content().isEqualTo(before);
        assertThat(runs.resolve("chosen/report.html"))
                .content()
                .contains("The recipe and its reasons", "3 steps an epoch");
    }

    @Test
    void reasonsThatAreDamagedAreLeftOut() throws IOException {
        Path folder = Files.createDirectories(runs.resolve("damaged"));
        List<String> remarks = new ArrayList<>();
        RunConfig config = config(scratch);
        assertThat(ChoicesFile.read(folder, config, remarks::add)).isEmpty();
        assertThat(remarks).isEmpty();
        for (String text : List.of("[", "{}", "[null]", "[{\"key\": \"train.epochs\"}]", "null", " ".repeat(2 << 20))) {
            Files.writeString(folder.resolve("recipe.json"), text);
            assertThat(ChoicesFile.read(folder, config, remarks::add)).as(text).isEmpty();
        }
        assertThat(remarks).hasSize(6).allSatisfy(line -> assertThat(line).contains("recipe.json is damaged"));
        Choice choice = new Choice("train.epochs", "9", "9", "because", false);
        ChoicesFile.write(folder, List.of(choice));
        assertThat(ChoicesFile.read(folder, config, remarks::add))
                .as("one epoch was trained")
                .containsExactly(choice.overridden("1"));
    }

    @Test
    void aTimeIsForTheRecipeThatFitsItself() throws IOException {
        FineTuner tuner = FineTuner.on(data).model("resnet20-cifar").output(runs, "short");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> tuner.time(Duration.ofSeconds(1)).run())
                .withMessageContaining("--time: on this machine, even the shortest plan takes about");
        Path recipe = Files.writeString(runs.resolve("recipe.yaml"), "");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> tuner.recipe(recipe).time(Duration.ofHours(1)).run())
                .withMessageContaining("only the recipe auto fits itself into a time");
        assertThat(runs.resolve("short")).doesNotExist();
    }

    /** The same images with the same labels and parts are the same run, to the last bit. */
    @Test
    void labelsInAFileAreAsGoodAsFolders() throws IOException {
        StringBuilder lines = new StringBuilder("path,label,split\n");
        try (Stream<Path> files = Files.walk(data)) {
            files.filter(Files::isRegularFile).sorted(Comparator.reverseOrder()).forEach(file -> {
                Path path = data.relativize(file);
                lines.append(path + "," + path.getName(1) + "," + path.getName(0) + "\n");
            });
        }
        Path csv = Files.writeString(runs.resolve("labels.csv"), lines);
        TrainingRun.Summary run = small(FineTuner.on(data).labels(csv).model("resnet20-cifar"))
                .output(runs, "listed")
                .run();
        assertThat(TinyData.coefficients(run.folder().resolve("model.zip")))
                .isEqualTo(TinyData.coefficients(scratch.folder().resolve("model.zip")));
        assertThat(Files.readString(run.folder().resolve("MODEL_CARD.md"))).contains("labels.csv (SHA-256 ");
        Files.writeString(csv, lines.toString().replace("0.png,red,train", "0.png,green,train"));
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> small(FineTuner.on(data).labels(csv).model("resnet20-cifar"))
                        .output(runs, "listed")
                        .resume()
                        .run())
                .withMessageContaining("the checkpoint belongs to another run: ");
    }

    @Test
    void takesARecipeFromAFileAndLaterSettingsWin() throws IOException {
        Path recipe = runs.resolve("recipe.yaml");
        Files.writeString(recipe, """
                name: from-a-file
                model: {name: resnet18}
                data: {dataset: folder, image-size: 8, normalize: cifar10}
                train: {epochs: 3, batch-size: 4}
                optimizer: {type: adamw, lr: 1e-3}
                schedule: {type: constant}
                """);
        TrainingRun.Summary run = FineTuner.on(data)
                .model("resnet20-cifar")
                .recipe(recipe)
                .output(runs, "x")
                .set("train.epochs=2", "train.epochs=1")
                .run();
        assertThat(config(run).train().epochs()).isEqualTo(1);
        assertThat(config(run).optimizer().lr()).isEqualTo(1e-3);
        assertThat(run.name()).isEqualTo("x");
    }

    @Test
    void stopsAndResumes() throws IOException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        FineTuner tuner = small(FineTuner.on(data).model("resnet20-cifar"))
                .output(runs, "stopped")
                .progress(ProgressView.lines(new PrintStream(said)));
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(() -> tuner.stopWhen(() -> true).run());
        assertThat(tuner.resume().run().epochs()).isEqualTo(1);
        assertThat(said.toString()).contains("epoch 1/1");
        assertThatExceptionOfType(UsageException.class).isThrownBy(tuner::run);
        assertThat(tuner.overwrite().run().epochs()).isEqualTo(1);
    }

    @Test
    void mistakesAreSaidAtOnce() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> FineTuner.on(data)
                        .set("train.epoch=3", "optimizer.lr=fast")
                        .run())
                .withMessageContaining("did you mean epochs?")
                .withMessageContaining("optimizer.lr");
        assertThatExceptionOfType(UnknownModelException.class)
                .isThrownBy(() -> FineTuner.on(data).model("resnet19").run());
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() ->
                        FineTuner.on(data).model("a.pth", Path.of("b.pth")).run())
                .withMessageContaining("are both files");
    }

    @Test
    void aRunIsNamedByItsFolder() {
        assertThat(FinetuneRecipe.runName(Path.of("my photos!"))).isEqualTo("finetune-my-photos-");
        assertThat(FinetuneRecipe.runName(Path.of("/"))).isEqualTo("finetune-data");
        assertThat(scratch.name()).isEqualTo("scratch");
    }
}
