package io.github.resnet4j.finetune.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.UnknownModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
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
    void fromScratchItIsTheCommandsRecipe() {
        assertThat(scratch.folder()).isEqualTo(shared.resolve("runs/scratch"));
        assertThat(scratch.folder().resolve("model.zip")).exists();
        RunConfig config = config(scratch);
        assertThat(config.optimizer().lr()).isEqualTo(0.05);
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
        assertThat(config.optimizer().lr()).isEqualTo(0.01);
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
