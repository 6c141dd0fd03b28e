package io.github.resnet4j.finetune.lesion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.resnet4j.datasets.CifarDataset;
import io.github.resnet4j.datasets.CifarVariant;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.report.ProgressView;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The public ResNet-56 without each of its blocks, on 1017 real images: as many wrong answers as PyTorch gives. */
class PublishedLesionsIT {
    private static final Path DATA = Path.of("..", "..", "shared", "data");

    @TempDir
    Path folder;

    @Test
    void everyBlockCountsAsInPyTorch() throws IOException {
        Path weights = DATA.resolve("weights").resolve("resnet56-4bfd9763.th");
        assumeTrue(Files.exists(weights), weights + " is not here");
        SourceModel model = SourceModel.open(
                ModelRequest.of(weights.toString()), DownloadOptions.standard().withOffline(true), remark -> {});
        LesionResult result = LesionStudy.run(
                model,
                List.of(),
                CifarDataset.readFile(DATA.resolve("cifar10").resolve("lossless_test_batch.bin"), CifarVariant.CIFAR10),
                "lossless images",
                new LesionStudy.Options(Set.of(LesionPart.SINGLE), 1, 1, false, 113, 1, 1, Engine.AUTO, BadImages.FAIL),
                new LesionFolder(folder.resolve("study"), List.of("test")),
                false,
                ProgressView.lines(new PrintStream(OutputStream.nullOutputStream())),
                () -> false);
        List<String> wrong = Files.readAllLines(Path.of("src", "test", "resources", "golden", "lesions-resnet56.csv"));
        assertThat(wrong).hasSize(29);
        assertThat(Math.round(result.baseline() * 1017)).isEqualTo(74);
        assertThat("-1," + Math.round(result.baseline() * 1017)).isEqualTo(wrong.get(1));
        for (LesionResult.Single single : result.single()) {
            int block = single.position() - 1;
            assertThat(block + "," + Math.round(single.error() * 1017))
                    .as(single.unit())
                    .isEqualTo(wrong.get(block + 2));
        }
    }
}
