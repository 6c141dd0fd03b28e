package io.github.resnet4j.zoo.weights.archive;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@code model.zip}: a model with its {@linkplain ModelCard card} in one file. Its entries are
 *
 * <ul>
 *   <li>{@code model.json}, the card;
 *   <li>{@code configuration.json}, DL4J's description of the graph, for DL4J users: nothing is built from it here;
 *   <li>{@code coefficients.bin}, the parameters as {@code Nd4j.write} writes them, BN statistics included;
 *   <li>{@code MODEL_CARD.md}, which may be missing: what people should know, read by nobody else.
 * </ul>
 *
 * DL4J's {@code ModelSerializer} opens the same file. It is not used to read one, because it deserialises Java objects
 * and loads classes by names from the file; here the network is built from the zoo by the card, and the file supplies
 * only the numbers.
 */
public final class ModelArchive {
    /** The same model gives the same file. */
    private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private ModelArchive() {}

    /**
     * A model read from a file.
     *
     * @param card the file's description of it
     * @param network the network of the card
     * @param graph with the file's parameters
     */
    public record Loaded(ModelCard card, Network network, ComputationGraph graph) {}

    /**
     * Writes a model; an existing file is replaced in one step once the new one is on disk.
     *
     * @param file usually {@code model.zip}; its folder must exist
     * @param card describes {@code graph}
     * @param graph in single precision, built from {@code card.network()}, frozen or not
     * @throws IllegalArgumentException if the graph is not of the card's network, or has a value that is not finite
     * @throws IOException if the file cannot be written; an existing one is as before
     */
    public static void write(Path file, ModelCard card, ComputationGraph graph) throws IOException {
        write(file, card, graph, Optional.empty());
    }

    /**
     * Writes a model with a description for people.
     *
     * @param markdown becomes {@code MODEL_CARD.md}
     * @throws IllegalArgumentException as {@link #write(Path, ModelCard, ComputationGraph)}, or if the description is
     *     longer than 1 MiB
     */
    public static void write(Path file, ModelCard card, ComputationGraph graph, Optional<String> markdown)
            throws IOException {
        Optional<byte[]> text = markdown.map(words -> words.getBytes(StandardCharsets.UTF_8));
        if (text.isPresent() && text.get().length > ArchiveFile.MAX_MARKDOWN) {
            throw new IllegalArgumentException(file + ": not written, its " + ArchiveFile.MARKDOWN + " has "
                    + text.get().length + " bytes, more than the " + ArchiveFile.MAX_MARKDOWN + " allowed");
        }
        Network network = card.network();
        requireSame(network, graph);
        FloatBuffer values = floats(graph.params());
        byte[] description = CardJson.write(card);
        byte[] configuration = graph.getConfiguration().toJson().getBytes(StandardCharsets.UTF_8);
        requireReadable(file, description, configuration, network);
        Coefficients.broken(graph, values).ifPresent(problem -> {
            throw new IllegalArgumentException(file + ": not written, the model is broken: " + problem);
        });
        CheckedOutputStream crc = new CheckedOutputStream(OutputStream.nullOutputStream(), new CRC32());
        Coefficients.write(values, crc);

        AtomicFile.write(file, out -> {
            try (ZipOutputStream zip = new ZipOutputStream(out)) {
                zip.putNextEntry(entry(ArchiveFile.CARD));
                zip.write(description);
                zip.putNextEntry(entry(Configuration.NAME));
                zip.write(configuration);
                if (text.isPresent()) {
                    zip.putNextEntry(entry(ArchiveFile.MARKDOWN));
                    zip.write(text.get());
                }
                // Trained floats hardly compress; stored, they load at the speed of the disk.
                ZipEntry coefficients = entry(ArchiveFile.COEFFICIENTS);
                coefficients.setMethod(ZipEntry.STORED);
                coefficients.setSize(Coefficients.size(values.remaining()));
                coefficients.setCrc(crc.getChecksum().getValue());
                zip.putNextEntry(coefficients);
                Coefficients.write(values, zip);
            }
        });
    }

    /**
     * Reads the card alone, and checks everything but the parameters' values. Loads no native code.
     *
     * @throws BadWeightsException if the file is not a model of this project
     */
    public static ModelCard readCard(Path file) {
        return new ArchiveFile(FileBytes.open(file)).card();
    }

