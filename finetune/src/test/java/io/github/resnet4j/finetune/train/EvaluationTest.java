package io.github.resnet4j.finetune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.quality.Temperature;
import io.github.resnet4j.finetune.quality.TemperatureScaling;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** With a network that says what the test wants: its input of classes×1×1 are the logarithms of what it puts out. */
final class EvaluationTest {
    private static final double FLOAT = 1e-6;

    /** What the network is to say of one image, and what is right. */
    private record Predicted(int actual, double... probabilities) {}

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void countsAndMeansAreThoseByHandForAnyBatchSize(int batchSize) {
        List<Predicted> said = List.of(
                new Predicted(0, 0.7, 0.2, 0.1),
                new Predicted(1, 0.5, 0.3, 0.2),
                new Predicted(2, 0.1, 0.1, 0.8),
                new Predicted(2, 0.2, 0.6, 0.2),
                new Predicted(0, 0.4, 0.35, 0.25));
        List<Long> progress = new ArrayList<>();
        Evaluation result = evaluate(said, 3, batchSize, progress);

        assertThat(result.images()).isEqualTo(5);
        assertThat(result.top1()).isEqualTo(3 / 5.0);
        assertThat(result.top5()).isEqualTo(1);
        double loss = -(Math.log(0.7) + Math.log(0.3) + Math.log(0.8) + Math.log(0.2) + Math.log(0.4)) / 5;
        assertThat(result.loss()).isCloseTo(loss, within(FLOAT));
        assertThat(result.confusion()).isDeepEqualTo(new long[][] {{2, 0, 0}, {1, 0, 0}, {0, 1, 1}});
        assertThat(result.answers())
                .extracting(Evaluation.Answer::index, Evaluation.Answer::actual, Evaluation.Answer::predicted)
                .containsExactly(tuple(0, 0, 0), tuple(1, 1, 0), tuple(2, 2, 2), tuple(3, 2, 1), tuple(4, 0, 0));
        assertThat(result.answers().get(3).probability()).isCloseTo(0.6, within(FLOAT));
        assertThat(result.answers().get(3).loss()).isCloseTo(-Math.log(0.2), within(FLOAT));
        assertThat(progress)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, (5 + batchSize - 1) / batchSize)
                        .mapToObj(batch -> (long) Math.min(5, batch * batchSize))
                        .toList());
    }

    @Test
    void topFiveIsTheFiveMostProbable() {
        double[] falling = {0.3, 0.2, 0.15, 0.13, 0.12, 0.06, 0.04};
        List<Predicted> said = IntStream.range(0, 7)
                .mapToObj(actual -> new Predicted(actual, falling))
                .toList();
        Evaluation result = evaluate(said, 7, 4, new ArrayList<>());
        assertThat(result.top1()).isEqualTo(1 / 7.0);
        assertThat(result.top5()).isEqualTo(5 / 7.0);
    }

    @Test
    void tiesGoToTheLowerClass() {
        double[] equal = {0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125};
        List<Predicted> said = IntStream.range(0, 8)
                .mapToObj(actual -> new Predicted(actual, equal))
                .toList();
        Evaluation result = evaluate(said, 8, 8, new ArrayList<>());
        assertThat(result.answers()).allMatch(answer -> answer.predicted() == 0);
        assertThat(result.top1()).isEqualTo(1 / 8.0);
        assertThat(result.top5()).isEqualTo(5 / 8.0);
    }

    @Test
    void topFiveOfTwoClassesIsEverything() {
        Evaluation result =
                evaluate(List.of(new Predicted(0, 0.1, 0.9), new Predicted(1, 0.8, 0.2)), 2, 2, new ArrayList<>());
        assertThat(result.top1()).isZero();
        assertThat(result.top5()).isEqualTo(1);
        assertThat(result.confusion()).isDeepEqualTo(new long[][] {{0, 1}, {1, 0}});
    }

    /** A class without an image is a row of zeros, not a smaller table. */
    @Test
    void confusionHasEveryClass() {
        Evaluation result = evaluate(List.of(new Predicted(1, 0.1, 0.8, 0.1)), 3, 2, new ArrayList<>());
        assertThat(result.confusion()).isDeepEqualTo(new long[][] {{0, 0, 0}, {0, 1, 0}, {0, 0, 0}});
    }

    @Test
    void aProbabilityOfZeroCostsMuchButNotInfinity() {
        Evaluation result = evaluate(List.of(new Predicted(1, 1, 1e-300)), 2, 1, new ArrayList<>());
        assertThat(result.loss()).isCloseTo(-Math.log(1e-12), within(1e-9));
    }

    /** NaN compares with nothing: counted by comparisons, it would be the first class, and right. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void outputsThatAreNoNumbersAreNoAnswers(int batchSize) {
        double inf = Double.POSITIVE_INFINITY;
        double nan = Double.NaN;
        List<Predicted> said = List.of(
                new Predicted(0, 0.6, 0.4),
                new Predicted(0, nan, 0.4),
                new Predicted(1, nan, nan),
                new Predicted(1, 0.1, inf));
        assertThatExceptionOfType(NonFiniteOutputException.class)
                .isThrownBy(() -> evaluate(said, 2, batchSize, new ArrayList<>()))
                .withMessageStartingWith("stub: the outputs for 3 of 4 images are NaN or infinite");
    }

    /** Nor does a batch of which nothing is left end the evaluation. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void imagesThatWereLeftOutDoNotCount(int batchSize) {
        Predicted unreadable = new Predicted(1);
        List<Predicted> said = List.of(new Predicted(0, 0.7, 0.3), unreadable, new Predicted(1, 0.6, 0.4));
        List<Long> progress = new ArrayList<>();
        try (BatchLoader loader = loader(said, 2, batchSize, BadImages.LEAVE_OUT)) {
            Evaluation result = Evaluation.of(stub(2), loader, 2, "stub", progress::add, () -> false);

            assertThat(result.images()).isEqualTo(2);
            assertThat(result.answers()).extracting(Evaluation.Answer::index).containsExactly(0, 2);
            assertThat(result.top1()).isEqualTo(0.5);
            assertThat(result.loss()).isCloseTo(-(Math.log(0.7) + Math.log(0.4)) / 2, within(FLOAT));
            assertThat(result.confusion()).isDeepEqualTo(new long[][] {{1, 0}, {1, 0}});
        }
        assertThat(progress).last().isEqualTo(2L);
    }

    /** 0.5000001 and 0.4999999 are one float when the temperature is high; which is larger was decided before. */
    @Test
    void aTemperatureChangesProbabilitiesAndNoAnswer() {
        List<Predicted> said = List.of(new Predicted(1, 0.4999999, 0.5000001), new Predicted(0, 0.9, 0.1));
        try (BatchLoader loader = loader(said, 2, 2)) {
            Evaluation own = Evaluation.of(stub(2), loader, 2, "stub", done -> {}, () -> false);
            Evaluation warm = Evaluation.of(stub(2), loader, 2, "stub", new Temperature(2), done -> {}, () -> false);
            Evaluation hot = Evaluation.of(stub(2), loader, 2, "stub", new Temperature(1e9), done -> {}, () -> false);

            assertThat(List.of(own, warm, hot)).allSatisfy(result -> {
                assertThat(result.top1()).isEqualTo(1);
                assertThat(result.confusion()).isDeepEqualTo(new long[][] {{1, 0}, {0, 1}});
            });
            assertThat(warm.answers().get(1).probability()).isCloseTo(0.75, within(FLOAT)); // 9^(1/2) : 1
            assertThat(warm.answers().get(1).loss()).isCloseTo(-Math.log(0.75), within(FLOAT));
            assertThat(warm.calibration().error()).isCloseTo(0.375, within(FLOAT)); // of 0.5 and 0.75, all right
            assertThat(TemperatureScaling.of(warm.scores()).lossBefore()).isCloseTo(own.loss(), within(FLOAT));
        }
    }

    @Test
    void stopsBetweenBatches() {
        List<Long> progress = new ArrayList<>();
        List<Predicted> said =
                List.of(new Predicted(0, 0.6, 0.4), new Predicted(1, 0.6, 0.4), new Predicted(0, 0.6, 0.4));
        assertThatExceptionOfType(StoppedException.class).isThrownBy(() -> {
            try (BatchLoader loader = loader(said, 2, 1)) {
                Evaluation.of(stub(2), loader, 2, "stub", progress::add, () -> progress.size() == 2);
            }
        });
        assertThat(progress).containsExactly(1L, 2L);
    }

    private static Evaluation evaluate(List<Predicted> said, int classes, int batchSize, List<Long> progress) {
        try (BatchLoader loader = loader(said, classes, batchSize)) {
            return Evaluation.of(stub(classes), loader, classes, "stub", progress::add, () -> false);
        }
    }

    private static BatchLoader loader(List<Predicted> said, int classes, int batchSize) {
        return loader(said, classes, batchSize, BadImages.FAIL);
    }

    private static BatchLoader loader(List<Predicted> said, int classes, int batchSize, BadImages bad) {
        return new BatchLoader(
                new Numbered(said, classes),
                (image, random, out, offset) -> {
                    double[] probabilities =
                            said.get(image.decode().at(0, 0, 0)).probabilities();
                    for (int c = 0; c < classes; c++) {
                        out[offset + c] = (float) Math.log(probabilities[c]);
                    }
                },
                classes,
                1,
                1,
                new LoaderOptions(batchSize, 0, 1, 2, false, bad));
    }

    private static Inference stub(int classes) {
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("input")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "input")
                .addLayer(
                        "softmax",
                        new LossLayer.Builder(LossFunctions.LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "pool")
                .setOutputs("softmax")
                .setInputTypes(InputType.convolutional(1, 1, classes))
                .build());
        graph.init();
        return Inference.of(graph, new Shape(classes, 1, 1), 8, Engine.DL4J);
    }

    /** Images of one pixel that hold nothing but their index. */
    private record Numbered(List<Predicted> said, int count) implements ImageDataset {
        @Override
        public int size() {
            return said.size();
        }

        @Override
        public List<String> classes() {
            return IntStream.range(0, count).mapToObj(c -> "class" + c).toList();
        }

        @Override
        public int label(int index) {
            return said.get(index).actual();
        }

        @Override
        public String name(int index) {
            return String.valueOf(index);
        }

        @Override
        public Rgb8Image image(int index) {
            if (said.get(index).probabilities().length == 0) {
                throw new BadDataException(name(index) + " cannot be read");
            }
            return new Rgb8Image(1, 1, new byte[] {(byte) index, 0, 0});
        }

        @Override
        public String fingerprint() {
            return "numbers";
        }
    }
}
