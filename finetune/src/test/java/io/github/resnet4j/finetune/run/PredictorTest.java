package io.github.resnet4j.finetune.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.datasets.transform.CenterCrop;
import io.github.resnet4j.datasets.transform.Interpolation;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.datasets.transform.Resize;
import io.github.resnet4j.datasets.transform.Transform;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.NormalizeConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.task.RunImages;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.train.Evaluation;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A saved model answers as it did in its run. The network's input is 8×8. */
final class PredictorTest {
    private static final String[] CLASSES = {"ant", "bee", "cat"};

    @TempDir
    Path temp;

    /** As every command does before it builds a graph. */
    @BeforeAll
    static void enableOneDnn() {
        OneDnn.enable();
    }

    record Case(String name, int width, int height, NormalizeConfig normalize, Transform... eval) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        Resize resize10 = new Resize(10, Interpolation.BILINEAR);
        Resize bicubic9 = new Resize(9, Interpolation.BICUBIC);
        Resize resize8 = new Resize(8, Interpolation.BILINEAR);
        CenterCrop crop = new CenterCrop(8);
        NormalizeConfig own = new NormalizeConfig(List.of(0.1, 0.2, 0.3), List.of(0.7, 0.11, 1.3));
        return Stream.of(
                new Case("nothing", 8, 8, NormalizeConfig.CIFAR10),
                new Case("resize and crop", 17, 13, NormalizeConfig.IMAGENET, resize10, crop),
                new Case("enlarge and crop", 7, 5, NormalizeConfig.NONE, resize10, crop),
                new Case("bicubic", 20, 31, own, bicubic9, crop),
                new Case("resize alone", 15, 15, own, resize8),
                new Case("crop alone", 15, 11, NormalizeConfig.CIFAR10, crop),
                new Case("crop of smaller images", 6, 7, NormalizeConfig.CIFAR10, crop));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void seesWhatTheRunsEvaluationSaw(Case given) throws IOException {
        Path model = temp.resolve("model.zip");
        PreparedRun start = saved(given, model);
        RunImages inputs = start.resolved().images("a test");
        ImageDataset val = inputs.val();
        Evaluation expected = evaluation(
                Inference.of(start.graph(), start.network().input(), 5, Engine.AUTO), val, inputs.evalPipeline());
        assertThat(expected.answers())
                .extracting(Evaluation.Answer::probability)
                .as("a network that says the same of every image would prove nothing")
                .doesNotHaveDuplicates();
        try (Predictor predictor = Predictor.open(model, 12, Engine.AUTO)) {
            assertThat(evaluation(predictor.inference(), val, predictor.pipeline())
                            .answers())
                    .isEqualTo(expected.answers());

            List<Rgb8Image> images =
                    IntStream.range(0, val.size()).mapToObj(val::image).toList();
            List<List<Predictor.Guess>> guesses = predict(predictor, images, 3);
            for (Evaluation.Answer answer : expected.answers()) {
                List<Predictor.Guess> guess = guesses.get(answer.index());
                assertThat(guess.get(0).label()).isEqualTo(CLASSES[answer.predicted()]);
                assertThat(guess.get(0).probability()).isCloseTo(answer.probability(), within(1e-5));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "resize and crop", "crop alone"})
    void takesImagesOfAnySize(String name) throws IOException {
        Path model = temp.resolve("model.zip");
        saved(named(name), model);
        List<Rgb8Image> images = Stream.of(
                        new int[] {1, 1}, new int[] {8, 8}, new int[] {3, 50}, new int[] {200, 9}, new int[] {64, 64})
                .map(size -> noise(size[0], size[1]))
                .toList();
        try (Predictor predictor = Predictor.open(model, 12, Engine.AUTO)) {
            List<List<Predictor.Guess>> guesses = predict(predictor, images, 3);
            assertThat(guesses).hasSize(5).allSatisfy(guess -> {
                assertThat(guess).extracting(Predictor.Guess::label).containsExactlyInAnyOrder(CLASSES);
                assertThat(guess).isSortedAccordingTo((a, b) -> Double.compare(b.probability(), a.probability()));
                assertThat(guess.stream()
                                .mapToDouble(Predictor.Guess::probability)
                                .sum())
                        .isCloseTo(1, within(1e-5));
            });
        }
    }

    @Test
    void givesAsManyGuessesAsAskedForAndNoMoreThanThereAreClasses() throws IOException {
        Path model = temp.resolve("model.zip");
        saved(named("nothing"), model);
        List<Rgb8Image> images = List.of(noise(8, 8));
        try (Predictor predictor = Predictor.open(model, 12, Engine.AUTO)) {
            List<Predictor.Guess> all = predict(predictor, images, 100).get(0);
            assertThat(all).hasSize(3);
            assertThat(predict(predictor, images, 1).get(0)).isEqualTo(all.subList(0, 1));
        }
    }

    @Test
    void calibratesByTheCardsTemperature() throws IOException {
        Path model = temp.resolve("model.zip");
        Path calibrated = temp.resolve("calibrated.zip");
        saved(named("nothing"), model);
        ModelArchive.Loaded loaded = ModelArchive.read(model, NetworkGraph.Options.seeded(1));
        ModelArchive.write(calibrated, loaded.card().withTemperature(OptionalDouble.of(2)), loaded.graph());
        List<Rgb8Image> images = List.of(noise(8, 8), noise(9, 9));
        try (Predictor own = Predictor.open(model, 12, Engine.AUTO);
                Predictor scaled = Predictor.open(calibrated, 12, Engine.AUTO)) {
            for (int i = 0; i < images.size(); i++) {
                List<Predictor.Guess> before = predict(own, images, 3).get(i);
                List<Predictor.Guess> after = predict(scaled, images, 3).get(i);
                double sum = before.stream()
                        .mapToDouble(guess -> Math.sqrt(guess.probability()))
                        .sum();
                assertThat(after)
                        .extracting(Predictor.Guess::label)
                        .isEqualTo(before.stream().map(Predictor.Guess::label).toList());
                for (int rank = 0; rank < 3; rank++) {
                    assertThat(after.get(rank).probability())
                            .isCloseTo(Math.sqrt(before.get(rank).probability()) / sum, within(1e-6));
                }
            }
        }
    }

    private static List<List<Predictor.Guess>> predict(Predictor predictor, List<Rgb8Image> images, int top) {
        return predictor.predict(images.stream().map(predictor::prepare).toList(), top);
    }

    private static Case named(String name) {
        return cases().filter(given -> given.name().equals(name)).findFirst().orElseThrow();
    }

    /** What a run begins with, saved as it would save its result. */
    private PreparedRun saved(Case given, Path model) throws IOException {
        Path data = TinyData.write(temp.resolve("data"), given.width(), given.height(), CLASSES);
        RunConfig tiny = TinyData.config(data, temp).config();
        DataConfig images = new DataConfig(
                tiny.data().dataset(),
                tiny.data().dir(),
                Optional.empty(),
                Optional.empty(),
                tiny.data().imageSize(),
                List.of(),
                Optional.of(List.of(given.eval())),
                Optional.of(given.normalize()),
                tiny.data().valFraction(),
                Optional.empty(),
                DataConfig.Sampling.ALL,
                Optional.empty(),
                Optional.empty(),
                0,
                tiny.data().workers(),
                DataConfig.OnBadImage.FAIL,
                true,
                1,
                false,
                89_478_485);
        RunConfig config = new RunConfig(
                tiny.name(),
                tiny.task(),
                tiny.model(),
                images,
                tiny.train(),
                tiny.optimizer(),
                tiny.schedule(),
                tiny.engine(),
                tiny.output(),
                tiny.expect());
        PreparedRun start = TinyData.start(config);
        ModelArchive.write(model, start.card(config, Map.of()), start.graph());
        return start;
    }

    private static Evaluation evaluation(Inference inference, ImageDataset val, Pipeline pipeline) {
        LoaderOptions options = new LoaderOptions(5, 0, 1, 2, false, BadImages.FAIL);
        try (BatchLoader loader = new BatchLoader(val, pipeline::write, 3, 8, 8, options)) {
            return Evaluation.of(inference, loader, CLASSES.length, "tiny", done -> {}, () -> false);
        }
    }

    private static Rgb8Image noise(int width, int height) {
        byte[] pixels = new byte[width * height * 3];
        new Random(width).nextBytes(pixels);
        return new Rgb8Image(width, height, pixels);
    }
}
