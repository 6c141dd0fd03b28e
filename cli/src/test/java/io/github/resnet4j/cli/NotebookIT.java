package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Notebooks by the command line. */
class NotebookIT {
    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        write("1 + 1");
    }

    private void write(String code) throws IOException {
        Files.createDirectories(folder.resolve("notebooks"));
        Files.writeString(folder.resolve("notebooks/a.ipynb"), """
                {"cells": [{"cell_type": "code", "execution_count": null, "id": "sum", "metadata": {}, "outputs": [], "source": "%s"}],
                 "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
                """.formatted(code));
    }

    @Test
    void writesOutputsAndThenFindsThemUnchanged() throws IOException {
        Cli cli = Cli.in(folder);
        byte[] before = Files.readAllBytes(folder.resolve("notebooks/a.ipynb"));
        Cli.Outcome differs = cli.run("notebook", "run");
        assertThat(differs.code()).isEqualTo(ExitCode.INTEGRITY);
        assertThat(differs.out())
                .isEqualTo("notebooks/a.ipynb: cell 1 (sum): shows text/plain, but its notebook holds nothing"
                        + System.lineSeparator());
        assertThat(folder.resolve("notebooks/a.ipynb")).hasBinaryContent(before);

        assertThat(cli.run("notebook", "run", "notebooks/a.ipynb", "--write")
                        .succeeds()
                        .out())
                .startsWith("notebooks/a.ipynb: written, ");
        assertThat(cli.run("notebook", "run").succeeds().out()).startsWith("notebooks/a.ipynb: outputs match, ");
    }

    @Test
    void aCellThatFailsIsNotWritten() throws IOException {
        write("int[] none = {}; none[0]");
        byte[] before = Files.readAllBytes(folder.resolve("notebooks/a.ipynb"));
        Cli.Outcome outcome = Cli.in(folder).run("notebook", "run", "--write");
        assertThat(outcome.code()).isEqualTo(ExitCode.INTEGRITY);
        assertThat(outcome.out())
                .contains("cell 1 (sum), line 1: java.lang.ArrayIndexOutOfBoundsException")
                .hasLineCount(1);
        assertThat(folder.resolve("notebooks/a.ipynb")).hasBinaryContent(before);
    }

    @Test
    void aCellThatEndsTheProgramIsNoSuccess() throws IOException {
        write("System.exit(0);");
        Cli.Outcome outcome = Cli.in(folder).run("notebook", "run");
        assertThat(outcome.code()).isEqualTo(ExitCode.INTEGRITY);
        assertThat(outcome.out()).contains("notebooks/a.ipynb: a cell ends the program (System.exit)");
    }

    @Test
    void installsTheKernelWhereJupyterLooks() {
        Path kernel = folder.resolve("jupyter/kernels/resnet4j/kernel.json");
        Cli cli =
                Cli.in(folder).env("JUPYTER_DATA_DIR", folder.resolve("jupyter").toString());
        assertThat(cli.run("notebook", "install").succeeds().out()).isEqualTo(kernel + System.lineSeparator());
        assertThat(kernel).content().contains("io.github.resnet4j.notebooks.Kernel", "{connection_file}");
        cli.run("notebook", "install").succeeds();
        cli.run("notebook", "install", "--jupyter-data", "notebooks/a.ipynb")
                .failsWith(ExitCode.DISK, "notebooks/a.ipynb");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the stand-in for Jupyter is a shell script")
    void startsJupyterWithTheKernelInstalled() throws IOException {
        Cli cli =
                Cli.in(folder).env("JUPYTER_DATA_DIR", folder.resolve("jupyter").toString());
        cli.env("PATH", "/usr/bin/absent")
                .run("notebook", "start")
                .failsWith(ExitCode.USAGE, "is on the PATH; install Jupyter", "./resnet4j notebook run notebooks");

        Path jupyter = Files.writeString(folder.resolve("jupyter-lab"), "#!/bin/sh\necho \"opened $1\"\nexit 3\n");
        assertThat(jupyter.toFile().setExecutable(true)).isTrue();
        Cli.Outcome outcome = cli.env("PATH", folder + ":/usr/bin:/bin").run("notebook", "start", "notebooks/a.ipynb");
        assertThat(outcome.out()).isEqualTo("opened notebooks/a.ipynb\n");
        assertThat(outcome.code()).isEqualTo(3);
        assertThat(folder.resolve("jupyter/kernels/resnet4j/kernel.json")).exists();
    }
}
