package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Images in, answers out: on the standard output, as CSV and as a page. */
class PredictIT {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    Path folder;

    private Cli cli;

    /** Thirty images of stars and moons, in folders with blanks and umlauts. */
    @BeforeEach
    void images() throws IOException {
        cli = Cli.in(folder).env("LC_ALL", "C.UTF-8");
        for (String name : List.of("star", "moon")) {
            Path to = Files.createDirectories(folder.resolve("my phötos").resolve(name));
            for (int i = 0; i < 15; i++) {
                String image = String.format("%s-%04d.png", name, i);
                Files.copy(Trained.images().resolve("train").resolve(name).resolve(image), to.resolve(image));
            }
        }
    }

    private Cli.Outcome predict(String... arguments) {
        return cli.run(Stream.concat(Stream.of("predict", "--model", Trained.model()), Stream.of(arguments))
                .toArray(String[]::new));
    }

    private static List<JsonNode> objects(Cli.Outcome outcome) {
        return outcome.out().lines().map(JSON::readTree).toList();
    }

    private static List<String> files(Cli.Outcome outcome) {
        return objects(outcome).stream()
                .map(object -> object.get("file").asString())
                .toList();
    }

    @Test
    void takesFilesFoldersPatternsAndPathsFromTheStandardInput() throws IOException {
        List<String> stars =
                files(predict("--json", "--top", "1", "my phötos/star").succeeds());
        assertThat(stars).hasSize(15).first().isEqualTo("my phötos/star/star-0000.png");
        assertThat(stars).isSorted();

        Cli.Outcome pattern = predict("--json", "--top", "1", "my phötos/**/*-000[0-4].png");
        assertThat(files(pattern.succeeds())).hasSize(10).contains("my phötos/moon/moon-0004.png");

        try (Cli.Started started = cli.start("predict", "--model", Trained.model(), "--json", "-")) {
            try (OutputStream in = started.process().getOutputStream()) {
                in.write("my phötos/star/star-0003.png\n\nmy phötos/moon\n".getBytes(StandardCharsets.UTF_8));
            }
            assertThat(files(started.outcome().succeeds()))
                    .hasSize(16)
                    .startsWith("my phötos/star/star-0003.png", "my phötos/moon/moon-0000.png");
        }
        try (Cli.Started started = cli.start("predict", "--model", Trained.model(), "-")) {
            started.process().getOutputStream().close();
            started.outcome().failsWith(ExitCode.USAGE, "-: the standard input names no image");
        }
    }

    @Test
    void anImageThatIsNamedTwiceCountsOnce() {
        String star = "my phötos/star/star-0000.png";
        Cli.Outcome outcome =
                predict("--json", star, "./" + star, "my phötos/star").succeeds();
        assertThat(files(outcome)).hasSize(15).doesNotHaveDuplicates();
        assertThat(outcome.err()).contains("2 images are named more than once: each counts once");
    }

