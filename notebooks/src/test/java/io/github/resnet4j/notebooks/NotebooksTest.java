package io.github.resnet4j.notebooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.engine.OneDnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The notebooks of this folder: every cell runs, and puts out what its notebook holds. */
final class NotebooksTest {
    /** Surefire runs the tests in the module's folder, which is that of the notebooks. */
    private static final Path FOLDER = Path.of("").toAbsolutePath();

    static List<Path> notebooks() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".ipynb"))
                    .map(FOLDER::relativize)
                    .sorted()
                    .toList();
        }
    }

    @BeforeAll
    static void enableOneDnn() {
        OneDnn.enable();
    }

    @Test
    void areThere() throws IOException {
        assertThat(notebooks())
                .map(Path::toString)
                .containsExactly(
                        "01-first-prediction.ipynb",
                        "02-fine-tune-your-images.ipynb",
                        "03-cifar10-and-degradation.ipynb",
                        "04-weights-from-pytorch.ipynb",
                        "05-what-the-network-sees.ipynb",
                        "06-your-own-architecture.ipynb");
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    void putOutWhatTheyHold(Path file) throws IOException {
        NotebookRunner.Outcome outcome = NotebookRunner.run(Notebook.read(file));
        assertThat(outcome.failure()).isEmpty();
        assertThat(outcome.differences())
                .as("if the change is meant: ./resnet4j notebook run --write notebooks/" + file)
                .isEmpty();
    }

    /** As Jupyter itself would write it, so that a diff shows content only; no place or object of the machine it ran on. */
    @ParameterizedTest
    @MethodSource("notebooks")
    void areFitToBeCommitted(Path file) throws IOException {
        Notebook notebook = Notebook.read(file);
        Path copy = Files.createTempFile("notebook", ".ipynb");
        notebook.with(notebook.cells().stream().map(Notebook.Cell::output).toList())
                .write(copy);
        assertThat(copy).hasSameTextualContentAs(file);
        Files.delete(copy);
        for (Notebook.Cell cell : notebook.cells()) {
            assertThat(cell.output().printed() + cell.output().shown().getOrDefault(Rendering.TEXT, ""))
                    .as("output of %s", cell.id())
                    .doesNotContainPattern(
                            "(?:^|[\\s\"'(])/(?:tmp|home|root|var|Users)/|[A-Z]:\\\\|\\w@[0-9a-f]{6,8}\\b");
            assertThat(cell.output().shown().getOrDefault(Rendering.PNG, ""))
                    .as("image of %s", cell.id())
                    .hasSizeLessThan(100_000 * 4 / 3);
        }
    }
}
