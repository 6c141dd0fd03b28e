package io.github.resnet4j.finetune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.resnet4j.datasets.CifarDataset;
import io.github.resnet4j.datasets.CifarVariant;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Real checkpoints on 1017 real images, by nothing but the file: every logit is PyTorch's. */
final class PublishedLogitsIT {
    private static final Path DATA = Path.of("..", "..", "shared", "data");
    private static final int AT_ONCE = 113;

    @ParameterizedTest
    @CsvSource({"resnet20-12fca82f, 932", "resnet56-4bfd9763, 943"})
    void everyLogitIsPyTorchs(String name, int right) throws IOException {
        List<String> remarks = new ArrayList<>();
        SourceModel model = open(DATA.resolve("weights").resolve(name + ".th"), remarks, ModelRequest.Preparation.NONE);
        assertThat(remarks).anyMatch(remark -> remark.contains("akamaster"));
        Path reference = DATA.resolve("weights").resolve(name + ".lossless1017.logits.f32le");
        assertThat(rightAsPyTorch(model, reference)).isEqualTo(right);
    }

    /** A DenseNet-BC-40-12 of the ukb-cardiac-mri repository, with A. Veit's names and no row in the registry. */
    @Test
    void aDenseNetIsKnownByItsTensors() throws IOException {
        Path folder = DATA.resolve("families").resolve("densenet");
        ModelRequest.Preparation preparation = new ModelRequest.Preparation(
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.of(List.of(125.3 / 255, 123.0 / 255, 113.9 / 255)),
                Optional.of(List.of(63.0 / 255, 62.1 / 255, 66.7 / 255)),
                Optional.empty());
        SourceModel model = open(folder.resolve("pretrained_densenet_4012BC.pth.tar"), new ArrayList<>(), preparation);
        assertThat(model.card().architecture()).isEqualTo("densenet-bc-40-12");
        assertThat(rightAsPyTorch(model, folder.resolve("densenet_bc_40_12.lossless1017.logits.f32le")))
                .isEqualTo(950);
    }

    private static SourceModel open(Path weights, List<String> remarks, ModelRequest.Preparation preparation) {
        assumeTrue(Files.exists(weights), "needs " + weights);
        ModelRequest request = ModelRequest.of(Optional.empty())
                .withWeights(Optional.of(weights))
                .withPreparation(preparation);
        return SourceModel.open(request, DownloadOptions.standard().withOffline(true), remarks::add);
    }

    /** How many images it is right about; fails unless its logits are those in {@code reference}. */
    private static int rightAsPyTorch(SourceModel model, Path reference) throws IOException {
        Path images = DATA.resolve("cifar10").resolve("lossless_test_batch.bin");
        assumeTrue(Files.exists(reference) && Files.exists(images), "needs " + reference + " and " + images);
        CifarDataset data = CifarDataset.readFile(images, CifarVariant.CIFAR10);
        FloatBuffer expected = ByteBuffer.wrap(Files.readAllBytes(reference))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        assertThat(expected.remaining()).isEqualTo(10 * data.size());
        int correct = 0;
        try (Predictor predictor = Predictor.open(model, AT_ONCE, Engine.AUTO)) {
            for (int from = 0; from < data.size(); from += AT_ONCE) {
                int count = Math.min(AT_ONCE, data.size() - from);
                float[][] logits = logits(predictor, data, from, count);
                for (int i = 0; i < count; i++) {
                    int best = 0;
                    for (int c = 0; c < 10; c++) {
                        float wanted = expected.get();
                        assertThat(Math.abs(logits[i][c] - wanted))
                                .as("image %d, class %d: %s, PyTorch says %s", from + i, c, logits[i][c], wanted)
                                .isLessThanOrEqualTo(1e-4f + 1e-3f * Math.abs(wanted));
                        best = logits[i][c] > logits[i][best] ? c : best;
                    }
                    correct += best == data.label(from + i) ? 1 : 0;
                }
            }
        }
        return correct;
    }

