package io.github.resnet4j.zoo.weights.archive;

import io.github.resnet4j.zoo.UnknownModelException;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Place;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.FloatBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
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
 *   <li>{@code configuration.json}, DL4J's description of the graph, for DL4J users: never read here;
 *   <li>{@code coefficients.bin}, the parameters as {@code Nd4j.write} writes them, BN statistics included.
 * </ul>
 *
 * DL4J's {@code ModelSerializer} opens the same file. It is not used to read one, because it deserialises Java objects
 * and loads classes by names from the file; here the network is built from the zoo by the card, and the file gives
 * nothing but numbers.
 */
public final class ModelArchive {
    private static final String CARD = "model.json";
    private static final String CONFIGURATION = "configuration.json";
    private static final String COEFFICIENTS = "coefficients.bin";
    private static final int MAX_CARD = 1 << 20;
    private static final int MAX_CONFIGURATION = 64 << 20;
    private static final int HEAD = 512;

    /** The same model gives the same file. */
    private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private ModelArchive() {}

    /**
     * A model read from a file.
     *
     * @param card what the file says about it
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
        Network network = card.network();
        requireSame(network, graph);
        FloatBuffer values = floats(graph.params());
        Coefficients.problem(graph, values).ifPresent(problem -> {
            throw new IllegalArgumentException(file + ": not written, the model is broken: " + problem);
        });
        CheckedOutputStream crc = new CheckedOutputStream(OutputStream.nullOutputStream(), new CRC32());
        Coefficients.write(values, crc);

        Path target = file.toAbsolutePath();
        Path temporary = target.resolveSibling(
                target.getFileName() + ".tmp-" + ProcessHandle.current().pid());
        try {
            try (FileChannel channel = FileChannel.open(
                            temporary,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE);
                    ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(channel))) {
                zip.putNextEntry(entry(CARD));
                zip.write(CardJson.write(card));
                zip.putNextEntry(entry(CONFIGURATION));
                zip.write(graph.getConfiguration().toJson().getBytes(StandardCharsets.UTF_8));
                // Trained floats hardly compress; stored, they load at the speed of the disk.
                ZipEntry coefficients = entry(COEFFICIENTS);
                coefficients.setMethod(ZipEntry.STORED);
                coefficients.setSize(Coefficients.size(values.remaining()));
                coefficients.setCrc(crc.getChecksum().getValue());
                zip.putNextEntry(coefficients);
                Coefficients.write(values, zip);
                zip.finish();
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        if (File.separatorChar == '/') { // Windows cannot open a folder
            try (FileChannel folder = FileChannel.open(target.getParent())) {
                folder.force(true);
            }
        }
    }

    /**
     * Reads the card alone. Loads no native code.
     *
     * @throws BadWeightsException if the file is not a model of this project, or its network is not in the zoo
     */
    public static ModelCard readCard(Path file) {
        try (ZipFile zip = open(file)) {
            ModelCard card = card(file, zip, entries(file, zip));
            network(file, card);
            return card;
        } catch (IOException e) {
            throw damaged(file, e);
        }
    }

    /**
     * Reads a model.
     *
     * @param options how to build the graph; it may be frozen or in double precision
     * @throws BadWeightsException if the file is not a model of this project, or is damaged
     * @throws IllegalArgumentException if {@code options} freezes up to a part that the network does not have
     */
    public static Loaded read(Path file, NetworkGraph.Options options) {
        try (ZipFile zip = open(file)) {
            Map<String, ZipEntry> entries = entries(file, zip);
            ModelCard card = card(file, zip, entries);
            Network network = network(file, card);
            ComputationGraph graph = new ComputationGraph(NetworkGraph.configuration(network, options));
            INDArray values = coefficients(file, zip, required(file, entries, COEFFICIENTS), network);
            graph.init(options.dataType() == DataType.FLOAT ? values : values.castTo(options.dataType()), false);
            Coefficients.problem(graph, floats(values)).ifPresent(problem -> {
                throw bad(file, COEFFICIENTS + ": " + problem + "; the model is broken, use another");
            });
            return new Loaded(card, network, graph);
        } catch (IOException e) {
            throw damaged(file, e);
        }
    }

    /**
     * Copies parameters and BN statistics between two graphs, layer by layer by name. The graphs may be frozen in
     * different places and differ in the head.
     *
     * @param network what {@code from} was built from
     * @param withHead whether to copy the classifier too; without, {@code to} keeps its own and may have other classes
     * @throws IllegalArgumentException if {@code to} lacks one of the layers or has it in another shape; nothing is copied
     */
    public static void copyMatching(Network network, ComputationGraph from, ComputationGraph to, boolean withHead) {
        List<Node> nodes = network.nodes().stream()
                .filter(node -> node.parameters() > 0)
                .filter(node -> withHead || !node.equals(head(network)))
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

    private static Node head(Network network) {
        return network.nodes().get(network.nodes().size() - 1);
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

    private static ZipFile open(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw bad(file, "is a folder; name the model.zip in it");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw bad(file, "is not a regular file");
        }
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(HEAD);
        } catch (NoSuchFileException e) {
            throw bad(file, "there is no such file", e);
        } catch (AccessDeniedException e) {
            throw bad(file, "may not be read by this user; change its permissions", e);
        }
        String start = new String(head, StandardCharsets.ISO_8859_1);
        if (!start.startsWith("PK\3\4")) {
            throw bad(file, notAnArchive(start));
        }
        try {
            return new ZipFile(file.toFile());
        } catch (IllegalArgumentException e) { // a name that is not UTF-8
            throw damaged(file, new IOException(e));
        }
    }

