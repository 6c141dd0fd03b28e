package io.github.resnet4j.zoo.weights.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.internal.zip.ZipParts;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Hostile;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class HostileArchiveTest {
    private static final NetworkGraph.Options OPTIONS = NetworkGraph.Options.seeded(7);
    private static final byte[] GOOD =
            ArchiveParts.archive(CardJsonTest.card("resnet8-mlperf", List.of("cat", "dog", "frog")));
    private static final ArchiveParts PARTS = ArchiveParts.of(GOOD);
    private static final String CONFIGURATION = PARTS.text("configuration.json");
    private static final String LAYER = "org.deeplearning4j.nn.conf.layers.ConvolutionLayer";
    private static final String DISTRIBUTION = "org.deeplearning4j.nn.conf.distribution.NormalDistribution";

    @TempDir
    private Path folder;

    /** What a class of the file's choice could do. */
    private static boolean sang;

    /** Sings when it is loaded. */
    static final class Canary {
        static {
            sang = true;
        }
    }

    /** Sings when it is deserialised. */
    private static final class SerialCanary implements Serializable {
        private static final long serialVersionUID = 1L;

        private void readObject(java.io.ObjectInputStream in) {
            sang = true;
        }
    }

    /** The same for the one test in which it must. */
    public static final class LoudCanary {
        static {
            sang = true;
        }
    }

    private static Arguments row(String name, Fault fault, Supplier<ArchiveParts> parts) {
        return file(name, fault, () -> parts.get().bytes());
    }

    private static Arguments file(String name, Fault fault, Supplier<byte[]> archive) {
        return Arguments.of(name, fault, archive);
    }

    private static Arguments entry(String row, String name, byte[] contents) {
        return row(row + " " + name, Fault.FORBIDDEN_ENTRY, () -> PARTS.with(name, contents));
    }

    /** With every {@code what} in the configuration replaced. */
    private static Arguments configuration(String name, Fault fault, String what, String by) {
        assertThat(CONFIGURATION).contains(what);
        return row(name, fault, () -> PARTS.with("configuration.json", CONFIGURATION.replace(what, by)));
    }

    private static Arguments coefficients(String name, Fault fault, Consumer<ByteBuffer> change) {
        return row(name, fault, () -> {
            ByteBuffer bytes = ByteBuffer.wrap(PARTS.get("coefficients.bin").clone());
            change.accept(bytes);
            return PARTS.with("coefficients.bin", bytes.array());
        });
    }

    static Stream<Arguments> bad() throws IOException {
        return Stream.of(
                        entries(), classes(), limits(), ranges(), graphs(), headers(), values(), kinds(), cards(),
                        zips())
                .flatMap(rows -> rows);
    }

    private static Stream<Arguments> entries() throws IOException {
        ByteArrayOutputStream object = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(object)) {
            out.writeObject(new SerialCanary());
        }
        ByteArrayOutputStream normalizer = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(normalizer)) {
            out.writeUTF("NORMALIZER");
            out.writeInt(1);
            out.writeUTF("CUSTOM");
            out.writeUTF(canary());
        }
        return Stream.of(
                entry("D01", "preprocessor.bin", object.toByteArray()),
                // Not FORBIDDEN_CLASS: whatever is in it, resnet4j never writes it.
                entry("D02", "normalizer.bin", normalizer.toByteArray()),
                entry("D03", "objects/x", object.toByteArray()),
                // Not STATE_COUNT: resnet4j writes no state, so none is of the right length.
                entry("D14", "updaterState.bin", new byte[7]),
                entry("D03", "noParams.marker", new byte[1]),
                entry("D03", "other", new byte[1]),
                row(
                        "a description of more than 1 MiB",
                        Fault.LIMIT,
                        () -> PARTS.with("MODEL_CARD.md", new byte[(1 << 20) + 1])));
    }

    private static Stream<Arguments> classes() {
        Stream<Arguments> names = Stream.of(
                        canary(),
                        "javax.script.ScriptEngineManager",
                        "java.util.Map$Entry",
                        "[Ljava.lang.Object;",
                        "java.lang.Object[]",
                        "Canary",
                        "",
                        LAYER + "$Builder",
                        LAYER + " ",
                        "org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer",
                        "org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer")
                .flatMap(name -> Stream.of(
                        configuration("D04 layer " + name, Fault.FORBIDDEN_CLASS, '"' + LAYER + '"', '"' + name + '"'),
                        configuration(
                                "D04 distribution " + name,
                                Fault.FORBIDDEN_CLASS,
                                '"' + DISTRIBUTION + '"',
                                '"' + name + '"')));
        String unknown = "\"backpropType\" : \"Standard\"";
        Stream<Arguments> places = Stream.of(
                configuration(
                        "D04 a class as the first of a list",
                        Fault.FORBIDDEN_CLASS,
                        "\"iupdater\" : {",
                        "\"iupdater\" : [\"" + canary() + "\"], \"x\" : {"),
                configuration(
                        "D04 a class without a package in a list",
                        Fault.FORBIDDEN_CLASS,
                        "\"iupdater\" : {",
                        "\"iupdater\" : [\"Canary\"], \"x\" : {"),
                configuration(
                        "D04 a class in a list of lists",
                        Fault.FORBIDDEN_CLASS,
                        "\"regularization\" : [ ]",
                        "\"regularization\" : [ [\"" + canary() + "\"] ]"),
                configuration(
                        "D04 a class in the list of variables",
                        Fault.FORBIDDEN_CLASS,
                        "\"variables\" : [ ]",
                        "\"variables\" : [ \"" + canary() + "\" ]"),
                configuration(
                        "D04 a list of classes",
                        Fault.FORBIDDEN_CLASS,
                        "\"@class\" : \"" + LAYER + "\"",
                        "\"@class\" : [ \"" + LAYER + "\" ]"),
                configuration(
                        "D04 a class of an unknown key",
                        Fault.FORBIDDEN_CLASS,
                        unknown,
                        unknown + ", \"y\" : \"" + canary() + "\""),
                configuration(
                        "D04 a class in an unknown object",
                        Fault.FORBIDDEN_CLASS,
                        unknown,
                        unknown + ", \"y\" : {\"@class\" : \"" + canary() + "\"}"),
                configuration(
                        "D04 a class behind an escape",
                        Fault.JSON,
                        "\"@class\" : \"" + LAYER,
                        "\"\\u0040class\" : \"" + canary()));
        return Stream.concat(names, places);
    }

    private static String canary() {
        return "io.github.resnet4j.zoo.weights.archive.HostileArchiveTest$Canary";
    }

    private static Stream<Arguments> limits() {
        String type = "\"backpropType\" : ";
        int room = (16 << 20) + 1 - CONFIGURATION.length();
        String keys = String.join(
                ", ",
                IntStream.range(0, 300).mapToObj(i -> "\"k" + i + "\" : 1").toList());
        return Stream.of(
                row(
                        "D05 16 MiB and a byte",
                        Fault.JSON_LIMIT,
                        () -> PARTS.with("configuration.json", CONFIGURATION + " ".repeat(room))),
                row(
                        "D05 16 MiB of a text",
                        Fault.JSON_LIMIT,
                        () -> PARTS.with("configuration.json", "{\"" + "a".repeat(15 << 20) + "\" : 1}")),
                row(
                        "D05 lists 10,000 deep",
                        Fault.JSON_LIMIT,
                        () -> PARTS.with(
                                "configuration.json", "{\"a\" : " + "[".repeat(10_000) + "]".repeat(10_000) + "}")),
                row(
                        "D05 objects 10,000 deep",
                        Fault.JSON_LIMIT,
                        () -> PARTS.with("configuration.json", "{\"a\" : ".repeat(10_000) + "1" + "}".repeat(10_000))),
                row(
                        "D05 lists 16 million deep, unclosed",
                        Fault.JSON_LIMIT,
                        () -> PARTS.with("configuration.json", "[".repeat(16 << 20))),
                configuration("D05 a key twice", Fault.JSON_LIMIT, type, "\"backpropType\" : null, " + type),
                configuration(
                        "D05 a class twice",
                        Fault.JSON_LIMIT,
                        "\"@class\" : \"" + LAYER,
                        "\"@class\" : \"" + LAYER + "\", \"@class\" : \"" + LAYER),
                configuration(
                        "D05 a vertex twice", Fault.JSON_LIMIT, "\"vertices\" : {", "\"vertices\" : { \"fc\" : null,"),
                configuration("D05 NaN", Fault.JSON_LIMIT, "\"learningRate\" : 0.1", "\"learningRate\" : NaN"),
                configuration(
                        "D05 Infinity", Fault.JSON_LIMIT, "\"iterationCount\" : 0", "\"iterationCount\" : -Infinity"),
                configuration(
                        "D05 a number of 1,000,000 digits",
                        Fault.JSON_LIMIT,
                        "\"iterationCount\" : 0",
                        "\"iterationCount\" : 1" + "0".repeat(100_000)),
                row(
                        "D05 a number of 10,000,000 digits",
                        Fault.JSON_LIMIT,
                        () -> PARTS.with("configuration.json", "{\"a\" : " + "9".repeat(10_000_000) + "}")),
                configuration("D05 300 keys", Fault.JSON_LIMIT, type, keys + ", " + type),
                configuration("D05 a comment", Fault.JSON, type, "/* */" + type),
                configuration("D05 a byte that is not ASCII", Fault.JSON, type, "\"é\" : 1, " + type),
                configuration("D05 a comma too many", Fault.JSON, type, "," + type),
                row("D05 two values", Fault.JSON, () -> PARTS.with("configuration.json", CONFIGURATION + "{}")),
                row("D05 a list", Fault.JSON, () -> PARTS.with("configuration.json", "[]")),
                row("D05 nothing", Fault.JSON, () -> PARTS.with("configuration.json", "")),
                row(
                        "D05 half of it",
                        Fault.JSON,
                        () -> PARTS.with(
                                "configuration.json", CONFIGURATION.substring(0, CONFIGURATION.length() / 2))));
    }

    private static Stream<Arguments> ranges() {
        Stream<Arguments> out = Stream.of(
                        "2147483647",
                        "0",
                        "-1",
                        "15",
                        "16.0",
                        "1.6e1",
                        "9223372036854775808",
                        "1" + "0".repeat(30),
                        "null",
                        "true",
                        "\"16\"",
                        "[ 17 ]")
                .map(value ->
                        configuration("D06 nout " + value, Fault.CONF_RANGE, "\"nout\" : 16", "\"nout\" : " + value));
        Stream<Arguments> others = Stream.of(
                configuration("D06 nin -1", Fault.CONF_RANGE, "\"nin\" : 3,", "\"nin\" : -1,"),
                configuration("D06 nin of another layer", Fault.CONF_RANGE, "\"nin\" : 3,", "\"nin\" : 4,"),
                configuration(
                        "D06 kernel [0,0]", Fault.CONF_RANGE, "\"kernelSize\" : [ 3, 3 ]", "\"kernelSize\" : [ 0, 0 ]"),
                configuration(
                        "D06 kernel 3.5", Fault.CONF_RANGE, "\"kernelSize\" : [ 3, 3 ]", "\"kernelSize\" : [ 3, 3.5 ]"),
                configuration(
                        "D06 kernel of words",
                        Fault.CONF_RANGE,
                        "\"kernelSize\" : [ 3, 3 ]",
                        "\"kernelSize\" : [ \"a\" ]"),
                configuration(
                        "D06 kernel 1000",
                        Fault.CONF_RANGE,
                        "\"kernelSize\" : [ 3, 3 ]",
                        "\"kernelSize\" : [ 1000, 3 ]"),
                configuration(
                        "D06 groups where there are none",
                        Fault.CONF_RANGE,
                        "\"kernelSize\" : [ 3, 3 ]",
                        "\"groups\" : 2, \"kernelSize\" : [ 3, 3 ]"),
                configuration("D06 stride 0", Fault.CONF_RANGE, "\"stride\" : [ 2, 2 ]", "\"stride\" : [ 2, 0 ]"),
                configuration("D06 stride null", Fault.CONF_RANGE, "\"stride\" : [ 2, 2 ]", "\"stride\" : null"),
                configuration(
                        "D06 dilation 10^9",
                        Fault.CONF_RANGE,
                        "\"dilation\" : [ 1, 1 ]",
                        "\"dilation\" : [ 1000000000, 1 ]"),
                configuration("D06 padding -1", Fault.CONF_RANGE, "\"padding\" : [ 1, 1 ]", "\"padding\" : [ -1, 1 ]"),
                configuration(
                        "D06 padding 10^9",
                        Fault.CONF_RANGE,
                        "\"padding\" : [ 1, 1 ]",
                        "\"padding\" : [ 1, 1000000000 ]"));
        return Stream.concat(out, others);
    }

    private static Stream<Arguments> graphs() {
        String wires = "\"bn1\" : [ \"conv1\" ]";
        String vertices = String.join(
                ", ",
                IntStream.range(0, 1_000_000)
                        .mapToObj(i -> "\"v%06d\":1".formatted(i))
                        .toList());
        return Stream.of(
                configuration("D07 a cycle", Fault.CONF_GRAPH, wires, "\"bn1\" : [ \"fc\" ]"),
                configuration("D07 a vertex that feeds itself", Fault.CONF_GRAPH, wires, "\"bn1\" : [ \"bn1\" ]"),
                configuration("D07 an input that is missing", Fault.CONF_GRAPH, wires, "\"bn1\" : [ \"conv0\" ]"),
                configuration("D07 no input", Fault.CONF_GRAPH, wires, "\"bn1\" : [ ]"),
                configuration("D07 two inputs", Fault.CONF_GRAPH, wires, "\"bn1\" : [ \"conv1\", \"conv1\" ]"),
                configuration("D07 an input that is no list", Fault.CONF_GRAPH, wires, "\"bn1\" : null"),
                configuration(
                        "D07 10^5 inputs",
                        Fault.CONF_GRAPH,
                        wires,
                        "\"bn1\" : [ \"conv1\"" + ", \"conv1\"".repeat(100_000) + " ]"),
                configuration(
                        "D07 inputs of an unknown vertex",
                        Fault.CONF_GRAPH,
                        wires,
                        wires + ", \"bn9\" : [ \"conv1\" ]"),
                configuration(
                        "D07 an unknown vertex",
                        Fault.CONF_GRAPH,
                        "\"vertices\" : {",
                        "\"vertices\" : { \"bn9\" : {},"),
                configuration(
                        "D07 10^6 vertices",
                        Fault.CONF_GRAPH,
                        "\"vertices\" : {",
                        "\"vertices\" : { " + vertices + ","),
                configuration("D07 no vertices", Fault.CONF_GRAPH, "\"vertices\" : {", "\"vertices\" : { }, \"w\" : {"),
                configuration(
                        "D07 a vertex without a class",
                        Fault.CONF_GRAPH,
                        "\"@class\" : \"org.deeplearning4j.nn.conf.graph.LayerVertex\"",
                        "\"a\" : 1"),
                configuration(
                        "D07 a layer of another vertex",
                        Fault.CONF_GRAPH,
                        "\"layerName\" : \"bn1\"",
                        "\"layerName\" : \"conv1\""),
                configuration(
                        "D07 another network input",
                        Fault.CONF_GRAPH,
                        "\"networkInputs\" : [ \"input\" ]",
                        "\"networkInputs\" : [ \"conv1\" ]"),
                configuration(
                        "D07 an unknown network input",
                        Fault.CONF_GRAPH,
                        "\"networkInputs\" : [ \"input\" ]",
                        "\"networkInputs\" : [ \"picture\" ]"),
                configuration(
                        "D07 two network outputs",
                        Fault.CONF_GRAPH,
                        "\"networkOutputs\" : [ \"softmax\" ]",
                        "\"networkOutputs\" : [ \"softmax\", \"fc\" ]"),
                configuration(
                        "D07 no network outputs",
                        Fault.CONF_GRAPH,
                        "\"networkOutputs\" : [ \"softmax\" ]",
                        "\"networkOutputs\" : null"),
                configuration("D07 an order by names alone", Fault.CONF_GRAPH, "\"topologicalOrder\" : [", "\"o\" : ["),
                configuration(
                        "D07 an order by numbers alone", Fault.CONF_GRAPH, "\"topologicalOrderStr\" : [", "\"o\" : ["),
                configuration(
                        "D07 an order of numbers that are none of the vertices",
                        Fault.CONF_GRAPH,
                        "\"topologicalOrder\" : [ 0,",
                        "\"topologicalOrder\" : [ -1,"),
                configuration(
                        "D07 an order in which a vertex comes before its input",
                        Fault.CONF_GRAPH,
                        "\"input\", \"conv1\", \"bn1\"",
                        "\"input\", \"bn1\", \"conv1\""),
                configuration(
                        "D07 an order in which a vertex comes twice",
                        Fault.CONF_GRAPH,
                        "\"input\", \"conv1\", \"bn1\"",
                        "\"input\", \"conv1\", \"conv1\""),
                configuration(
                        "D07 an order without the input",
                        Fault.CONF_GRAPH,
                        "[ \"input\", \"conv1\", \"bn1\"",
                        "[ \"conv1\", \"bn1\""));
    }

    /** Bytes 18, 40 and 98 begin the three lengths; the values begin at 113. */
    private static Stream<Arguments> headers() {
        int values = (PARTS.get("coefficients.bin").length - 113) / 4;
        Stream<Arguments> types = Stream.of("UTF8", "DOUB", "LON")
                .map(type ->
                        coefficients("D08 shape of " + type, Fault.PARAM_HEADER, bytes -> putText(bytes, 26, type)));
        Stream<Arguments> modes = Stream.of("DIRECT", "JAVACPP", "LONG_SHAPE", "MIXED_DATA_TYPE$", "\377".repeat(20))
                .flatMap(mode -> Stream.of(
                        coefficients("D12 mode " + mode, Fault.PARAM_HEADER, bytes -> putText(bytes, 0, mode)),
                        coefficients(
                                "D12 mode of the values " + mode,
                                Fault.PARAM_HEADER,
                                bytes -> putText(bytes, 80, mode))));
        Stream<Arguments> lengths = Stream.of(
                // Not PARAM_HEADER: the length of the shape is the rank, said in another way.
                coefficients("D08 shape of 2^62 words", Fault.PARAM_SHAPE, bytes -> bytes.putLong(18, 1L << 62)),
                coefficients("D08 shape of -1 words", Fault.PARAM_SHAPE, bytes -> bytes.putLong(18, -1)),
                coefficients("D08 2^62 values", Fault.PARAM_HEADER, bytes -> bytes.putLong(98, 1L << 62)),
                coefficients("D08 -1 values", Fault.PARAM_HEADER, bytes -> bytes.putLong(98, -1)),
                coefficients("D08 values of DOUBLE", Fault.PARAM_HEADER, bytes -> putText(bytes, 106, "DOUBL")),
                coefficients("D08 values of UTF8", Fault.PARAM_HEADER, bytes -> putText(bytes, 106, "UTF8")),
                coefficients(
                        "D08 values of COMPRESSED", Fault.PARAM_HEADER, bytes -> putText(bytes, 106, "COMPRESSED")),
                row(
                        "D08 half a header",
                        Fault.PARAM_HEADER,
                        () -> PARTS.with("coefficients.bin", Arrays.copyOf(PARTS.get("coefficients.bin"), 50))),
                row("D08 no bytes", Fault.PARAM_HEADER, () -> PARTS.with("coefficients.bin", new byte[0])),
                coefficients(
                        "D09 more values in the shape than follow",
                        Fault.PARAM_SHAPE,
                        bytes -> bytes.putLong(40, values + 1L)),
                coefficients("D09 2^62 values in the shape", Fault.PARAM_SHAPE, bytes -> bytes.putLong(40, 1L << 62)),
                coefficients("D09 -1 values in the shape", Fault.PARAM_SHAPE, bytes -> bytes.putLong(40, -1)),
                coefficients(
                        "D09 more values than in the shape",
                        Fault.PARAM_SHAPE,
                        bytes -> bytes.putLong(98, values + 1L)),
                coefficients("D10 one value more", Fault.PARAM_COUNT, bytes -> bytes.putLong(40, values + 1L)
                        .putLong(98, values + 1L)),
                coefficients("D10 no values", Fault.PARAM_COUNT, bytes -> bytes.putLong(40, 0)
                        .putLong(98, 0)),
                row(
                        "D10 one byte behind the values",
                        Fault.PARAM_COUNT,
                        () -> PARTS.with(
                                "coefficients.bin", Arrays.copyOf(PARTS.get("coefficients.bin"), values * 4 + 114))),
                row(
                        "D10 one value missing",
                        Fault.PARAM_COUNT,
                        () -> PARTS.with(
                                "coefficients.bin", Arrays.copyOf(PARTS.get("coefficients.bin"), values * 4 + 109))),
                coefficients("D11 rank 33", Fault.PARAM_SHAPE, bytes -> bytes.putLong(32, 33)),
                coefficients("D11 rank 33 and its words", Fault.PARAM_SHAPE, bytes -> bytes.putLong(18, 70)
                        .putLong(32, 33)),
                coefficients("D11 rank 2", Fault.PARAM_SHAPE, bytes -> bytes.putLong(32, 2)),
                coefficients("D11 stride 2", Fault.PARAM_SHAPE, bytes -> bytes.putLong(48, 2)),
                coefficients("D11 type bits of a view", Fault.PARAM_SHAPE, bytes -> bytes.putLong(56, 8192 | 1L << 31)),
                coefficients("D11 element-wise stride -1", Fault.PARAM_SHAPE, bytes -> bytes.putLong(64, -1)),
                coefficients("D11 order f", Fault.PARAM_SHAPE, bytes -> bytes.putLong(72, 'f')));
        return Stream.of(types, modes, lengths).flatMap(rows -> rows);
    }

    private static void putText(ByteBuffer bytes, int at, String text) {
        byte[] latin = text.getBytes(StandardCharsets.ISO_8859_1);
        bytes.putShort(at, (short) latin.length).put(at + 2, latin);
    }

    private static Stream<Arguments> values() {
        return Stream.of(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY)
                .map(value -> coefficients("D15 " + value, Fault.NONFINITE, bytes -> bytes.putFloat(113, value)));
    }

    private static Stream<Arguments> kinds() throws IOException {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                        .nIn(2)
                        .nOut(2)
                        .build())
                .build());
        network.init();
        ByteArrayOutputStream layers = new ByteArrayOutputStream();
        ModelSerializer.writeModel(network, layers, true);
        return Stream.of(
                file("D16 a MultiLayerNetwork of DL4J", Fault.FORMAT, () -> layers.toByteArray()),
                row("D16 a graph of DL4J", Fault.FORMAT, () -> PARTS.without("model.json")),
                row("D16 a graph of DL4J with its state", Fault.FORMAT, () -> PARTS.without("model.json")
                        .with("updaterState.bin", new byte[9])),
                row(
                        "D16 a file of PyTorch",
                        Fault.FORMAT,
                        () -> ArchiveParts.of(
                                ZipParts.torch("a/data.pkl", "a/data/0").bytes())),
                row("D16 without configuration.json", Fault.INCOMPLETE, () -> PARTS.without("configuration.json")),
                row("D16 without coefficients.bin", Fault.INCOMPLETE, () -> PARTS.without("coefficients.bin")),
                file("D16 a web page", Fault.HTML, () -> "\n<!DOCTYPE html><html>".getBytes(StandardCharsets.UTF_8)),
                file(
                        "D16 a pointer of git-lfs",
                        Fault.LFS_POINTER,
                        () -> "version https://git-lfs.github.com/spec/v1\noid sha256:0"
                                .getBytes(StandardCharsets.UTF_8)),
                file("D16 something else", Fault.BAD_MAGIC, () -> new byte[] {1, 2, 3, 4}));
    }

    private static Stream<Arguments> cards() {
        String card = PARTS.text("model.json");
        return Stream.of(
                row(
                        "an unknown network",
                        Fault.CARD,
                        () -> PARTS.with("model.json", card.replace("resnet8-mlperf", "resnet8\u001b[2J"))),
                row(
                        "an image too small",
                        Fault.CARD,
                        () -> PARTS.with("model.json", card.replace("[ 3, 32, 32 ]", "[ 3, 0, 32 ]"))),
                row("2^29 values", Fault.LIMIT, HostileArchiveTest::enormous),
                row("no card", Fault.CARD, () -> PARTS.with("model.json", "")),
                row("a card of 100,000 lists", Fault.CARD, () -> PARTS.with("model.json", "[".repeat(100_000))),
                row(
                        "a card of 1 MiB and a byte",
                        Fault.LIMIT,
                        () -> PARTS.with("model.json", " ".repeat((1 << 20) + 1))),
                row(
                        "a card of 200,000 classes",
                        Fault.CONF_RANGE,
                        () -> PARTS.with(
                                "model.json",
                                card.replace("\"classes\" : [", "\"classes\" : [" + "\"a\",".repeat(200_000)))));
    }

    /** A network whose last layer alone has 2^29 weights, without them. */
    private static ArchiveParts enormous() {
        ModelCard card = CardJsonTest.card("resnet50", Collections.nCopies(262_000, "a"));
        String compact = new String(CardJson.write(card), StandardCharsets.UTF_8).replaceAll("[\\s]+", "");
        return PARTS.with("model.json", compact)
                .with(
                        "configuration.json",
                        NetworkGraph.configuration(card.network(), OPTIONS).toJson());
    }

    private static Stream<Arguments> zips() {
        return Stream.of(
                zip("D13 coefficients deflated 1000 : 1", Fault.ZIP_METHOD, zip -> {
                    zip.parts.remove(2);
                    zip.deflated("coefficients.bin", new byte[PARTS.get("coefficients.bin").length]);
                }),
                zip("D13 configuration deflated 1000 : 1", Fault.ZIP_RATIO, zip -> {
                    zip.parts.remove(1);
                    zip.deflated("configuration.json", " ".repeat(16 << 20).getBytes(StandardCharsets.UTF_8));
                }),
                zip("D13 card deflated 1000 : 1", Fault.ZIP_RATIO, zip -> {
                    zip.parts.remove(0);
                    zip.deflated("model.json", " ".repeat(1 << 20).getBytes(StandardCharsets.UTF_8));
                }),
                zip("P11 damaged card", Fault.ZIP_CRC, zip -> zip.parts.get(0).data[9] ^= 1),
                zip("P11 damaged configuration", Fault.ZIP_CRC, zip -> zip.parts.get(1).data[9] ^= 1),
                zip("P11 damaged value", Fault.ZIP_CRC, zip -> zip.parts.get(2).data[1234] ^= 1),
                zip("P16 bytes in front", Fault.POLYGLOT, zip -> zip.prefix = new byte[] {'#', '!'}),
                zip("P16 bytes behind", Fault.POLYGLOT, zip -> zip.suffix = new byte[1]));
    }

    private static Arguments zip(String name, Fault fault, Consumer<ZipParts> change) {
        return file(name, fault, () -> {
            ZipParts zip = ArchiveParts.of(GOOD).zip();
            change.accept(zip);
            return zip.bytes();
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void rejects(String name, Fault fault, Supplier<byte[]> made) throws IOException {
        byte[] archive = made.get();
        Path file = Files.write(folder.resolve("model.zip"), archive);

        BadWeightsException refusal = Hostile.rejected(fault, archive.length, () -> ModelArchive.read(file, OPTIONS));

        assertThat(refusal.file()).isEqualTo(file);
        assertThat(refusal.format()).isEqualTo(WeightFormat.ARCHIVE);
        assertThat(refusal.getMessage()).doesNotContain("\u001b");
        if (fault != Fault.NONFINITE && !name.endsWith("damaged value")) {
            Hostile.rejected(fault, archive.length, () -> ModelArchive.readCard(file));
        }
        assertThat(sang).as("a class was loaded").isFalse();
        assertThat(folder).isDirectoryContaining("glob:**model.zip");
        assertThat(ModelArchive.read(Files.write(file, GOOD), OPTIONS).graph().numParams())
                .isEqualTo((PARTS.get("coefficients.bin").length - 113) / 4);
    }

    @Test
    void namesTheTensorThatIsNotFinite() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(PARTS.get("coefficients.bin").clone());
        // conv1: 16 x 3 x 3 x 3 weights and 16 biases; then gamma, beta, mean and var of bn1
        bytes.putFloat(113 + 4 * (432 + 16 + 3 * 16 + 5), -1e-9f);
        Path file = Files.write(
                folder.resolve("model.zip"),
                PARTS.with("coefficients.bin", bytes.array()).bytes());

        BadWeightsException refusal =
                Hostile.rejected(Fault.NONFINITE, Files.size(file), () -> ModelArchive.read(file, OPTIONS));

        assertThat(refusal.place()).isEqualTo(new Location.Named("bn1 var"));
        assertThat(refusal).hasMessageContaining("value 5 of bn1 var is -1.0E-9");
    }

    /** What the canary is for: DL4J loads a class by {@code @class}, and by the first text of a list. */
    @Test
    void dl4jWouldLoadTheClass() {
        String canary = LoudCanary.class.getName();
        try {
            ComputationGraphConfiguration.fromJson(
                    CONFIGURATION.replace("\"iupdater\" : {", "\"iupdater\" : [\"" + canary + "\"], \"x\" : {"));
        } catch (RuntimeException e) {
            // it is no updater
        }
        boolean loaded = sang;
        sang = false;
        assertThat(loaded).isTrue();
    }
}
