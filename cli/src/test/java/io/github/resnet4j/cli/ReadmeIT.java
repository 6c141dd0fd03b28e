package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs every code block of the README in a folder with the files that it names. Options added to a line shorten long
 * runs; a line that downloads runs offline and must end with the network's exit code.
 */
class ReadmeIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
    /** A classifier that PyTorch saved with random weights; what is {@code "mine.pth"} has two classes. */
    private static final String SAVE = """
            import torch, torchvision
            torch.manual_seed(1)
            torch.save(torchvision.models.resnet18(num_classes=2).state_dict(), "mine.pth")
            torch.save(torchvision.models.resnet18().state_dict(), "resnet18-f37072fd.pth")
            """;

    private static final List<String> OFFLINE = List.of("--offline");
    private static final List<String> SHORT = List.of("--epochs", "1", "--batch-size", "8");
    private static final List<String> TINY =
            List.of("--set", "train.epochs=1", "--set", "data.limit=32", "--set", "train.batch-size=16");

    /** Two of the runs, on a few images. */
    private static final List<String> SMALL = List.of(
            "--epochs", "1", "--only", "plain20,resnet20", "--set", "data.limit=32", "--set", "train.batch-size=16");

    @TempDir
    static Path folder;

    private static String readme;
    private static boolean torch;

    @BeforeAll
    static void layOutTheFilesThatTheReadmeNames() throws IOException, InterruptedException {
        Path file = ROOT.resolve("README.md");
        assumeTrue(Files.exists(file), "README.md is not here: nothing to run");
        readme = Files.readString(file);
        Files.createSymbolicLink(folder.resolve("configs"), ROOT.resolve("configs"));
        Path quickstart = Files.createDirectories(folder.resolve("runs/quickstart"));
        Files.copy(Path.of(Trained.model()), quickstart.resolve("model.zip"));
        for (String name : List.of("star", "moon")) {
            Path from = Trained.images().resolve("train").resolve(name);
            Path to = Files.createDirectories(folder.resolve("PHOTOS").resolve(name));
            for (int i = 0; i < 12; i++) {
                String image = String.format("%s-%04d.png", name, i);
                Files.copy(from.resolve(image), to.resolve(image));
            }
        }
        BufferedImage star =
                ImageIO.read(folder.resolve("PHOTOS/star/star-0000.png").toFile());
        for (String name : List.of("a.jpg", "b.jpg", "dog.jpg")) {
            ImageIO.write(star, "jpg", folder.resolve(name).toFile());
        }
        writeCifar(Files.createDirectory(folder.resolve("DIR")));
        Files.writeString(folder.resolve("classes.txt"), "moon\nstar\n");
        torch = python(SAVE);
    }

    /** The files of CIFAR-10's binary version, 100 grey images in each. */
    private static void writeCifar(Path dir) throws IOException {
        byte[] records = new byte[100 * 3073];
        for (int i = 0; i < 100; i++) {
            Arrays.fill(records, i * 3073, (i + 1) * 3073, (byte) (20 * (i % 10)));
            records[i * 3073] = (byte) (i % 10);
        }
        for (int batch = 1; batch <= 5; batch++) {
            Files.write(dir.resolve("data_batch_" + batch + ".bin"), records);
        }
        Files.write(dir.resolve("test_batch.bin"), records);
    }

    private static boolean python(String program) throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder("/usr/bin/python3", "-c", program)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException noPython) {
            return false;
        }
    }

    private static List<String> blocks(String language) {
        return BLOCK.matcher(readme)
                .results()
                .filter(block -> block.group(1).equals(language))
                .map(block -> block.group(2))
                .toList();
    }

    @Test
    void commandsRunAsPrinted() {
        List<String> lines = blocks("bash").stream()
                .flatMap(String::lines)
                .map(line -> line.replaceFirst("\\s+#.*", ""))
                .toList();
        assertThat(lines).hasSizeGreaterThan(12).allSatisfy(line -> assertThat(line)
                .matches("\\./(resnet4j .*|mvnw -B verify)"));
        for (String line : lines) {
            // Maven runs this test, Trained has run the quickstart, and NotebookIT does what is said of notebooks,
            // with a stand-in for Jupyter.
            boolean done = line.startsWith("./mvnw")
                    || line.equals("./resnet4j quickstart")
                    || line.startsWith("./resnet4j notebook ");
            if (!done && (torch || !line.contains("mine."))) {
                List<String> words = List.of(line.replace("'", "").split(" "));
                run(new ArrayList<>(words.subList(1, words.size())));
            }
        }
    }

    /** The first line of the block starts the server, the others ask it. */
    @Test
    void serverAnswersAsPrinted() throws IOException, InterruptedException {
        List<String> lines = blocks("sh").stream()
                .flatMap(String::lines)
                .map(line -> line.replaceFirst("\\s+# .*", ""))
                .toList();
        assertThat(lines).hasSizeGreaterThan(3);
        assertThat(lines.get(0)).startsWith("./resnet4j serve ");
        List<String> words = new ArrayList<>(List.of(lines.get(0).split(" ")));
        words.addAll(List.of("--port", "0"));
        try (Cli.Started server =
                Cli.in(folder).start(words.subList(1, words.size()).toArray(String[]::new))) {
            server.await(() -> read(server.err()).contains("serving at "));
            String address = read(server.err()).replaceAll("(?s).*serving at (\\S+)/.*", "$1");
            for (String line : lines.subList(1, lines.size())) {
                assertThat(line).startsWith("curl ").contains("http://127.0.0.1:8080/");
                String asked = line.replace("http://127.0.0.1:8080", address)
                        .replaceFirst("curl", "curl -sS --fail-with-body");
                Process curl = new ProcessBuilder("sh", "-c", asked)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
                String answer = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assumeTrue(curl.waitFor() != 127, "no curl here");
                assertThat(curl.exitValue()).as(line + ": " + answer).isZero();
                assertThat(answer).isNotBlank();
            }
            server.signal("TERM");
            assertThat(server.outcome().code()).isEqualTo(143);
        }
    }

    /** The configurations are parts: of one that trains the quickstart's model. */
    @Test
    void configurationsTrain() throws IOException {
        List<String> parts = blocks("yaml");
        assertThat(parts).isNotEmpty();
        for (int i = 0; i < parts.size(); i++) {
            Files.writeString(folder.resolve("part" + i + ".yaml"), """
                    name: part%d
                    model: {name: resnet20-cifar}
                    data: {dataset: folder, augment: [horizontal-flip]}
                    schedule: {type: cosine}
                    %s""".formatted(i, parts.get(i)));
            String name = "part" + i;
            run(new ArrayList<>(List.of(
                    "finetune",
                    "-c",
                    name + ".yaml",
                    "--name",
                    name,
                    "--model",
                    "runs/quickstart/model.zip",
                    "--data",
                    "PHOTOS")));
        }
    }

    private static void run(List<String> words) {
        boolean published = words.stream().anyMatch(word -> word.endsWith(".tv_in1k"));
        boolean fetchesCifar = words.contains("configs/cifar10/resnet20.yaml") && !words.contains("--data");
        if (words.contains("--resume")) {
            // Goes on with the run of the line before, by one epoch.
            fetchesCifar = false;
            words.addAll(TINY);
            words.addAll(List.of("--data", "DIR", "--set", "train.epochs=2"));
        } else if (words.get(0).equals("train")) {
            words.addAll(TINY);
        } else if (words.get(0).equals("experiment")) {
            int length = words.indexOf("--epochs");
            if (length >= 0) {
                words.subList(length, length + 2).clear();
            }
            words.addAll(SMALL);
        } else if (words.get(0).equals("finetune")) {
            words.addAll(SHORT);
        }
        if (published || fetchesCifar) {
            words.addAll(OFFLINE);
        }
        Cli.Outcome outcome = Cli.shared(folder).run(words.toArray(String[]::new));
        assertThat(outcome.code())
                .as("exit code of %s: %s%s", words, outcome.out(), outcome.err())
                .isEqualTo(published || fetchesCifar ? ExitCode.NETWORK : ExitCode.OK);
    }

    /**
     * What stands around each Java block of the README, in order; a new block needs an element here. The third block goes on
     * where the second ends.
     */
    private static final List<String> SURROUNDINGS = List.of("""
            static void loadsWeights() {
            %s
            }
            """, """
            static void trainsAndInfers(INDArray images, INDArray labels) {
            %s
            """, """
            %s
            }
            """, """
            static void replacesFit(ComputationGraph graph, DataSetIterator batches) {
            %s
            }
            """, """
            static void readsRecords() throws Exception {
            %s
                photos.next();
            }
            """, """
            static void computesMaps(INDArray images) {
            %s
            }
            """, """
            static void fineTunes() throws Exception {
            %s
            }
            """, """
            static void classifies() throws Exception {
            %s
            }
            """);

    private static final String MAIN = """
            public static void main(String[] args) throws Exception {
                if (new java.io.File("resnet18-f37072fd.pth").exists()) {
                    loadsWeights();
                }
                INDArray labels = Nd4j.create(new float[][] {{1, 0, 0, 0, 0}, {0, 0, 0, 0, 1}});
                trainsAndInfers(Nd4j.rand(DataType.FLOAT, 2, 3, 224, 224), labels);
                ComputationGraph graph = NetworkGraph.create(
                        Zoo.find("resnet20-cifar").network(), NetworkGraph.Options.seeded(1));
                DataSet batch = new DataSet(
                        Nd4j.rand(DataType.FLOAT, 2, 3, 32, 32), Nd4j.eye(10).castTo(DataType.FLOAT).getRows(0, 9));
                replacesFit(graph, new ExistingDataSetIterator(List.of(batch)));
                readsRecords();
                computesMaps(Nd4j.rand(DataType.FLOAT, 1, 3, 64, 96));
                fineTunes();
                classifies();
                System.exit(0);
            }
            """;

    @Test
    void javaCompilesAndRuns() throws IOException, InterruptedException {
        List<String> blocks = blocks("java");
        assertThat(blocks).as("Java blocks, each of which needs surroundings").hasSameSizeAs(SURROUNDINGS);
        Set<String> imports = new TreeSet<>(List.of(
                "import java.util.List;",
                "import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;",
                "import org.nd4j.linalg.api.buffer.DataType;",
                "import org.nd4j.linalg.api.ndarray.INDArray;",
                "import org.nd4j.linalg.dataset.DataSet;",
                "import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;",
                "import org.nd4j.linalg.factory.Nd4j;"));
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < blocks.size(); i++) {
            blocks.get(i).lines().filter(ReadmeIT::isImport).forEach(imports::add);
            String code = blocks.get(i).lines().filter(line -> !isImport(line)).collect(Collectors.joining("\n"));
            body.append(SURROUNDINGS.get(i).replace("%s", code));
        }
        Path source = folder.resolve("Readme.java");
        Files.writeString(source, String.join("\n", imports) + "\nclass Readme {\n" + body + MAIN + "}\n");
        StringWriter problems = new StringWriter();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        boolean compiles = compiler.getTask(
                        problems,
                        null,
                        null,
                        List.of("-d", folder.toString(), "-proc:none", "-cp", System.getProperty("java.class.path")),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
                .call();
        assertThat(compiles).as(problems.toString()).isTrue();
        Path output = folder.resolve("readme-java.txt");
        ProcessBuilder java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx2g",
                        "-cp",
                        folder + System.getProperty("path.separator") + System.getProperty("java.class.path"),
                        "Readme")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        java.environment().put("OMP_WAIT_POLICY", "passive");
        Process process = java.start();
        assertThat(process.waitFor()).as(() -> read(output)).isZero();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isImport(String line) {
        return line.startsWith("import ");
    }
}
