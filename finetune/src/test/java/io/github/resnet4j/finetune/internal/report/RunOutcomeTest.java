package io.github.resnet4j.finetune.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.finetune.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunOutcomeTest {
    @TempDir
    Path folder;

    @Test
    void isReadAsItWasReported() throws IOException {
        RunReport report = Example.run();
        JsonReport.write(report, folder.resolve("report.json"));
        assertThat(RunOutcome.read(List.of(folder)))
                .containsExactly(Example.task(report).outcome().orElseThrow());
    }

    @Test
    void saysAllThatCannotBeRead() throws IOException {
        Path none = folder.resolve("none");
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.writeString(other.resolve("report.json"), "{\"name\": \"x\"}");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> RunOutcome.read(List.of(none, other)))
                .withMessage(none + ": is not the folder of a complete run, as it has no report.json; "
                        + other.resolve("report.json")
                        + ": does not tell a run's outcome; train it again, or leave it out");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{",
                "{\"name\":\"x\",\"initialWeights\":\"\",\"epochs\":\"many\",\"seconds\":1,\"correct\":1,\"images\":2,\"validation\":\"\"}",
                "{\"name\":\"x\",\"initialWeights\":\"\",\"epochs\":1,\"seconds\":1,\"correct\":3,\"images\":2,\"validation\":\"\"}",
            })
    void refusesWhatIsNotAReport(String text) throws IOException {
        Files.writeString(folder.resolve("report.json"), text);
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> RunOutcome.read(List.of(folder)))
                .withMessageContaining("does not tell a run's outcome");
    }

    @Test
    void isPossible() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RunOutcome("x", "y", 1, 1, 3, 2, ""))
                .withMessage("3 of 2 images after 1 epochs in 1.0 s is not the outcome of a run");
    }
}
