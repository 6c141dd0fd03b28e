package io.github.resnet4j.notebooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NotebookRunnerTest {
    @TempDir
    private Path folder;

    private NotebookRunner.Outcome run(String text) throws IOException {
        return NotebookRunner.run(Notebook.read(Files.writeString(folder.resolve("a.ipynb"), text)));
    }

    @Test
    void executesAndCompares() throws IOException {
        PrintStream before = System.out;
        NotebookRunner.Outcome outcome = run(NotebookTest.SMALL);
        assertThat(outcome.asStored()).isTrue();
        assertThat(System.out).isSameAs(before);
        Path copy = folder.resolve("copy.ipynb");
        outcome.executed().write(copy);
        assertThat(copy).content().isEqualTo(NotebookTest.SMALL);
    }

    @Test
    void namesTheCellThatDiffers() throws IOException {
        NotebookRunner.Outcome outcome = run(NotebookTest.SMALL.replace("\"2\"", "\"3\""));
        assertThat(outcome.asStored()).isFalse();
        assertThat(outcome.differences()).containsExactly("cell 2 (sum): `2` instead of `3`");
        assertThat(outcome.executed().cells().get(1).output().shown()).containsEntry("text/plain", "2");
    }

    @Test
    void endsAtTheCellThatFails() throws IOException {
        NotebookRunner.Outcome outcome =
                run(NotebookTest.SMALL.replace("\"1 + 1\"", "\"throw new IllegalStateException(\\\"no\\\");\""));
        assertThat(outcome.failure()).hasValue("cell 2 (sum), line 2: java.lang.IllegalStateException: no");
        assertThat(outcome.asStored()).isFalse();
    }
}
