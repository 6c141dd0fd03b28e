package io.github.resnet4j.finetune.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.FolderOptions;
import io.github.resnet4j.datasets.LabelFile;
import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrossValidationTest {
    private static final CrossValidation.Plan THREE_FOLDS = new CrossValidation.Plan(3, 1);

    @TempDir
    private static Path shared;

    private static Path data;
    private static CrossValidation.Outcome outcome;

    @TempDir
    private Path runs;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeAll
    static void validateOnce() throws IOException {
        OneDnn.enable();
        data = TinyData.write(shared.resolve("data"), 8, 8, "red", "green", "blue");
        outcome = new CrossValidationTest().run(config(shared.resolve("runs")), THREE_FOLDS, false, () -> false);
    }

    /** Everything but the head is frozen, so that features are kept. */
    private static ConfigLoader.Loaded config(Path runs, String... more) {
        return TinyData.config(
                data,
                runs,
                Stream.concat(
                                Stream.of(
                                        "data.augment=[]", "model.freeze=layer3", "train.epochs=3", "optimizer.lr=0.5"),
                                Stream.of(more))
                        .toArray(String[]::new));
    }

    private CrossValidation.Outcome run(
            ConfigLoader.Loaded config, CrossValidation.Plan plan, boolean resume, BooleanSupplier stop)
            throws IOException {
        TrainingRun.Options options = new TrainingRun.Options(
                resume,
                false,
                List.of("resnet4j", "finetune"),
                DownloadOptions.standard().withOffline(true),
                KeyNames.NONE,
                new CacheFolder(config.config().output().dir().resolve("cache")));
        return CrossValidation.execute(config, plan, options, ProgressView.lines(new PrintStream(said)), stop);
    }

    private static long features(Path runs) throws IOException {
        try (Stream<Path> folders = Files.list(runs.resolve("cache/features"))) {
            return folders.filter(folder -> folder.getFileName().toString().matches("[0-9a-f]{64}"))
                    .count();
        }
    }

    @Test
    void everyImageIsMeasuredOnceByAModelThatHasNotSeenIt() throws IOException {
        assertThat(outcome.trials())
                .extracting(CrossValidation.Trial::name)
                .containsExactly("fold-1", "fold-2", "fold-3");
        assertThat(outcome.images()).isEqualTo(24);
        LabelFile file = LabelFile.read(outcome.folder().resolve("folds.csv"), data, FolderOptions.DEFAULT);
        double right = 0;
        for (CrossValidation.Trial trial : outcome.trials()) {
            Path fold = outcome.folder().resolve(trial.name());
            assertThat(fold.resolve("report.html")).exists();
            List<String> lines = Files.readAllLines(fold.resolve("validation.csv"));
            assertThat(lines.get(0)).isEqualTo("path,label,blue,green,red");
            assertThat(lines).hasSize(1 + 8);
            for (String line : lines.subList(1, 9)) {
                String[] fields = line.split(",");
                double[] p = Stream.of(fields)
                        .skip(2)
                        .mapToDouble(Double::parseDouble)
                        .toArray();
                assertThat(p[0] + p[1] + p[2]).isCloseTo(1, within(1e-4));
                int own = List.of("blue", "green", "red").indexOf(fields[1]);
                right += p[own] >= Math.max(p[0], Math.max(p[1], p[2])) ? 1 : 0;
                assertThat(fields[0]).startsWith("train/" + fields[1]);
            }
            for (int i = 0; i < file.images().size(); i++) {
                boolean held = file.fold(i).equals(String.valueOf(trial.fold()));
                String start = file.images().name(i) + ",";
                assertThat(lines.stream().anyMatch(line -> line.startsWith(start)))
                        .isEqualTo(held);
            }
        }
        assertThat(outcome.top1().mean()).isCloseTo(right / 24, within(1e-9));
        double deviation = Math.sqrt(outcome.trials().stream()
                        .mapToDouble(
                                trial -> Math.pow(trial.top1() - outcome.top1().mean(), 2))
                        .sum()
                / 2);
        assertThat(outcome.top1().deviation()).isCloseTo(deviation, within(1e-9));
    }

    /** Evaluation and training images go through the same steps here, so that one pass over all images is all. */
    @Test
    void onePassOfFeaturesServesAllFoldsAndTheModelOfAllImages() throws IOException {
        assertThat(features(shared.resolve("runs"))).isEqualTo(1);
    }

    @Test
    void theModelToUseIsTrainedOnAllImagesAndKnowsWhatToExpect() throws IOException {
        TrainingRun.Summary model = outcome.model().orElseThrow();
        assertThat(model.folder()).isEqualTo(outcome.folder().resolve("final"));
        assertThat(model.top1()).isCloseTo(outcome.top1().mean(), within(1e-9));
        assertThat(model.model().epoch()).isEqualTo(3);
        assertThat(ModelArchive.readCard(model.folder().resolve("model.zip"))
                        .provenance()
                        .get("expectedAccuracy"))
                .startsWith("top-1 ")
                .contains("3-fold cross-validation");
        assertThat(Files.readString(model.folder().resolve("MODEL_CARD.md"))).contains("by 3-fold cross-validation");
        assertThat(Files.readString(model.folder().resolve("report.html")))
                .contains("This model was trained on all images");
        assertThat(Files.readString(outcome.folder().resolve("report.json")))
                .contains("\"top1Interval\":[", "\"labelsToCheck\":[", "\"lossInterval\":[");
        assertThat(outcome.folder().resolve("labels-to-check.csv")).exists();
    }

    /** Stopped in the middle and resumed, it ends as if nothing had happened. */
    @Test
    void goesOnWhereItWas() throws IOException {
        ConfigLoader.Loaded config = config(runs);
        int[] asked = {0};
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(() -> run(
                        config,
                        THREE_FOLDS,
                        false,
                        () -> Files.exists(runs.resolve("tiny/fold-2/log.csv")) && ++asked[0] > 3));
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(config, THREE_FOLDS, false, () -> false))
                .withMessageContaining("holds an earlier cross-validation");
        long written =
                Files.getLastModifiedTime(runs.resolve("tiny/fold-1/model.zip")).toMillis();
        CrossValidation.Outcome resumed = run(config, THREE_FOLDS, true, () -> false);
        assertThat(Files.getLastModifiedTime(runs.resolve("tiny/fold-1/model.zip"))
                        .toMillis())
                .isEqualTo(written);
        assertThat(resumed.top1()).isEqualTo(outcome.top1());
        assertThat(resumed.loss()).isEqualTo(outcome.loss());
        assertThat(resumed.labels()).isEqualTo(outcome.labels());
        assertThat(TinyData.coefficients(runs.resolve("tiny/final/model.zip")))
                .isEqualTo(TinyData.coefficients(outcome.folder().resolve("final/model.zip")));
        Files.delete(runs.resolve("tiny/fold-3/validation.csv"));
        assertThat(run(config, THREE_FOLDS, true, () -> false).loss()).isEqualTo(outcome.loss());
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(config, new CrossValidation.Plan(4, 1), true, () -> false))
                .withMessageContaining("folds.csv was made for 3 folds");
    }

    @Test
    void repetitionsHaveSeedsAndFoldsOfTheirOwn() throws IOException {
        Path weights = outcome.folder().resolve("final/model.zip"); // random ones would depend on the seed
        CrossValidation.Outcome twice = run(
                config(runs, "train.epochs=1", "data.eval=[]", "model.weights=" + weights),
                new CrossValidation.Plan(2, 2),
                false,
                () -> false);
        assertThat(twice.trials())
                .extracting(trial -> trial.name() + " " + trial.seed())
                .containsExactly("fold-1 1", "fold-2 1", "repeat-2-fold-1 2", "repeat-2-fold-2 2");
        assertThat(twice.images()).isEqualTo(24);
        assertThat(Files.readString(runs.resolve("tiny/folds.csv")))
                .isNotEqualTo(Files.readString(runs.resolve("tiny/folds-2.csv")));
        assertThat(features(runs)).isEqualTo(1);
    }

    @Test
    void repetitionsWithoutFoldsAreOrdinaryRuns() throws IOException {
        CrossValidation.Outcome twice =
                run(config(runs, "train.epochs=1"), new CrossValidation.Plan(1, 2), false, () -> false);
        assertThat(twice.trials()).extracting(CrossValidation.Trial::name).containsExactly("repeat-1", "repeat-2");
        assertThat(twice.model()).isEmpty();
        assertThat(twice.images()).isEqualTo(12);
    }

    /** Of every class half have the colours of the others: there is nothing to learn, and no label to doubt. */
    @Test
    void imagesThatAreEqualAreInOneFold() throws IOException {
        Path copies = runs.resolve("copies");
        List<String> names = List.of("red", "green", "blue");
        for (String name : names) {
            Files.createDirectories(copies.resolve(name));
            for (int i = 0; i < 4; i++) {
                String colour = names.get((names.indexOf(name) + i) % 3);
                Path image = data.resolve("train").resolve(colour).resolve(i + ".png");
                Files.copy(image, copies.resolve(name).resolve(i + ".png"));
                Files.copy(image, copies.resolve(name).resolve("copy of " + i + ".png"));
            }
        }
        CrossValidation.Outcome poor = run(
                config(runs, "train.epochs=1", "data.dir=" + copies),
                new CrossValidation.Plan(2, 1),
                false,
                () -> false);
        assertThat(said.toString()).contains("12 images equal or look like another: such images are in the same fold");
        assertThat(poor.learnt()).isFalse();
        assertThat(poor.labels()).isNotEmpty();
        assertThat(runs.resolve("tiny/report.html"))
                .content()
                .contains("knows too little to question a label")
                .doesNotContain("class=\"shot\"");
        LabelFile file = LabelFile.read(runs.resolve("tiny/folds.csv"), copies, FolderOptions.DEFAULT);
        for (int i = 0; i < 24; i++) {
            for (int j = 0; j < 24; j++) {
                if (file.images().name(j).equals(file.images().name(i).replace("/", "/copy of "))) {
                    assertThat(file.fold(j)).isEqualTo(file.fold(i));
                }
            }
        }
    }

    @Test
    void refusesWhatCannotBeDivided() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(config(runs, "data.dataset=cifar10"), THREE_FOLDS, false, () -> false))
                .withMessageContaining("folds are made of folders of images");
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> run(config(runs), new CrossValidation.Plan(25, 1), false, () -> false))
                .withMessageContaining("25 folds need at least as many images, and 24 are there");
    }
}
