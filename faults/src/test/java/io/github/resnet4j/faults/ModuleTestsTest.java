package io.github.resnet4j.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModuleTestsTest {
    @TempDir
    Path folder;

    private Path report(String name, String attributes, String out) throws IOException {
        String text = "<?xml version=\"1.0\"?>\n<testsuite name=\"" + name + "\" time=\"1\" " + attributes
                + " flakes=\"0\">\n<testcase><system-out><![CDATA[" + out + "]]></system-out></testcase></testsuite>";
        return Files.writeString(folder.resolve("TEST-" + name + ".xml"), text);
    }

    @Test
    void addsUpWhatTheReportsOfThisRunSay() throws IOException {
        Instant start = Instant.now().minusSeconds(5);
        report(
                "First",
                "tests=\"3\" errors=\"1\" skipped=\"1\" failures=\"1\"",
                "figure: 3 ms\ntrials: 40\nand\nshort of: 2 ms\ntrials: 2\n");
        report("Second", "tests=\"4\" errors=\"0\" skipped=\"0\" failures=\"0\"", "");
        Path old = report("Old", "tests=\"9\" errors=\"0\" skipped=\"0\" failures=\"0\"", "trials: 1000");
        Files.setLastModifiedTime(old, FileTime.from(start.minusSeconds(60)));
        Files.writeString(folder.resolve("other.txt"), "trials: 7");
        assertThat(ModuleTests.counts(folder, start))
                .isEqualTo(new ModuleTests.Counts(6, 2, 1, 42, List.of("3 ms"), List.of("2 ms")));
    }

    @Test
    void aReportWithoutCountsIsAnError() throws IOException {
        Files.writeString(folder.resolve("TEST-Broken.xml"), "<testsuite");
        Instant start = Instant.now().minusSeconds(5);
        assertThatThrownBy(() -> ModuleTests.counts(folder, start)).isInstanceOf(IOException.class);
    }
}
