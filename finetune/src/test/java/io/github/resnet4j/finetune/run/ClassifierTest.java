package io.github.resnet4j.finetune.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.image.BadImageException;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.model.Classification;
import io.github.resnet4j.finetune.model.Classifier;
import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.zoo.UnknownModelException;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One model for many threads. */
@Timeout(120)
final class ClassifierTest {
    private static final int THREADS = 8;

    @TempDir
    Path temp;

    private Path model;
    private PreparedRun start;
    private RunConfig config;
    private List<Path> images;

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    @BeforeEach
    void save() throws IOException {
        Path data = TinyData.write(temp.resolve("data"), 11, 9, "ant", "bee", "cat");
        config = TinyData.config(data, temp, "data.eval=[{resize: {size: 8}}, {center-crop: {size: 8}}]")
                .config();
        start = TinyData.start(config);
        model = temp.resolve("model.zip");
        ModelArchive.write(model, start.card(config, Map.of()), start.graph());
        try (Stream<Path> files = Files.walk(data)) {
            images = files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** What one thread gets from the model, image by image. */
    private List<List<Predictor.Guess>> alone() {
        try (Predictor predictor = Predictor.open(model, 1, Engine.AUTO)) {
            return images.stream()
                    .map(image -> predictor
                            .predict(List.of(predictor.prepare(ImageDecoder.decode(image))), 3)
                            .get(0))
                    .toList();
        }
    }

    private static void requireSame(Classification answer, List<Predictor.Guess> expected) {
        for (Predictor.Guess guess : expected) {
            assertThat(answer.guesses())
                    .filteredOn(other -> other.label().equals(guess.label()))
                    .singleElement()
                    .satisfies(other -> assertThat(other.probability()).isCloseTo(guess.probability(), within(1e-5)));
        }
    }

    @Test
    void loadsByNameOrByPath() {
        try (Classifier classifier = Classifier.load("resnet20-cifar.r4j_cifar10jpeg")) {
            assertThat(classifier.classes()).hasSize(10).contains("frog");
        }
        try (Classifier classifier = Classifier.load(model.toString())) {
            assertThat(classifier.classes()).containsExactly("ant", "bee", "cat");
        }
        assertThatExceptionOfType(UnknownModelException.class)
                .isThrownBy(() -> Classifier.load("resnet20-cifar.r4j_cifar10jpg"))
                .withMessageContaining("did you mean resnet20-cifar.r4j_cifar10jpeg");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 64})
    void manyThreadsGetWhatOneGets(int maxBatch) throws Exception {
        List<List<Predictor.Guess>> expected = alone();
        assertThat(expected.stream().map(guesses -> guesses.get(0).probability()))
                .as("a model that says the same of every image would prove nothing")
                .doesNotHaveDuplicates();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        Classifier.Options options = new Classifier.Options(maxBatch, Duration.ofMillis(3), 4, Engine.AUTO);
        try (Classifier classifier = open(options)) {
            List<float[]> features = images.stream().map(classifier::embed).toList();
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                Random random = new Random(thread);
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 50; i++) {
                        int which = random.nextInt(images.size());
                        requireSame(classifier.classify(images.get(which)), expected.get(which));
                        if (i % 5 == 0) {
                            assertThat(classifier.embed(images.get(which)))
                                    .containsExactly(features.get(which), within(1e-4f));
                        }
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private Classifier open(Classifier.Options options) {
        return Classifier.load(
                SourceModel.open(
                        ModelRequest.of(model.toString()),
                        DownloadOptions.standard().withOffline(true),
                        remark -> {}),
                options);
    }

    /** Whoever was let in gets an answer; whoever comes later hears that it is closed; nobody hangs. */
    @Test
    void closingAnswersWhatIsUnderWay() throws Exception {
        List<List<Predictor.Guess>> expected = alone();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        Classifier classifier = open(new Classifier.Options(4, Duration.ofMillis(3), 2, Engine.AUTO));
        CountDownLatch answered = new CountDownLatch(3 * THREADS);
        List<Future<String>> all = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            int first = thread;
            all.add(threads.submit(() -> {
                for (int i = first; ; i++) {
                    int which = i % images.size();
                    Classification answer;
                    try {
                        answer = classifier.classify(images.get(which));
                    } catch (IllegalStateException e) {
                        return e.getMessage();
                    }
                    requireSame(answer, expected.get(which));
                    answered.countDown();
                }
            }));
        }
        answered.await();
        classifier.close();
        for (Future<String> one : all) {
            assertThat(one.get()).isEqualTo("this classifier is closed");
        }
        classifier.close();
        assertThatIllegalStateException().isThrownBy(() -> classifier.embed(images.get(0)));
        threads.shutdownNow();
    }

    @Test
    void aBadImageIsTheMatterOfItsCaller() throws Exception {
        List<List<Predictor.Guess>> expected = alone();
        Path text = Files.writeString(temp.resolve("text.jpg"), "no image");
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Classifier classifier = Classifier.load(model)) {
            Future<?> bad = threads.submit(() -> {
                for (int i = 0; i < 30; i++) {
                    assertThatExceptionOfType(BadImageException.class)
                            .isThrownBy(() -> classifier.classify(text))
                            .withMessageContaining("text.jpg: is text");
                    assertThatExceptionOfType(BadImageException.class)
                            .isThrownBy(() -> classifier.classify(new byte[0]))
                            .withMessageStartingWith("image: is empty");
                    assertThatExceptionOfType(BadImageException.class)
                            .isThrownBy(() -> classifier.embed(temp.resolve("absent.jpg")))
                            .withMessageContaining("does not exist");
                }
            });
            for (int i = 0; i < images.size(); i++) {
                requireSame(classifier.classify(images.get(i)), expected.get(i));
            }
            bad.get();
        } finally {
            threads.shutdownNow();
        }
    }

    /** The same pixels, the same answer, also where Java's own conversions would change them. */
    @ParameterizedTest
    @ValueSource(
            ints = {
                BufferedImage.TYPE_INT_RGB,
                BufferedImage.TYPE_3BYTE_BGR,
                BufferedImage.TYPE_4BYTE_ABGR,
                BufferedImage.TYPE_BYTE_GRAY,
                BufferedImage.TYPE_USHORT_GRAY,
                BufferedImage.TYPE_BYTE_INDEXED
            })
    void filesBytesAndImagesInMemoryAreTheSame(int type) throws IOException {
        BufferedImage image = new BufferedImage(13, 8, type);
        Random random = new Random(type);
        for (int y = 0; y < 8; y++) {
            for (int x = 0; x < 13; x++) {
                image.setRGB(x, y, random.nextInt());
            }
        }
        Path file = temp.resolve("image.png");
        assertThat(ImageIO.write(image, "png", file.toFile())).isTrue();
        try (Classifier classifier = Classifier.load(model)) {
            Classification expected = classifier.classify(file);
            assertThat(classifier.classify(Files.readAllBytes(file))).isEqualTo(expected);
            assertThat(classifier.classify(image)).isEqualTo(expected);
            assertThat(classifier.classify(ImageIO.read(file.toFile()))).isEqualTo(expected);
            float[] features = classifier.embed(file);
            assertThat(features).hasSize(64);
            assertThat(classifier.embed(image)).isEqualTo(features);
            assertThat(classifier.embed(Files.readAllBytes(file))).isEqualTo(features);
        }
    }

    @Test
    void answersAreSortedAndCalibrated() throws IOException {
        ModelCard card = start.card(config, Map.of());
        Path calibrated = temp.resolve("calibrated.zip");
        ModelArchive.write(calibrated, card.withTemperature(OptionalDouble.of(2)), start.graph());
        try (Classifier plain = Classifier.load(model);
                Classifier soft = Classifier.load(calibrated)) {
            Classification own = plain.classify(images.get(0));
            Classification answer = soft.classify(images.get(0));
            assertThat(plain.classes()).containsExactly("ant", "bee", "cat");
            assertThat(own.temperature()).isEmpty();
            assertThat(answer.temperature()).hasValue(2);
            assertThat(answer.best()).isEqualTo(answer.guesses().get(0));
            assertThat(answer.top(2)).isEqualTo(answer.guesses().subList(0, 2));
            assertThat(answer.top(9)).isSortedAccordingTo((a, b) -> Double.compare(b.probability(), a.probability()));
            double p = own.guesses().get(0).probability();
            double sum = own.guesses().stream()
                    .mapToDouble(guess -> Math.sqrt(guess.probability()))
                    .sum();
            assertThat(answer.best().label()).isEqualTo(own.best().label());
            assertThat(answer.best().probability()).isCloseTo(Math.sqrt(p) / sum, within(1e-6));
        }
    }

    @Test
    void aBrokenModelSaysSoToEveryCaller() throws Exception {
        start.graph().getLayer("fc").getParam("W").assign(Float.MAX_VALUE); // finite, but no sum of it is
        Path broken = temp.resolve("broken.zip");
        ModelArchive.write(broken, start.card(config, Map.of()), start.graph());
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Classifier classifier = Classifier.load(broken)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Path image = images.get(i);
                all.add(threads.submit(() -> assertThatExceptionOfType(NonFiniteOutputException.class)
                        .isThrownBy(() -> classifier.classify(image))));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void refusesOptionsThatCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Classifier.Options(0, Duration.ZERO, 1, Engine.AUTO))
                .withMessageContaining("at least 1 image");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Classifier.Options(1, Duration.ofMillis(-1), 1, Engine.AUTO));
    }
}
