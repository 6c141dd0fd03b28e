package io.github.resnet4j.finetune.internal.task.spoofing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.internal.task.ShortTraining;
import io.github.resnet4j.finetune.model.TaskModel;
import io.github.resnet4j.finetune.quality.SpoofingScores;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.run.TrainingRun;
import io.github.resnet4j.finetune.train.Measured;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A run on sounds, from their files to the answers of its model: real ones hum, two attacks hiss and click. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SpoofingTest {
    private static final int RATE = 16_000;

    @TempDir
    static Path temp;

    private Path sounds;
    private TrainingRun.Summary summary;
    private ShortTraining training;

    @BeforeAll
    void trains() throws IOException {
        training = new ShortTraining(temp.resolve("cache"));
        sounds = temp.resolve("sounds");
        for (String part : List.of("train", "val")) {
            for (String kind : List.of("bonafide", "hiss", "click")) {
                for (int i = 0; i < (part.equals("train") ? 4 : 2); i++) {
                    write(sounds.resolve(part).resolve(kind).resolve(i + ".wav"), kind, part.hashCode() + i);
                }
            }
        }
        summary = train();
    }

    private static void write(Path file, String kind, int seed) throws IOException {
        Random random = new Random(seed);
        int samples = RATE;
        ByteBuffer wav = ByteBuffer.allocate(44 + 2 * samples).order(ByteOrder.LITTLE_ENDIAN);
        wav.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + 2 * samples);
        wav.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        wav.putShort((short) 1).putShort((short) 1).putInt(RATE).putInt(2 * RATE);
        wav.putShort((short) 2).putShort((short) 16);
        wav.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(2 * samples);
        double pitch = 100 + 50 * random.nextDouble();
        for (int i = 0; i < samples; i++) {
            double value =
                    switch (kind) {
                        case "bonafide" -> Math.sin(2 * Math.PI * pitch * i / RATE);
                        case "hiss" -> random.nextDouble() - 0.5;
                        default -> i % (int) (20 * pitch) == 0 ? 1 : 0;
                    };
            wav.putShort((short) Math.round(20_000 * value));
        }
        Files.createDirectories(file.getParent());
        Files.write(file, wav.array());
    }

    private TrainingRun.Summary train(String... overrides) throws IOException {
        String yaml = """
                name: voices
                task: spoofing
                model: {name: spec-resnet-mfcc, options: {dropout: '0'}}
                data: {dataset: folder, dir: '%s', workers: 2}
                train: {epochs: 2, batch-size: 4}
                optimizer: {type: adamw, lr: 0.001, weight-decay: 0}
                schedule: {type: constant}
                output: {dir: '%s'}
                """.formatted(sounds, temp.resolve("runs"));
        return training.run(yaml, overrides);
    }

    private TaskModel model() {
        return ShortTraining.model(summary);
    }

    @Test
    void theLogHasItsOwnColumns() throws IOException {
        Path log = summary.folder().resolve("log.csv");
        assertThat(Files.readAllLines(log).get(0))
                .isEqualTo("epoch,iterations,lr,train_loss,train_top1,val_loss,val_eer,val_top1,seconds,"
                        + "images_per_second,data_wait_share");
        List<EpochRow> rows = EpochRow.read(log);
        assertThat(rows).extracting(EpochRow::epoch).containsExactly(1, 2);
        assertThat(summary.model()).isEqualTo(EpochRow.best(rows).orElseThrow());
        assertThat(summary.metrics()).isEqualTo(summary.model().validation());
        assertThat(training.said()).contains("val EER ");
    }

    @Test
    void theReportShowsErrorsAndAttacks() throws IOException {
        // Base64 of a picture may spell anything, NaN too.
        String page = Files.readString(summary.folder().resolve("report.html")).replaceAll("base64,[^\"]+", "base64,");
        assertThat(page)
                .contains(
                        "Equal error rate",
                        "Error rates at every threshold",
                        "Attacks",
                        "hiss",
                        "click",
                        "Worst scores",
                        "glows (Grad-CAM",
                        "Sounds per second",
                        "Training sounds")
                .containsPattern("<figure class=\"plot det\">")
                .doesNotContain("Confusion matrix", "NaN", "Images per second", "Validation images", "t-DCF");
        assertThat(summary.folder().resolve("report.json")).content().contains("\"task\":\"spoofing\"", "\"eer\":");
        assertThat(summary.folder().resolve("MODEL_CARD.md"))
                .content()
                .contains("## Error rates", "| hiss | 2 | ")
                .doesNotContain("top-1");
    }

    /** Equal errors at -10, which counts as accepted: of others one of two, and of spoofed voices as well. */
    @Test
    void readsTheScoresOfAVerification() throws IOException {
        Path file = Files.writeString(temp.resolve("asv.txt"), """
                bonafide target 2.5
                bonafide target 3
                bonafide nontarget -1e1
                bonafide nontarget -20
                A01 spoof 4

                A02 spoof -20
                """);
        assertThat(VerificationScores.read(file)).isEqualTo(new SpoofingScores.Verification(0.5, 0, 0.5));
        for (String line :
                List.of("A01 spoof", "A01 someone 1", "A01 spoof NaN", "A01 spoof one", "LA_1 LA_2 - - spoof")) {
            Files.writeString(file, "bonafide target 1\n" + line + "\n");
            assertThatExceptionOfType(BadDataException.class)
                    .isThrownBy(() -> VerificationScores.read(file))
                    .withMessageContaining("line 2, \"" + line + "\", is not ATTACK target|nontarget|spoof SCORE");
        }
        Files.writeString(file, "bonafide target 1\n");
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> VerificationScores.read(file))
                .withMessageContaining("has no scores of the kind nontarget");
        Files.writeString(file, "bonafide target 1\nbonafide nontarget 0\nA01 spoof -1\n");
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> VerificationScores.read(file))
                .withMessageContaining("the tandem cost is not defined");
    }

    @Test
    void theModelSaysWhatItIsFor() {
        ModelCard card = ModelArchive.readCard(summary.folder().resolve("model.zip"));
        assertThat(TaskModel.task(card)).isEqualTo("spoofing");
        assertThat(card.classes()).containsExactly("spoof", "bonafide");
        assertThat(card.provenance()).containsEntry("feature", "mfcc").containsKey("threshold");
    }

    @Test
    void measuresAsTheRunDid() {
        Measured measured = model().evaluate(sounds, 4, remark -> {}, done -> {}, () -> false);
        assertThat(measured.images()).isEqualTo(6);
        assertThat(measured.loss()).isEqualTo(summary.loss());
        assertThat(measured.metrics()).isEqualTo(summary.metrics());
    }

    @Test
    void scoresFilesAndNamesThoseThatCannotBeRead() throws IOException {
        Path broken = Files.writeString(temp.resolve("broken.wav"), "no sound");
        List<Map<String, Object>> answers = new ArrayList<>();
        model().predict(
                        List.of(sounds.resolve("val/bonafide"), broken),
                        Optional.empty(),
                        1,
                        remark -> {},
                        answers::add,
                        () -> false);
        assertThat(answers).hasSize(3);
        assertThat(answers.get(0)).containsOnlyKeys("file", "answer", "score");
        assertThat(answers.get(0).get("answer")).isIn("spoof", "bonafide");
        assertThat(answers.get(2)).containsOnlyKeys("file", "problem");
    }

    @Test
    void oneFolderMustHoldRealSpeech() {
        Path without = temp.resolve("without");
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> {
                    write(without.resolve("hiss/1.wav"), "hiss", 1);
                    write(without.resolve("click/1.wav"), "click", 1);
                    train("data.dir=" + without);
                })
                .withMessageContaining("has the classes click, hiss, of which none is called as real speech is");
    }

    @Test
    void whatIsForImagesIsRefused() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> train("data.augment=[horizontal-flip]"))
                .withMessageContaining("sounds are not augmented");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> Feature.of(Shape.square(3, 32)))
                .withMessageContaining("is that of no feature of sounds");
    }

    @Test
    void aShareOfEachAttackIsHeldOut() {
        SpoofingData data = SpoofingData.open(
                ConfigLoader.parse("""
                                name: voices
                                task: spoofing
                                model: {name: spec-resnet-mfcc}
                                data: {dataset: folder, dir: '%s', val-fraction: 0.25}
                                train: {epochs: 1, batch-size: 4}
                                optimizer: {type: sgd, lr: 0.1}
                                schedule: {type: constant}
                                """.formatted(sounds.resolve("train")), "voices.yaml", List.of())
                        .config()
                        .data(),
                1);
        assertThat(data.train().classCounts()).containsExactly(6, 3);
        assertThat(data.val().classCounts()).containsExactly(2, 1);
        assertThat(data.val().attacks()).containsExactlyInAnyOrder("hiss", "click");
    }
}
