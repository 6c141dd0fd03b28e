package io.github.resnet4j.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** That rows run at all; their full length is for {@code faults/run.sh}. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "rows send signals")
class TwoRunsIT {
    @Test
    void aRowRuns(@TempDir Path folder) throws Exception {
        Session session = new Session(Path.of(".."), folder, false, Duration.ofMinutes(1), 1, System.err);
        Outcome outcome = new TwoRuns().in(session);
        assertThat(outcome.verdict()).as(outcome.figure()).isNotEqualTo(Verdict.FAILED);
        assertThat(outcome.trials()).isEqualTo(2);
    }
}
