package io.github.resnet4j.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
    @TempDir
    Path folder;

    private final Bar kills = new Bar("T-1", "a | b", session -> Outcome.notRun("never"));
    private final Bar soak = new Bar("T-18", "an hour", session -> Outcome.notRun("never"));
    private final Result result = new Result(
            "T-1",
            "a | b",
            Verdict.MET,
            "5 of\n5 | good",
            5000,
            true,
            70,
            "faults/run.sh T-1",
            "2026-01-02",
            "a machine");

    @Test
    void readsWhatItWrote() throws IOException {
        Results results = new Results(folder);
        assertThat(results.of(kills)).isEmpty();
        results.write(result);
        assertThat(results.of(kills)).contains(result);
        assertThat(folder.resolve("faults/T-1.json")).content().contains("\"verdict\" : \"MET\"");
    }

    @Test
    void thePageHasEveryBar() throws IOException {
        Results results = new Results(folder);
        results.write(result);
        results.writePage(List.of(kills, soak));
        assertThat(folder.resolve("faults.md"))
                .content()
                .contains("| T-1 | a \\| b | 5 of 5 \\| good | met | 5,000 | 70 | `faults/run.sh T-1` |")
                .contains("| T-18 | an hour | – | not run | 0 | 0 | `faults/run.sh T-18` |")
                .contains("* 2026-01-02: a machine");
    }

    @Test
    void namesAResultThatCannotBeRead() throws IOException {
        Files.createDirectories(folder.resolve("faults"));
        Files.writeString(folder.resolve("faults/T-1.json"), "{");
        assertThatThrownBy(() -> new Results(folder).of(kills))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("T-1.json");
    }
}
