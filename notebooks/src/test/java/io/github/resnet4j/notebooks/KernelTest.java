package io.github.resnet4j.notebooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The kernel as Jupyter's own {@code nbconvert} uses it, where that is installed. */
final class KernelTest {
    /** Debian's, which another Python on the path would hide. */
    private static final Path JUPYTER = Path.of("/usr/bin/jupyter-nbconvert");

    @TempDir
    private Path folder;

    private record Conversion(int exit, String said, Path out) {}

    @BeforeEach
    void install() throws IOException {
        KernelSpec.install(folder.resolve("jupyter"), Map.of());
    }

    private Conversion execute(String notebook) throws IOException, InterruptedException {
        assumeThat(JUPYTER)
                .as("jupyter-nbconvert and jupyter-client (Debian's package names)")
                .isExecutable();
        Path file = Files.writeString(folder.resolve("a.ipynb"), notebook);
        Path log = folder.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(
                        JUPYTER.toString(), "--to", "notebook", "--execute", "--output", "out.ipynb", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("JUPYTER_PATH", folder.resolve("jupyter").toString());
        // Its own files too: a home that cannot be written to, as in build containers, is in nobody's way.
        builder.environment().put("HOME", folder.toString());
        Process process = builder.start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES))
                    .as("nbconvert ends")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Conversion(process.exitValue(), Files.readString(log), folder.resolve("out.ipynb"));
    }

    @Test
    void executesCellsAsTheRunnerDoes() throws IOException, InterruptedException {
        String image = NotebookTest.SMALL.replace(
                "\"1 + 1\"", "\"new java.awt.image.BufferedImage(30, 20, java.awt.image.BufferedImage.TYPE_INT_RGB)\"");
        Conversion conversion = execute(image);
        assertThat(conversion.exit()).as(conversion.said()).isZero();
        CellOutput output = Notebook.read(conversion.out()).cells().get(1).output();
        Notebook.Cell same = NotebookRunner.run(Notebook.read(folder.resolve("a.ipynb")))
                .executed()
                .cells()
                .get(1);
        assertThat(output).isEqualTo(same.output());
    }

    @Test
    void failingCellsEndTheConversion() throws IOException, InterruptedException {
        Conversion conversion = execute(NotebookTest.SMALL.replace("\"1 + 1\"", "\"int x = \\\"text\\\";\""));
        assertThat(conversion.exit()).isNotZero();
        assertThat(conversion.said()).contains("line 2: incompatible types");
    }

    @Test
    void specStartsThisJavaWithThisClassPath() throws IOException {
        JsonNode spec = JsonMapper.shared()
                .readTree(KernelSpec.install(
                                folder.resolve("again"),
                                Map.of("OMP_NUM_THREADS", "2", "RESNET4J_MIRROR", "m", "SECRET", "s"))
                        .toFile());
        assertThat(spec.path("language").asString()).isEqualTo("java");
        List<String> command =
                spec.path("argv").values().stream().map(JsonNode::asString).toList();
        assertThat(Path.of(command.get(0))).isExecutable();
        assertThat(command).endsWith(Kernel.class.getName(), "{connection_file}");
        assertThat(command.get(command.indexOf("-cp") + 1)).contains("jjava-jupyter");
        assertThat(spec.path("env").propertyNames()).containsExactlyInAnyOrder("OMP_NUM_THREADS", "RESNET4J_MIRROR");
    }

    @Test
    void goesWhereJupyterLooks() {
        assertThat(KernelSpec.userFolder(Map.of("JUPYTER_DATA_DIR", "/data"))).isEqualTo(Path.of("/data"));
        assertThat(KernelSpec.userFolder(Map.of())).startsWithRaw(Path.of(System.getProperty("user.home")));
    }
}
