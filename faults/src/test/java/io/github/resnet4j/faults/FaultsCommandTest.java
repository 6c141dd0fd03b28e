package io.github.resnet4j.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class FaultsCommandTest {
    private final StringWriter out = new StringWriter();

    private int run(String... arguments) {
        return new CommandLine(new FaultsCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(out, true))
                .execute(arguments);
    }

    @Test
    void listsTheRows() {
        assertThat(run("--list")).isZero();
        assertThat(out.toString().lines()).hasSameSizeAs(Bars.ALL).anyMatch(line -> line.startsWith("T-18  an hour"));
        assertThat(Bars.ALL).extracting(Bar::id).doesNotHaveDuplicates();
    }

    @Test
    void refusesARowThatThereIsNot(@TempDir Path folder) {
        assertThat(run("T-99", "--work", folder.toString())).isEqualTo(2);
        assertThat(out.toString()).contains("T-99: no such row");
    }

    @Test
    void writesWhatIsKnownAtOnce(@TempDir Path folder) {
        assertThat(run(
                        "T-15",
                        "--results",
                        folder.toString(),
                        "--work",
                        folder.resolve("work").toString()))
                .isZero();
        assertThat(out.toString()).contains("T-15: not run: no version has been released");
        assertThat(folder.resolve("faults/T-15.json")).isRegularFile();
        assertThat(folder.resolve("faults.md")).content().contains("| T-1 |", "| T-15 |");
    }
}
