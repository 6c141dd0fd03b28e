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
    void learnsFromWhatWasDoneAndMoreFromMore() {
        progress.plan(2000);
        now = 40;
        progress.done(20);
        assertThat(progress.left()).isEqualTo("41 min left");
        now = 2000;
        progress.done(980);
        assertThat(progress.left()).isEqualTo("32 min left");
    }

    @Test
    void forgetsWhatWillNotCome() {
        progress.plan(100);
        progress.plan(-60);
        assertThat(progress.left()).isEqualTo("40 s left");
    }
}