    /**
     * Reads a model.
     *
     * @param options how to build the graph; it may be frozen or in double precision
     * @throws BadWeightsException if the file is not a model of this project, or is damaged
     * @throws IllegalArgumentException if {@code options} freezes up to a part that the network does not have
     */
    public static Loaded read(Path file, NetworkGraph.Options options) {
        ArchiveFile archive = new ArchiveFile(FileBytes.open(file));
        ComputationGraph graph = new ComputationGraph(NetworkGraph.configuration(archive.network(), options));
        INDArray values = Nd4j.createUninitializedDetached(DataType.FLOAT, archive.values());
        archive.read(floats(values));
        graph.init(options.dataType() == DataType.FLOAT ? values : values.castTo(options.dataType()), false);
        Coefficients.broken(graph, floats(values)).ifPresent(broken -> {
            throw new BadWeightsException(
                    file,
                    WeightFormat.ARCHIVE,
                    Fault.NONFINITE,
                    new Location.Named(broken.tensor()),
                    "has an impossible value: " + broken + "; the model is broken, use another");
        });
        return new Loaded(archive.card(), archive.network(), graph);
    }

    /**
     * Copies parameters and BN statistics between two graphs, layer by layer by name. The graphs may be frozen in
     * different places and differ in the head.
     *
     * @param network what {@code from} was built from
     * @param withHead whether to copy what gives logits too; without, {@code to} keeps its own and may have other classes
     * @throws IllegalArgumentException if {@code to} lacks one of the layers or has it in another shape; nothing is copied
     */
    public static void copyMatching(Network network, ComputationGraph from, ComputationGraph to, boolean withHead) {
        List<Node> nodes = network.nodes().stream()
                .filter(node -> node.parameters() > 0)
                .filter(node -> withHead || !network.isHead(node))
                .toList();
        List<Runnable> copies = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (Node node : nodes) {
            Map<String, INDArray> target = parameters(to, node.name());
            parameters(from, node.name()).forEach((key, source) -> {
                INDArray copy = target.get(key);
                if (copy == null || !copy.equalShapes(source)) {
                    problems.add(node.name() + " " + key + " (" + source.shapeInfoToString() + ")");
                } else {
                    copies.add(() -> copy.assign(source));
                }
            });
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("the networks differ in " + String.join(", ", problems));
        }
        copies.forEach(Runnable::run);
    }

    private static Map<String, INDArray> parameters(ComputationGraph graph, String vertex) {
        Layer layer = graph.getVertex(vertex) == null ? null : graph.getLayer(vertex);
        return layer == null ? Map.of() : layer.paramTable();
    }

    private static void requireSame(Network network, ComputationGraph graph) {
        if (graph.params().dataType() != DataType.FLOAT) {
            throw new IllegalArgumentException("a model is stored in single precision, the graph is in "
                    + graph.params().dataType());
        }
        long values = network.parameters() + network.statistics();
        if (graph.numParams() != values) {
            throw new IllegalArgumentException(network.name() + " as its card describes it has " + values
                    + " parameters and statistics, the graph has " + graph.numParams());
        }
        for (Node node : network.nodes()) {
            if (graph.getVertex(node.name()) == null) {
                throw new IllegalArgumentException(
                        "the graph is not a " + network.name() + ": it has no vertex " + node.name());
            }
        }
    }

    /** What is written can be read. */
    private static void requireReadable(Path file, byte[] card, byte[] configuration, Network network) {
        if (card.length > ArchiveFile.MAX_CARD || configuration.length > Configuration.MAX_BYTES) {
            throw new IllegalArgumentException(file + ": not written, the card or the graph is too large: "
                    + card.length + " and " + configuration.length + " bytes");
        }
        try {
            CardJson.read(card);
            Configuration.require(file, configuration, network);
        } catch (BadWeightsException e) {
            throw new IllegalArgumentException(
                    "not written, the graph is not as resnet4j builds it: " + e.getMessage(), e);
        }
    }

    /** The values themselves, not a copy. */
    private static FloatBuffer floats(INDArray array) {
        FloatBuffer buffer = array.data().asNioFloat();
        return buffer.slice(buffer.position(), Math.toIntExact(array.length()));
    }

    private static ZipEntry entry(String name) {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(ENTRY_TIME);
        return entry;
    }
}
