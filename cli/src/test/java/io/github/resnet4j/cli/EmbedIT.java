package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Feature vectors of images, and what is found with them. */
class EmbedIT {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    Path folder;

    private Cli cli;

    @BeforeEach
    void images() throws IOException {
        cli = Cli.shared(folder).env("LC_ALL", "C.UTF-8");
        Path to = Files.createDirectories(folder.resolve("photos"));
        for (String name : List.of("star", "moon")) {
            for (int i = 0; i < 5; i++) {
                String image = String.format("%s-%04d.png", name, i);
                Files.copy(Trained.images().resolve("train").resolve(name).resolve(image), to.resolve(image));
            }
        }
        Files.copy(to.resolve("star-0003.png"), to.resolve("the same.png"));
        Files.writeString(to.resolve("bad.png"), "text");
    }

    @Test
    void writesArraysForNumpyAndTheSameAsCsv() throws IOException, InterruptedException {
        Cli.Outcome npy = cli.run("embed", "--model", Trained.model(), "photos", "--out", "features.npy");
        assertThat(npy.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(npy.errors()).singleElement().asString().contains("bad.png: is text");
        assertThat(npy.out())
                .isEqualToIgnoringNewLines("11 images, 64 features each: features.npy, paths in features.txt");
        List<String> paths = Files.readAllLines(folder.resolve("features.txt"));
        assertThat(paths).hasSize(11).startsWith("photos/moon-0000.png").endsWith("photos/the same.png");
        cli.run("embed", "--model", Trained.model(), "photos", "-o", "features.csv");
        List<String> lines = Files.readAllLines(folder.resolve("features.csv"));
        assertThat(lines).hasSize(12);
        assertThat(lines.get(0)).startsWith("file,f0,f1,").endsWith(",f63");
        assertThat(lines.stream().skip(1).map(line -> line.split(",")[0])).containsExactlyElementsOf(paths);

        String check = """
                import csv, numpy
                values = numpy.load("features.npy", allow_pickle=False)
                assert values.shape == (11, 64) and values.dtype == numpy.float32, (values.shape, values.dtype)
                rows = list(csv.reader(open("features.csv")))[1:]
                assert numpy.array_equal(values, numpy.array([row[1:] for row in rows], dtype=numpy.float32))
                assert values.std(0).max() > 0
                """;
        Process python;
        try {
            python = new ProcessBuilder("/usr/bin/python3", "-c", "import numpy").start();
            python.getInputStream().readAllBytes();
        } catch (IOException noPython) {
            python = null;
        }
        assumeTrue(python != null && python.waitFor() == 0, "needs python3 with numpy");
        Process checked = new ProcessBuilder("/usr/bin/python3", "-c", check)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(checked.getInputStream().readAllBytes());
        assertThat(checked.waitFor()).as(said).isZero();
    }

    @Test
    void findsTheSameImageFirst() throws IOException {
        String star = "photos/star-0003.png";
        Cli.Outcome outcome = cli.run(
                "similar",
                star,
                "--data",
                "photos",
                "--model",
                Trained.model(),
                "--top",
                "3",
                "--json",
                "--html",
                "near.html");
        assertThat(outcome.code()).isEqualTo(ExitCode.BAD_INPUT); // bad.png
        List<JsonNode> found = outcome.out().lines().map(JSON::readTree).toList();
        assertThat(found).hasSize(3);
        assertThat(found.get(0).get("file").asString()).isEqualTo("photos/the same.png");
        assertThat(found.get(0).get("similarity").asDouble()).isGreaterThan(0.9999);
        assertThat(found.get(1).get("similarity").asDouble()).isLessThan(0.9999);
        assertThat(found).noneMatch(object -> object.get("file").asString().equals(star));
        assertThat(Files.readString(folder.resolve("near.html")))
                .contains("of 10 images searched", "photos/the same.png")
                .doesNotContain("http://", "https://", "<script");
    }

    @Test
    void mistakesAreOneLine() throws IOException {
        Files.createDirectories(folder.resolve("one"));
        Files.copy(folder.resolve("photos/star-0001.png"), folder.resolve("one/star.png"));
        Files.createDirectories(folder.resolve("empty"));
        String model = Trained.model();
        cli.run("embed", "--model", model, "photos", "--out", "features.txt").failsWith(2, "ends in .npy or .csv");
        cli.run("embed", "--model", model, "empty", "--out", "f.npy").failsWith(3, "empty: has no images");
        assertThat(folder.resolve("f.npy")).doesNotExist();
        cli.run("similar", "one/star.png", "--data", "one", "--model", model).failsWith(2, "no image besides");
        cli.run("similar", "photos/bad.png", "--data", "one", "--model", model).failsWith(3, "bad.png: is text");
        cli.run("similar", "photos/stor-0001.png", "--data", "photos", "--model", model)
                .failsWith(3, "photos/stor-0001.png: does not exist; did you mean photos/star-0001.png?");
        cli.run("similar", "one/star.png", "--data", "photo", "--model", model).failsWith(3, "photo: ");
    }
}
