package io.github.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.Writer;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private double now;
    private final Progress progress = new Progress(new PrintWriter(Writer.nullWriter()), () -> now);

    @Test
    void guessesWhatWasPlannedUntilSomethingIsDone() {
        progress.plan(45);
        assertThat(progress.left()).isEqualTo("45 s left");
        progress.plan(600);
        assertThat(progress.left()).isEqualTo("11 min left");
    }

    @Test
    void learnsFromWhatWasDone() {
        progress.plan(100);
        now = 30;
        progress.done(10);
        assertThat(progress.left()).isEqualTo("5 min left");
    }

    @Test
    void forgetsWhatWillNotCome() {
        progress.plan(100);
        progress.plan(-60);
        assertThat(progress.left()).isEqualTo("40 s left");
    }
}
