package io.github.resnet4j.finetune.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.onnx.OnnxSession;
import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.model.SourceModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bundled ResNet-20 as ONNX files. */
class CheckedExportTest {
    private static Predictor predictor;

    @TempDir
    private Path folder;

    private Path out;

    @BeforeAll
    static void open() {
        SourceModel model = SourceModel.open(
                ModelRequest.of(Optional.of("resnet20-cifar.r4j_cifar10jpeg")),
                DownloadOptions.standard().withOffline(true),
                remark -> {});
        predictor = Predictor.open(model, 1, Engine.AUTO);
    }

    @AfterAll
    static void close() {
        predictor.close();
    }

    @BeforeEach
    void name() {
        out = folder.resolve("model.onnx");
    }

    @ParameterizedTest
    @CsvSource({
        "false, false, false, false",
        "true,  false, false, false",
        "false, true,  false, false",
        "false, false, true,  false",
        "false, false, false, true",
        "true,  true,  true,  true"
    })
    void everySettingComputesTheSame(boolean fold, boolean anyBatch, boolean probabilities, boolean pixels)
            throws IOException {
        CheckedExport.Settings settings = new CheckedExport.Settings(17, fold, anyBatch, probabilities, pixels);
        CheckedExport.Report report = CheckedExport.write(predictor, settings, List.of(), out);

        assertThat(report.deviation()).isLessThan(1e-5);
        assertThat(report.sameBest()).isEqualTo(report.images()).isEqualTo(8);
        assertThat(report.bytes()).isEqualTo(Files.size(out));
        assertThat(report.input()).isEqualTo(pixels ? "image" : "input");
        assertThat(report.output()).isEqualTo(probabilities ? "probabilities" : "logits");
        assertThat(report.inputShape().get(0)).isEqualTo(anyBatch ? 0 : 1);
        assertThat(report.inputShape().get(1)).isEqualTo(pixels ? 32 : 3);
    }

    @Test
    void theFileKnowsItsClassesPreprocessingAndLicence() throws IOException {
        CheckedExport.write(predictor, CheckedExport.Settings.DEFAULT, List.of(), out);

        try (OnnxSession session = OnnxSession.open(out)) {
            assertThat(session.metadata())
                    .containsEntry("architecture", "resnet20-cifar")
                    .containsEntry("licence", "Apache-2.0")
                    .containsEntry("resnet4j.mean", "0.485,0.456,0.406")
                    .hasEntrySatisfying(
                            "options", options -> assertThat(options).contains("\"shortcut\":\"a\""))
                    .hasEntrySatisfying(
                            "classes", classes -> assertThat(classes).startsWith("[\"airplane\",\"automobile\""));
        }
    }

    @Test
    void comparesOnImagesOfAnySize() throws IOException {
        Path image = folder.resolve("image.png");
        ImageIO.write(new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB), "png", image.toFile());

        assertThat(CheckedExport.write(predictor, CheckedExport.Settings.DEFAULT, List.of(image), out)
                        .images())
                .isEqualTo(9);
    }

    /** No two programs add in the same order, so that none agrees to the last bit on all images. */
    @Test
    void aFileThatDiffersIsNotExported() throws IOException {
        Files.writeString(out, "an older file");

        assertThatThrownBy(() -> CheckedExport.write(predictor, CheckedExport.Settings.DEFAULT, List.of(), out, 0))
                .isInstanceOf(UnequalModelException.class)
                .hasMessageContaining("model.onnx was not written");
        assertThat(out).hasContent("an older file");
    }

    @Test
    void aFolderThatDoesNotExistIsNamed() {
        Path nowhere = folder.resolve("nowhere").resolve("model.onnx");

        assertThatThrownBy(() -> CheckedExport.write(predictor, CheckedExport.Settings.DEFAULT, List.of(), nowhere))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("does not exist");
    }
}
