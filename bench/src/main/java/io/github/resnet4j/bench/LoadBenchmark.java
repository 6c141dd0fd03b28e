package io.github.resnet4j.bench;

import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import io.github.resnet4j.zoo.weights.load.GraphWeights;
import io.github.resnet4j.zoo.weights.load.LoadOptions;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * How long it takes from a file to a network that can answer, and how much memory on top of what the process had, as a
 * multiple of the tensors' bytes. Arguments: a folder for the files that are written here, then files of ResNet-50's
 * weights that are there already.
 */
public final class LoadBenchmark {
    private static final int ROUNDS = 9;
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");

    private LoadBenchmark() {}

    /** See the class. */
    public static void main(String[] args) throws IOException {
        OneDnn.enable();
        Network network = Zoo.find("resnet50").network();
        Path folder = Path.of(args[0]);
        List<Path> files = new ArrayList<>(written(network, folder));
        for (int i = 1; i < args.length; i++) {
            files.add(Path.of(args[i]));
        }
        long bytes = 4 * (network.parameters() + network.statistics());
        System.out.printf(Locale.ROOT, "resnet50, %.1f MB of tensors%n", bytes / 1e6);
        System.out.println(
                "file                                first ms   median ms (least-greatest)   peak memory / tensors");
        for (Path file : files) {
            double[] times = new double[ROUNDS + 1];
            for (int round = 0; round <= ROUNDS; round++) {
                long start = System.nanoTime();
                ComputationGraph graph = load(network, file);
                times[round] = (System.nanoTime() - start) / 1e6;
                NetworkGraph.close(graph);
            }
            double first = times[0];
            double[] warm = Arrays.copyOfRange(times, 1, times.length);
            Arrays.sort(warm);
            System.out.printf(
                    Locale.ROOT,
                    "%-34s %9.0f   %9.0f (%.0f-%.0f) %31s%n",
                    file.getFileName(),
                    first,
                    warm[ROUNDS / 2],
                    warm[0],
                    warm[ROUNDS - 1],
                    memory(network, file, bytes));
        }
    }

    private static List<Path> written(Network network, Path folder) throws IOException {
        ComputationGraph graph = NetworkGraph.create(network, NetworkGraph.Options.seeded(1));
        Path safetensors = folder.resolve("resnet50.safetensors");
        WeightFile.writer(safetensors)
                .orElseThrow()
                .write(safetensors, GraphWeights.stateDict(graph, network).tensors(), Map.of());
        Path archive = folder.resolve("resnet50.zip");
        List<String> classes = IntStream.range(0, network.classes())
                .mapToObj(c -> "class " + c)
                .toList();
        Preprocessing preprocessing = new Preprocessing(
                OptionalInt.of(256), OptionalInt.of(224), "bilinear", List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
        ModelArchive.write(
                archive, ModelCard.of(Zoo.find("resnet50"), network.input(), classes, preprocessing, Map.of()), graph);
        NetworkGraph.close(graph);
        return List.of(safetensors, archive);
    }

    private static ComputationGraph load(Network network, Path file) {
        NetworkGraph.Options options = NetworkGraph.Options.seeded(1);
        return WeightFile.isArchive(file)
                ? ModelArchive.read(file, options).graph()
                : GraphWeights.load(WeightFile.open(file), network, options, LoadOptions.STRICT)
                        .graph();
    }

    /** Linux counts the most a process ever had, and forgets it when asked to. */
    private static String memory(Network network, Path file, long bytes) throws IOException {
        if (!Files.isWritable(CLEAR)) {
            return "-";
        }
        System.gc();
        Files.writeString(CLEAR, "5");
        long before = kibibytes("VmRSS:");
        ComputationGraph graph = load(network, file);
        long most = kibibytes("VmHWM:");
        NetworkGraph.close(graph);
        return String.format(Locale.ROOT, "%.2f", (most - before) * 1024.0 / bytes);
    }

    private static long kibibytes(String key) throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }
}
