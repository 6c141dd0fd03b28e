package io.github.resnet4j.finetune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.resnet4j.datasets.CifarDataset;
import io.github.resnet4j.datasets.CifarVariant;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code predictions.py} has what PyTorch says of real images with published weights. */
class PredictionParityTest {
    private static final Path DATA = Path.of("..", "..", "shared", "data");
    private static final StateDict GOLDEN =
            WeightFile.open(Path.of("src", "test", "resources", "golden", "predictions.npz"));
    private static final int COUNT = 16;

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"ONEDNN", "DL4J"})
    void mirroredProbabilitiesAndFeaturesArePyTorchs(Engine engine) {
        Path weights = DATA.resolve("weights/resnet20-12fca82f.th");
        Path images = DATA.resolve("cifar10/lossless_test_batch.bin");
        assumeTrue(Files.exists(weights) && Files.exists(images), "needs " + weights + " and " + images);
        SourceModel model = SourceModel.open(
                ModelRequest.of(Optional.empty()).withWeights(Optional.of(weights)),
                DownloadOptions.standard().withOffline(true),
                remark -> {});
        CifarDataset data = CifarDataset.readFile(images, CifarVariant.CIFAR10);
        try (Predictor predictor = Predictor.open(model, COUNT, engine)) {
            int length = 3 * 32 * 32;
            float[] batch = new float[COUNT * length];
            for (int i = 0; i < COUNT; i++) {
                System.arraycopy(predictor.prepare(data.image(i)), 0, batch, i * length, length);
            }
            float[] mirrored = GOLDEN.tensors().get("mirrored").floats();
            assertThat(predictor.mirroredProbabilities(batch, COUNT)).containsExactly(mirrored, within(1e-4f));
            float[] alone = predictor.probabilities(batch, COUNT);
            assertThat(IntStream.range(0, alone.length).mapToDouble(i -> Math.abs(alone[i] - mirrored[i])))
                    .as("an image without its mirror image gives something else")
                    .anyMatch(difference -> difference > 0.01);
            assertThat(predictor.featureCount()).isEqualTo(64);
            assertThat(predictor.features(batch, COUNT))
                    .containsExactly(GOLDEN.tensors().get("features").floats(), within(1e-3f));
        }
    }
}
