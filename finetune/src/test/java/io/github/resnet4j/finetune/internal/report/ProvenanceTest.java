package io.github.resnet4j.finetune.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.finetune.report.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvenanceTest {
    private static final String HASH = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    Path folder;

    @Test
    void readsBackWhatItWrote() throws IOException {
        Path file = folder.resolve("provenance.json");
        Example.provenance().write(file);
        assertThat(Provenance.read(file)).isEqualTo(Example.provenance());
        assertThat(file)
                .content()
                .contains(
                        "\"started\" : \"2026-11-21T07:54:00Z\"",
                        "\"commit\" : \"48ad3a1\"",
                        "\"parameters\" : 11181642",
                        "\"engine\" : \"onednn\"");
    }

    @Test
    void namesTheFileThatIsNotOne() throws IOException {
        Path file = Files.writeString(folder.resolve("provenance.json"), "[1,");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Provenance.read(file))
                .withMessageContaining("provenance.json: not a provenance.json");
    }

    @Test
    void knowsThisMachine() {
        Machine here = Machine.here(2, "none");
        assertThat(here.java()).startsWith(System.getProperty("java.version"));
        assertThat(here.cores()).isPositive();
        assertThat(here.cpu()).isNotBlank();
        assertThat(here.dl4j()).isEqualTo("1.0.0-M2.1");
    }

    @Test
    void findsTheCommitOfABranch() throws IOException {
        repository("ref: refs/heads/main\n");
        Files.createDirectories(folder.resolve(".git/refs/heads"));
        Files.writeString(folder.resolve(".git/refs/heads/main"), HASH + "\n");
        assertThat(GitCommit.of(folder.resolve("finetune/target"))).contains(HASH);
    }

    @Test
    void findsTheCommitOfAPackedBranch() throws IOException {
        repository("ref: refs/heads/main\n");
        Files.writeString(folder.resolve(".git/packed-refs"), "# pack-refs\n" + HASH + " refs/heads/main\n");
        assertThat(GitCommit.of(folder)).contains(HASH);
    }

    @Test
    void findsTheCommitWithoutABranch() throws IOException {
        repository(HASH + "\n");
        assertThat(GitCommit.of(folder)).contains(HASH);
    }

    @Test
    void doesNotTakeAnotherProjectsCommit() throws IOException {
        repository(HASH + "\n");
        Files.delete(folder.resolve("zoo/pom.xml"));
        assertThat(GitCommit.of(folder)).isEmpty();
    }

    @Test
    void aBrokenRepositoryHasNoCommit() throws IOException {
        repository("ref: refs/heads/gone\n");
        assertThat(GitCommit.of(folder)).isEmpty();
        repository("<html>\n");
        assertThat(GitCommit.of(folder)).isEmpty();
    }

    private void repository(String head) throws IOException {
        Files.createDirectories(folder.resolve(".git"));
        Files.createDirectories(folder.resolve("zoo"));
        Files.writeString(folder.resolve("zoo/pom.xml"), "");
        Files.writeString(folder.resolve(".git/HEAD"), head);
    }
}