    /** The tensors of both shortcuts are the same; the hash tells which one the weights were trained with. */
    @Test
    void anOptionThatPublishedWeightsContradictIsSaid() {
        Path weights = DATA.resolve("weights").resolve("resnet20-12fca82f.th");
        assumeTrue(Files.exists(weights), "needs " + weights);
        ModelRequest request = ModelRequest.of(Optional.empty()).withWeights(Optional.of(weights));
        List<String> remarks = new ArrayList<>();
        DownloadOptions offline = DownloadOptions.standard().withOffline(true);
        SourceModel.open(request.withOptions(Map.of("shortcut", "a")), offline, remarks::add);
        assertThat(remarks).isNotEmpty().noneMatch(remark -> remark.startsWith("warning"));
        SourceModel.open(request.withOptions(Map.of("shortcut", "a-end")), offline, remarks::add);
        assertThat(remarks)
                .contains("warning: resnet20-cifar.akamaster was published for shortcut=a, not a-end; unless you leave"
                        + " the option out, its results may be wrong");
    }

    /** All have the same names and shapes; the wrong ones are right about a tenth of the images. */
    @ParameterizedTest
    @CsvSource({
        "resnet20-12fca82f, resnet20-cifar, plain20-cifar",
        "resnet20-12fca82f, resnet20-cifar, resnet20-bn-after-add-cifar",
        "resnet20-12fca82f, resnet20-cifar, resnet20-relu-only-cifar",
        "resnet56-4bfd9763, resnet56-cifar, plain56-cifar"
    })
    void publishedWeightsAreNotReadAsAnotherNetworkOfTheSameTensors(String file, String own, String named) {
        Path weights = DATA.resolve("weights").resolve(file + ".th");
        assumeTrue(Files.exists(weights), "needs " + weights);
        DownloadOptions offline = DownloadOptions.standard().withOffline(true);
        for (ModelRequest.Head head : List.of(new ModelRequest.Head.Own(), new ModelRequest.Head.Any())) {
            ModelRequest request = ModelRequest.of(named, weights).withHead(head);
            assertThatExceptionOfType(UsageException.class)
                    .isThrownBy(() -> SourceModel.open(request, offline, remark -> {}))
                    .withMessage(weights + " is " + own + ".akamaster by its hash, not " + named
                            + ": the tensors fit both, but the networks compute different things with them; name "
                            + own);
        }
        assertThat(SourceModel.open(ModelRequest.of(own, weights), offline, remark -> {})
                        .origin())
                .isEqualTo(own + ".akamaster");
    }

    /**
     * MLPerf Tiny's network, whose images are RGB from 0 to 255, saved again under its own names, so that no hash tells
     * what it is. Keras says the same of each image (mlperf_tiny_resnet8.csv of the zoo's tests).
     */
    @Test
    void weightsOfKerasSavedAgainGetKerasPreprocessing(@TempDir Path folder) throws IOException {
        Path weights = DATA.resolve("weights").resolve("mlperf_tiny_resnet8.h5");
        Path images = DATA.resolve("cifar10").resolve("lossless_test_batch.bin");
        assumeTrue(Files.exists(weights) && Files.exists(images), "needs " + weights + " and " + images);
        Path again = folder.resolve("again.safetensors");
        WeightFile.writer(again)
                .orElseThrow()
                .write(again, WeightFile.open(weights).tensors(), Map.of());

        CifarDataset data = CifarDataset.readFile(images, CifarVariant.CIFAR10);
        SourceModel model = SourceModel.open(
                ModelRequest.of(Optional.empty()).withWeights(Optional.of(again)),
                DownloadOptions.standard().withOffline(true),
                remark -> {});
        assertThat(model.assumed()).isPresent();
        int correct = 0;
        try (Predictor predictor = Predictor.open(model, AT_ONCE, Engine.AUTO)) {
            for (int from = 0; from < data.size(); from += AT_ONCE) {
                int count = Math.min(AT_ONCE, data.size() - from);
                float[][] logits = logits(predictor, data, from, count);
                for (int i = 0; i < count; i++) {
                    int best = 0;
                    for (int c = 1; c < 10; c++) {
                        best = logits[i][c] > logits[i][best] ? c : best;
                    }
                    correct += best == data.label(from + i) ? 1 : 0;
                }
            }
        }
        assertThat(correct).isEqualTo(895);
    }

    private static float[][] logits(Predictor predictor, CifarDataset data, int from, int count) {
        Shape in = predictor.network().input();
        INDArray batch = Nd4j.create(count, in.channels(), in.height(), in.width());
        for (int i = 0; i < count; i++) {
            float[] image = predictor.prepare(data.image(from + i));
            batch.slice(i).assign(Nd4j.createFromArray(image).reshape(in.channels(), in.height(), in.width()));
        }
        String last = predictor.network().lastOf(Network.HEAD).name();
        return predictor.inference().featureMaps(batch, List.of(last)).get(last).toFloatMatrix();
    }
}
