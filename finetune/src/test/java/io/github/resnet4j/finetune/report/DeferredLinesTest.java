package io.github.resnet4j.finetune.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class DeferredLinesTest {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final ProgressView view = ProgressView.lines(new PrintStream(said, true, StandardCharsets.UTF_8));

    @Test
    void linesWaitForTheImportantOne() {
        try (DeferredLines lines = new DeferredLines(view)) {
            lines.add("b");
            lines.add("c");
            assertThat(said.size()).isZero();
            lines.after("a");
            assertThat(said.toString(StandardCharsets.UTF_8).lines()).containsExactly("a", "b", "c");
        }
        assertThat(said.toString(StandardCharsets.UTF_8).lines()).hasSize(3);
    }

    @Test
    void nothingIsLostWhenItNeverComes() {
        try (DeferredLines lines = new DeferredLines(view)) {
            lines.add("b");
        }
        assertThat(said.toString(StandardCharsets.UTF_8).lines()).containsExactly("b");
    }
}
