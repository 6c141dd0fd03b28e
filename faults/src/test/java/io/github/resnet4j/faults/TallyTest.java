package io.github.resnet4j.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TallyTest {
    private final Session session = new Session(
            Path.of(""), Path.of(""), true, Duration.ofMinutes(1), 1, new PrintStream(OutputStream.nullOutputStream()));

    @Test
    void aRowThatTriedNothingHasMetNothing() {
        assertThat(new Tally(session, 2).outcome("nothing").verdict()).isEqualTo(Verdict.SHORT);
    }

    @Test
    void isMetByAsManyTrialsAsAreAskedFor() {
        Tally tally = new Tally(session, 2);
        tally.tried();
        tally.check(true, "wrong");
        assertThat(tally.isDone()).isFalse();
        assertThat(tally.outcome("one").verdict()).isEqualTo(Verdict.SHORT);
        tally.tried();
        assertThat(tally.isDone()).isTrue();
        assertThat(tally.outcome("two")).isEqualTo(new Outcome(Verdict.MET, "two", 2));
        assertThat(tally.outcome(false, "two, but slowly").verdict()).isEqualTo(Verdict.SHORT);
    }

    @Test
    void aStoppedRowCountsTheTrialsBefore() {
        Tally tally = new Tally(session, 3);
        tally.tried();
        session.stopping().set(true);
        tally.check(false, "its program got the signal, too");
        tally.tried();
        assertThat(tally.isDone()).isTrue();
        assertThat(tally.outcome("one")).isEqualTo(new Outcome(Verdict.SHORT, "one", 1));
    }

    @Test
    void oneFailureIsAFailure() {
        Tally tally = new Tally(session, 5);
        for (int i = 0; i < 5; i++) {
            tally.check(i > 3, "trial " + i);
            tally.tried();
        }
        assertThat(tally.outcome("five"))
                .isEqualTo(new Outcome(Verdict.FAILED, "five; 4 failures: trial 0; trial 1; trial 2", 5));
    }
}