    private static String notAnArchive(String start) {
        if (start.isEmpty()) {
            return "is empty; copy or download it again";
        }
        if (start.stripLeading().startsWith("<")) {
            return "is a web page, not a model: the download was answered by an error or login page; download it again";
        }
        return "is not a zip archive (byte 0); a model is written by resnet4j as model.zip";
    }

    private static Map<String, ZipEntry> entries(Path file, ZipFile zip) {
        Map<String, ZipEntry> entries = new LinkedHashMap<>();
        zip.stream().forEach(entry -> {
            if (entries.put(entry.getName(), entry) != null) {
                throw bad(file, "has two entries " + printable(entry.getName()) + "; refused");
            }
        });
        for (String name : entries.keySet()) {
            if (name.equals("preprocessor.bin")) {
                throw bad(file, "has an entry preprocessor.bin, a serialised Java object that can run code; refused");
            }
        }
        if (!entries.containsKey(CARD)) {
            throw bad(
                    file,
                    entries.containsKey(COEFFICIENTS) || entries.containsKey(CONFIGURATION)
                            ? "is a DL4J model that was not written by resnet4j: it has no " + CARD
                            : "was not written by resnet4j: it has no " + CARD);
        }
        entries.forEach((name, entry) -> {
            long limit =
                    switch (name) {
                        case CARD -> MAX_CARD;
                        case CONFIGURATION -> MAX_CONFIGURATION;
                        case COEFFICIENTS -> Long.MAX_VALUE; // exact, once the network is known
                        default ->
                            throw bad(
                                    file,
                                    "has an entry " + printable(name) + ", which resnet4j does not write; refused");
                    };
            if (entry.getSize() < 0 || entry.getSize() > limit) {
                throw bad(file, name + " has " + entry.getSize() + " bytes, more than the " + limit + " allowed");
            }
        });
        return entries;
    }

    private static ZipEntry required(Path file, Map<String, ZipEntry> entries, String name) {
        ZipEntry entry = entries.get(name);
        if (entry == null) {
            throw bad(file, "has no entry " + name + "; copy or download it again");
        }
        return entry;
    }

    private static ModelCard card(Path file, ZipFile zip, Map<String, ZipEntry> entries) throws IOException {
        ZipEntry entry = entries.get(CARD);
        int size = (int) entry.getSize();
        byte[] json;
        try (CheckedInputStream in = contents(zip, entry)) {
            json = in.readNBytes(size);
            requireWhole(file, entry, in, json.length);
        }
        try {
            return CardJson.read(json);
        } catch (IllegalArgumentException e) {
            throw bad(file, CARD + ": " + e.getMessage(), e);
        }
    }

    private static Network network(Path file, ModelCard card) {
        try {
            return card.network();
        } catch (UnknownModelException | IllegalArgumentException e) {
            throw bad(file, CARD + ": " + printable(e.getMessage()), e);
        }
    }

    private static INDArray coefficients(Path file, ZipFile zip, ZipEntry entry, Network network) throws IOException {
        long length = network.parameters() + network.statistics();
        long size = Coefficients.size(length);
        if (entry.getSize() != size) {
            throw bad(
                    file,
                    COEFFICIENTS + " has " + entry.getSize() + " bytes but " + network.name() + " with input "
                            + network.input() + " and " + network.classes() + " classes needs " + size + " ("
                            + length + " values); it is of another model");
        }
        // Stored, an entry is as large as its part of the file: what is taken below is never more than was given.
        if (entry.getMethod() != ZipEntry.STORED) {
            throw bad(file, COEFFICIENTS + " is compressed, which resnet4j never does; repack the archive with zip -0");
        }
        if (entry.getCompressedSize() != size || size > Files.size(file)) {
            throw bad(file, COEFFICIENTS + " has " + size + " bytes, more than are in the file; download it again");
        }
        INDArray values = Nd4j.createUninitializedDetached(DataType.FLOAT, length);
        FloatBuffer buffer = floats(values);
        try (CheckedInputStream in = contents(zip, entry)) {
            Coefficients.read(in, buffer);
            requireWhole(file, entry, in, size);
        } catch (IllegalArgumentException e) {
            throw bad(file, COEFFICIENTS + ": " + e.getMessage(), e);
        }
        return values;
    }

    /** Neither the declared size nor the checksum of an entry is checked by {@link ZipFile}. */
    private static CheckedInputStream contents(ZipFile zip, ZipEntry entry) throws IOException {
        return new CheckedInputStream(zip.getInputStream(entry), new CRC32());
    }

    private static void requireWhole(Path file, ZipEntry entry, CheckedInputStream in, long read) throws IOException {
        long crc = in.getChecksum().getValue();
        if (read != entry.getSize() || in.read() >= 0) {
            throw bad(
                    file, entry.getName() + " is not of the " + entry.getSize() + " bytes declared; download it again");
        }
        if (crc != entry.getCrc()) {
            throw bad(file, entry.getName() + " is damaged (checksum); copy or download it again");
        }
    }

    private static BadWeightsException damaged(Path file, IOException e) {
        return bad(file, "is damaged or cut short (" + printable(e.getMessage()) + "); copy or download it again", e);
    }

    private static BadWeightsException bad(Path file, String problem) {
        return bad(file, problem, null);
    }

    private static BadWeightsException bad(Path file, String problem, Exception cause) {
        return new BadWeightsException(file, WeightFormat.ARCHIVE, Fault.ZIP_CORRUPT, Place.WHOLE, problem, cause);
    }

    /** What came from the file, short enough and safe to print. */
    private static String printable(String text) {
        String line = String.valueOf(text).replaceAll("\\p{Cntrl}", "?");
        return line.length() > 300 ? line.substring(0, 300) + "…" : line;
    }
}