    @Test
    void aMistypedNameIsAnsweredWithTheNearest() {
        Cli.Outcome outcome = predict("my photos/star", "my phötos/star/star-0001.pgn", "my phötos/moon/moon-0001.png");
        assertThat(outcome.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(outcome.errors())
                .containsExactly(
                        "error: my photos/star: does not exist; did you mean my phötos?",
                        "error: my phötos/star/star-0001.pgn: does not exist; did you mean"
                                + " my phötos/star/star-0001.png?");
        assertThat(outcome.out()).startsWith("my phötos/moon/moon-0001.png");
    }

    /** In every output, and in the summary. */
    @Test
    void saysWhatIsUnsure() throws IOException {
        Cli.Outcome outcome =
                predict("--json", "--csv", "answers.csv", "--html", "page.html", "--threshold", "0.5", "my phötos");
        outcome.succeeds();
        List<JsonNode> objects = objects(outcome);
        long unsure = objects.stream()
                .filter(object -> object.get("unsure").asBoolean())
                .count();
        assertThat(objects).hasSize(30).allSatisfy(object -> assertThat(
                        object.get("unsure").asBoolean())
                .isEqualTo(object.get("predictions").get(0).get("probability").asDouble() < 0.5));
        assertThat(unsure).as("barely trained for six classes").isBetween(1L, 30L);
        assertThat(outcome.err())
                .contains("30 images in ", ", " + unsure + " unsure (below 0.5); wrote answers.csv and page.html");

        List<String> lines = Files.readAllLines(folder.resolve("answers.csv"));
        assertThat(lines).hasSize(1 + 30 * 5).startsWith("file,rank,class,probability,unsure");
        List<String> expected = new ArrayList<>();
        objects.forEach(object -> expected.add(
                object.get("file").asString() + "," + object.get("unsure").asBoolean()));
        assertThat(lines.stream().filter(line -> line.contains(",1,")).map(line -> {
                    String[] fields = line.split(",");
                    return fields[0] + "," + fields[4];
                }))
                .containsExactlyElementsOf(expected);

        String page = Files.readString(folder.resolve("page.html"));
        assertThat(page.split("<figure", -1)).hasSize(31);
        assertThat(page.split("\\? unsure", -1)).hasSize((int) unsure + 1);
        assertThat(page).contains("class=\"over\"", "(CAM)").doesNotContain("http://", "https://", "<script");
        String text = predict("--threshold", "0.999", "my phötos/star/star-0000.png")
                .succeeds()
                .out();
        assertThat(text).startsWith("my phötos/star/star-0000.png  (unsure)");
    }

    /** The order of the page is that of the CSV, sorted by probability. */
    @Test
    void thePageBeginsWithTheLeastSure() throws IOException {
        predict("--csv", "answers.csv", "--html", "page.html", "--top", "1", "my phötos")
                .succeeds();
        List<String> sorted = Files.readAllLines(folder.resolve("answers.csv")).stream()
                .skip(1)
                .sorted((a, b) ->
                        Double.compare(Double.parseDouble(a.split(",")[3]), Double.parseDouble(b.split(",")[3])))
                .map(line -> line.split(",")[0])
                .toList();
        String page = Files.readString(folder.resolve("page.html"));
        int first = page.indexOf("title=\"" + sorted.get(0));
        int last = page.indexOf("title=\"" + sorted.get(29));
        assertThat(first).isPositive();
        assertThat(last).isGreaterThan(first);
        assertThat(page.indexOf("title=\"")).isEqualTo(first);
    }

    /** Which is what averaging by hand gives: mirrored files stand for mirrored inputs, as these images are not cropped. */
    @Test
    void testTimeAugmentationAveragesTheImageAndItsMirrorImage() throws IOException {
        Path star = folder.resolve("my phötos/star/star-0000.png");
        BufferedImage image = ImageIO.read(star.toFile());
        BufferedImage mirrored = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                mirrored.setRGB(image.getWidth() - 1 - x, y, image.getRGB(x, y));
            }
        }
        ImageIO.write(mirrored, "png", folder.resolve("mirrored.png").toFile());
        List<JsonNode> alone = objects(
                predict("--json", "--top", "6", star.toString(), "mirrored.png").succeeds());
        JsonNode both = objects(predict("--json", "--top", "6", "--tta", star.toString())
                        .succeeds())
                .get(0);
        for (JsonNode guess : both.get("predictions")) {
            String label = guess.get("label").asString();
            assertThat(guess.get("probability").asDouble())
                    .as(label)
                    .isCloseTo((probability(alone.get(0), label) + probability(alone.get(1), label)) / 2, within(1e-5));
        }
        assertThat(alone.get(0).get("predictions").get(0).get("probability").asDouble())
                .isNotCloseTo(both.get("predictions").get(0).get("probability").asDouble(), within(1e-5));
    }

    private static double probability(JsonNode answer, String label) {
        for (JsonNode guess : answer.get("predictions")) {
            if (guess.get("label").asString().equals(label)) {
                return guess.get("probability").asDouble();
            }
        }
        throw new AssertionError(label);
    }

    @Test
    void aFailedImageIsOnThePage() throws IOException {
        Files.write(
                folder.resolve("my phötos/cut.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        Cli.Outcome outcome = predict("--html", "page.html", "my phötos");
        assertThat(outcome.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(outcome.errors()).hasSize(1);
        assertThat(outcome.err()).contains("30 images in ", "1 cannot be read");
        assertThat(Files.readString(folder.resolve("page.html"))).contains("1 warning", "cut.png");
        assertThat(outcome.out()).isEmpty();
    }
}
