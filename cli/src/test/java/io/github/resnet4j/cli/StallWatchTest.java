package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.finetune.report.ProgressView;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StallWatchTest {
    private static final long LIMIT_SECONDS = 600;
    private static final long LOOK_SECONDS = 6;

    private long now = 1_000;
    private long computed;
    private int stalls;

    private final StallWatch watch = new StallWatch(
            ProgressView.lines(new PrintStream(OutputStream.nullOutputStream())),
            Duration.ofSeconds(LIMIT_SECONDS),
            () -> now,
            () -> computed,
            () -> stalls++);

    /** Looks as often as a watch does, while the process uses a share of a core. */
    private void pass(long seconds, double share) {
        for (long passed = 0; passed < seconds; passed += LOOK_SECONDS) {
            now += TimeUnit.SECONDS.toNanos(LOOK_SECONDS);
            computed += (long) (share * TimeUnit.SECONDS.toNanos(LOOK_SECONDS));
            watch.look();
        }
    }

    @Test
    void noticesAProcessThatNeitherProgressesNorComputes() {
        watch.step(1, 1, 0.1, 100, 0);
        pass(LIMIT_SECONDS, 0.001);
        assertThat(stalls).isZero();
        pass(LOOK_SECONDS, 0.001);
        assertThat(stalls).isEqualTo(1);
    }

    @Test
    void letsASlowStepCompute() {
        watch.step(1, 1, 0.1, 100, 0);
        pass(10 * LIMIT_SECONDS, 0.05);
        assertThat(stalls).isZero();
    }

    @Test
    void noticesAStallAfterASlowStep() {
        pass(2 * LIMIT_SECONDS, 1);
        pass(2 * LIMIT_SECONDS, 0);
        assertThat(stalls).isPositive();
    }

    @Test
    void takesEveryCallAsASignOfLife() {
        for (int i = 0; i < 20; i++) {
            pass(LIMIT_SECONDS - LOOK_SECONDS, 0);
            switch (i % 4) {
                case 0 -> watch.begin("evaluating", 10);
                case 1 -> watch.step(i, 1, 0.1, 100, 0);
                case 2 -> watch.line("a remark");
                default -> watch.end();
            }
        }
        assertThat(stalls).isZero();
    }

    @Test
    void doesNotCountTheTimeThatTheProcessWasStopped() {
        pass(LIMIT_SECONDS / 2, 0);
        now += TimeUnit.HOURS.toNanos(8);
        watch.look();
        pass(LIMIT_SECONDS / 2, 0);
        assertThat(stalls).isZero();
    }
}
