package io.github.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.zoo.network.Network;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContestantProcessTest {
    private static final long PARAMETERS = 269722;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path scratch;

    private final Children children = new Children();

    /** Trains at once, and cannot infer. */
    static final class Fake implements JvmContestant {
        @Override
        public Work train(Network network, int batch) {
            System.out.println("a library prints to the standard output");
            return new Work(network.parameters(), "a fake\nof two lines", () -> {});
        }

        @Override
        public Work infer(Network network, int batch) throws AbsentException {
            if (batch == 1) {
                throw new AbsentException("nothing to infer with");
            }
            throw new IllegalStateException("no batch of " + batch);
        }
    }

    @AfterEach
    void endAll() {
        children.close();
    }

    private Contestant start(Mode mode, int batch) throws AbsentException, ContestantException {
        Setup setup = new Setup(scratch, scratch, Optional.empty(), 1);
        Launch launch = Launcher.jvm(Fake.class).launch(setup, new Workload("resnet20-cifar", mode, batch));
        return Contestant.start(launch, scratch.resolve("errors"), children);
    }

    @Test
    void computesWhenAskedWhateverElseIsPrinted() throws Exception {
        try (Contestant contestant = start(Mode.TRAIN, 128)) {
            assertThat(contestant.greet(PARAMETERS, PATIENCE)).isEqualTo("a fake of two lines");
            Answer.Done done = contestant.turn(0.01, PATIENCE);
            assertThat(done.images() % 128).isZero();
            assertThat(done.seconds()).isGreaterThanOrEqualTo(0.01);
            assertThat(contestant.lastErrors(1)).containsExactly("a library prints to the standard output");
        }
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        try (Contestant contestant = start(Mode.INFER, 1)) {
            assertThatThrownBy(() -> contestant.greet(PARAMETERS, PATIENCE))
                    .isInstanceOf(AbsentException.class)
                    .hasMessage("nothing to infer with");
        }
    }

    @Test
    void saysWhatWentWrong() throws Exception {
        try (Contestant contestant = start(Mode.INFER, 2)) {
            assertThatThrownBy(() -> contestant.greet(PARAMETERS, PATIENCE))
                    .isInstanceOf(ContestantException.class)
                    .hasMessage("java.lang.IllegalStateException: no batch of 2");
        }
    }
}
