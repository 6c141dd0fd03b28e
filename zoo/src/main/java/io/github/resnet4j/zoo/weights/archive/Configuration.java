package io.github.resnet4j.zoo.weights.archive;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonFactoryBuilder;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.core.json.JsonReadFeature;

/**
 * {@code configuration.json}, DL4J's description of a graph, which is there for DL4J users. Nothing is built from it
 * here, but DL4J builds everything from it, and loads every class it names. So it is held to what resnet4j writes: the
 * network of the card, vertex by vertex, made of the classes below.
 *
 * <p>DL4J's Jackson takes a class name from {@code @class}, from a distribution's {@code type}, and from the first text
 * of any list that stands where an object is expected. Hence no text may be anything but one of the known classes, the
 * name of a vertex where that belongs, or a plain word such as {@code NCHW}.
 */
final class Configuration {
    static final String NAME = "configuration.json";

    /** Bytes; the deepest network of the zoo, with 1202 layers, has 7 MB. */
    static final int MAX_BYTES = 16 << 20;

    private static final int MAX_DEPTH = 64;
    private static final int MAX_TEXT = 256;

    /** Keys of an object that is not a list of vertices. */
    private static final int MAX_KEYS = 256;

    private static final int MAX_WINDOW = 256;

    static final Set<String> CLASSES = Set.of(
            "io.github.resnet4j.zoo.layers.AdaptiveAvgPoolVertex",
            "io.github.resnet4j.zoo.layers.AuxiliaryLoss",
            "io.github.resnet4j.zoo.layers.ClassMapLoss",
            "io.github.resnet4j.zoo.layers.DepthToSpaceVertex",
            "io.github.resnet4j.zoo.layers.FrozenStatisticsBatchNorm",
            "io.github.resnet4j.zoo.layers.GroupedConvolution",
            "io.github.resnet4j.zoo.layers.LeakyReluVertex",
            "io.github.resnet4j.zoo.layers.LocalResponseNormVertex",
            "io.github.resnet4j.zoo.layers.MultiplyVertex",
            "io.github.resnet4j.zoo.layers.Prelu",
            "io.github.resnet4j.zoo.layers.ResizingVertex",
            "io.github.resnet4j.zoo.layers.ShiftVertex",
            "io.github.resnet4j.zoo.layers.SpatialPoolVertex",
            "io.github.resnet4j.zoo.layers.StochasticSumVertex",
            "io.github.resnet4j.zoo.layers.UpsamplingVertex",
            "io.github.resnet4j.zoo.layers.ValueLoss",
            "io.github.resnet4j.zoo.layers.ZeroPadShortcutVertex",
            "org.deeplearning4j.nn.conf.distribution.NormalDistribution",
            "org.deeplearning4j.nn.conf.distribution.UniformDistribution",
            "org.deeplearning4j.nn.conf.dropout.Dropout",
            "org.deeplearning4j.nn.conf.graph.ElementWiseVertex",
            "org.deeplearning4j.nn.conf.graph.FrozenVertex",
            "org.deeplearning4j.nn.conf.graph.LayerVertex",
            "org.deeplearning4j.nn.conf.graph.MergeVertex",
            "org.deeplearning4j.nn.conf.graph.ScaleVertex",
            "org.deeplearning4j.nn.conf.layers.ActivationLayer",
            "org.deeplearning4j.nn.conf.layers.BatchNormalization",
            "org.deeplearning4j.nn.conf.layers.ConvolutionLayer",
            "org.deeplearning4j.nn.conf.layers.DenseLayer",
            "org.deeplearning4j.nn.conf.layers.DropoutLayer",
            "org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer",
            "org.deeplearning4j.nn.conf.layers.LossLayer",
            "org.deeplearning4j.nn.conf.layers.SubsamplingLayer",
            "org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer",
            "org.deeplearning4j.nn.conf.layers.misc.FrozenLayer",
            "org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop",
            "org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor",
            "org.deeplearning4j.nn.weights.WeightInitConstant",
            "org.deeplearning4j.nn.weights.WeightInitDistribution",
            "org.deeplearning4j.nn.weights.WeightInitXavier",
            "org.nd4j.linalg.activations.impl.ActivationIdentity",
            "org.nd4j.linalg.activations.impl.ActivationReLU",
            "org.nd4j.linalg.activations.impl.ActivationSigmoid",
            "org.nd4j.linalg.activations.impl.ActivationSoftmax",
            "org.nd4j.linalg.activations.impl.ActivationTanH",
            "org.nd4j.linalg.lossfunctions.impl.LossMCXENT",
            // The updaters that NetworkGraph.Options may have, and their schedules
            "org.nd4j.linalg.learning.config.AMSGrad",
            "org.nd4j.linalg.learning.config.AdaBelief",
            "org.nd4j.linalg.learning.config.AdaDelta",
            "org.nd4j.linalg.learning.config.AdaGrad",
            "org.nd4j.linalg.learning.config.AdaMax",
            "org.nd4j.linalg.learning.config.Adam",
            "org.nd4j.linalg.learning.config.Nadam",
            "org.nd4j.linalg.learning.config.Nesterovs",
            "org.nd4j.linalg.learning.config.NoOp",
            "org.nd4j.linalg.learning.config.RmsProp",
            "org.nd4j.linalg.learning.config.Sgd",
            "org.nd4j.linalg.schedule.CycleSchedule",
            "org.nd4j.linalg.schedule.ExponentialSchedule",
            "org.nd4j.linalg.schedule.FixedSchedule",
            "org.nd4j.linalg.schedule.InverseSchedule",
            "org.nd4j.linalg.schedule.MapSchedule",
            "org.nd4j.linalg.schedule.PolySchedule",
            "org.nd4j.linalg.schedule.RampSchedule",
            "org.nd4j.linalg.schedule.SigmoidSchedule",
            "org.nd4j.linalg.schedule.StepSchedule");

    private static final String VERTICES = "vertices";
    private static final String WIRES = "vertexInputs";
    private static final String PADDING = "padding";

    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // to call them by their name
            .build();

    private final Path file;
    private final Network network;
    private final JsonParser parser;
    private final Map<String, Node> nodes = new LinkedHashMap<>();

    /** The output vertices, in order, with the nodes that they read. */
    private final Map<String, String> outputs = new LinkedHashMap<>();

    /** Innermost first. */
    private final Deque<Frame> frames = new ArrayDeque<>();

    /** The vertex that is being read, if any. */
    private String vertex = "";

    private final Set<String> vertices = new HashSet<>();
    private final Map<String, List<String>> wires = new HashMap<>();

    /** The lists of the root. */
    private final Map<String, List<String>> lists = new HashMap<>();

    /** An object or list that is being read. */
    private static final class Frame {
        private final boolean list;
        private final Set<String> keys = new HashSet<>();
        private final List<String> items = new ArrayList<>();

        /** What the next value belongs to: the last key, or that of the list. */
        private String key;

        Frame(boolean list, String key) {
            this.list = list;
            this.key = key;
        }
    }

    /** What a number may be. */
    private record Range(long from, long to) {}

    private Configuration(Path file, Network network, JsonParser parser) {
        this.file = file;
        this.network = network;
        this.parser = parser;
        network.nodes().forEach(node -> nodes.put(node.name(), node));
        List<Node> all = network.nodes();
        // Constants alone: a method of NetworkGraph would load DL4J, which reading a file's head does without.
        boolean values = network.output() instanceof Output.Values;
        outputs.put(
                values ? NetworkGraph.VALUES : NetworkGraph.SOFTMAX,
                all.get(all.size() - 1).name());
        network.auxiliary().forEach(head -> outputs.put(NetworkGraph.SOFTMAX + "." + head.logits(), head.logits()));
    }

    /**
     * Requires that DL4J would see the network of the card, and load no class but those above.
     *
     * @param file the archive, for messages
     * @throws BadWeightsException otherwise
     */
    static void require(Path file, byte[] json, Network network) {
        JsonLimits.find(json, MAX_DEPTH, MAX_TEXT).ifPresent(excess -> {
            throw bad(file, Fault.JSON_LIMIT, excess.at(), "has " + excess.what());
        });
        for (int at = 0; at < json.length; at++) {
            byte b = json[at];
            boolean space = b == '\n' || b == '\r';
            if (b < ' ' && !space || b == 0x7F || b == '\\') {
                throw bad(file, Fault.JSON, at, "has a byte that resnet4j never writes there");
            }
        }
        try (JsonParser parser = JSON.createParser(json)) {
            new Configuration(file, network, parser).read();
        } catch (JsonProcessingException e) {
            long at = e.getLocation() == null ? 0 : e.getLocation().getByteOffset();
            throw bad(
                    file,
                    Fault.JSON,
                    at,
                    "is not JSON: "
                            + Printable.brief(
                                    e.getOriginalMessage().lines().findFirst().orElse("")));
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory do not fail", e);
        }
    }

    private void read() throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw bad(Fault.JSON, "is not a JSON object");
        }
        frames.push(new Frame(false, ""));
        while (!frames.isEmpty()) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw bad(Fault.JSON, "ends early");
            }
            take(token);
        }
        if (parser.nextToken() != null) {
            throw bad(Fault.JSON, "has data after its end");
        }
        requireGraph();
    }

    private void take(JsonToken token) throws IOException {
        Frame frame = frames.peek();
        switch (token) {
            case FIELD_NAME -> key(frame, parser.getCurrentName());
            case START_OBJECT -> frames.push(new Frame(false, ""));
            case START_ARRAY -> frames.push(new Frame(true, frame.key));
            case END_OBJECT, END_ARRAY -> end(frames.pop());
            case VALUE_STRING -> text(frame, parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(frame, token);
            default ->
                range(frame.key).ifPresent(range -> {
                    throw notIn(range, frame.key, token.asString());
                });
        }
    }

    private void key(Frame frame, String key) {
        boolean graph = frames.size() == 2 && (isIn(VERTICES) || isIn(WIRES));
        if (graph && !isVertex(key)) {
            throw unknownVertex(key);
        }
        if (!frame.keys.add(key)) {
            throw bad(Fault.JSON_LIMIT, "has the key \"" + Printable.brief(key) + "\" twice");
        }
        if (!graph && frame.keys.size() > MAX_KEYS) {
            throw bad(Fault.JSON_LIMIT, "has an object of more than " + MAX_KEYS + " keys");
        }
        frame.key = key;
        if (frames.size() <= 2) {
            vertex = graph && isIn(VERTICES) ? key : "";
        }
    }

    /** Whether the current value is below this key of the root. */
    private boolean isIn(String part) {
        return frames.peekLast().key.equals(part);
    }

    private boolean isVertex(String name) {
        return nodes.containsKey(name) || outputs.containsKey(name);
    }

    private BadWeightsException unknownVertex(String name) {
        return bad(
                Fault.CONF_GRAPH,
                "has a vertex \"" + Printable.brief(name) + "\", which is not part of " + network.name());
    }

    private void end(Frame ended) {
        if (ended.list && frames.size() == 1) {
            lists.put(ended.key, ended.items);
        } else if (ended.list && frames.size() == 2 && isIn(WIRES)) {
            wires.put(ended.key, ended.items);
        } else if (!ended.list && frames.size() == 2 && ended.keys.contains("@class")) {
            vertices.add(vertex);
        }
    }

    private void text(Frame frame, String text) {
        range(frame.key)
                .filter(range -> frame.list || !frame.key.equals(PADDING))
                .ifPresent(range -> {
                    throw notIn(range, frame.key, text);
                });
        switch (frame.key) {
            case "@class", "type" -> requireKnown(text, !frame.list && CLASSES.contains(text));
            case "layerName" -> {
                if (frame.list || !text.equals(vertex)) {
                    throw bad(Fault.CONF_GRAPH, "has a layer \"" + Printable.brief(text) + "\" in another vertex");
                }
            }
            case "variables" -> requireKnown(text, isWord(afterVertex(text)));
            default -> {
                boolean names = frame.list && (frames.size() == 2 || frames.size() == 3 && isIn(WIRES));
                if (!names) {
                    requireKnown(text, !frame.list && isWord(text));
                } else if (isVertex(text) || text.equals(Network.INPUT)) {
                    add(frame, text);
                } else {
                    throw unknownVertex(text);
                }
            }
        }
    }

    private void requireKnown(String text, boolean known) {
        if (!known) {
            throw bad(Fault.FORBIDDEN_CLASS, "has \"" + Printable.brief(text) + "\", which DL4J might load as a class");
        }
    }

    /** {@code W} of {@code conv1_W}. */
    private String afterVertex(String variable) {
        int underscore = variable.lastIndexOf('_');
        boolean prefixed = underscore > 0 && nodes.containsKey(variable.substring(0, underscore));
        return prefixed ? variable.substring(underscore + 1) : variable;
    }

    /** {@code Truncate}, {@code BOTH_SIDES}: a constant, or the name of a parameter. */
    private static boolean isWord(String text) {
        return !text.isEmpty()
                && text.length() <= 40
                && text.chars().allMatch(c -> c == '_' || c == '-' || Character.isLetterOrDigit(c));
    }

    private void add(Frame frame, String item) {
        if (frame.items.size() > nodes.size() + outputs.size()) {
            throw bad(Fault.CONF_GRAPH, "has a list of more vertices than " + network.name() + " has");
        }
        frame.items.add(item);
    }

    private void number(Frame frame, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NUMBER_FLOAT && parser.isNaN()) {
            throw bad(Fault.JSON_LIMIT, "has an invalid number: " + parser.getText());
        }
        Optional<Range> range = range(frame.key);
        if (range.isPresent()) {
            requireIn(range.get(), frame.key, token);
        }
        if (frame.list && frames.size() == 2) {
            add(frame, parser.getText());
        }
    }

    private void requireIn(Range range, String key, JsonToken token) throws IOException {
        boolean small = token == JsonToken.VALUE_NUMBER_INT && parser.getTextLength() <= 18;
        if (!small || parser.getLongValue() < range.from() || parser.getLongValue() > range.to()) {
            throw notIn(range, key, parser.getText());
        }
    }

    /** What a number of this key may be, where it is the size of something. */
    private Optional<Range> range(String key) {
        if (vertex.isEmpty()) {
            return Optional.empty();
        }
        return switch (key) {
            case "nin" -> Optional.of(exactly(channels(true)));
            case "nout", "outChannels" -> Optional.of(exactly(channels(false)));
            case "kernelSize", "stride", "dilation" -> Optional.of(new Range(1, MAX_WINDOW));
            case PADDING -> Optional.of(new Range(0, MAX_WINDOW));
            case "groups", "factor", "size" -> Optional.of(exactly(ofOperation()));
            case "outHeight", "outWidth" -> Optional.of(exactly(pooled(key)));
            default -> Optional.empty();
        };
    }

    private static Range exactly(long value) {
        return new Range(value, value);
    }

    private long channels(boolean in) {
        Node node = nodes.get(vertex);
        if (node == null) { // the softmax has inputs, and of outputs DL4J says nothing
            return in ? network.classes() : 0;
        }
        if (in && node.op() instanceof Op.Dense) {
            return node.in().elements();
        }
        return (in ? node.in() : node.out()).channels();
    }

    /** The one number of an operation that is the size of something else than channels, windows and padding. */
    private long ofOperation() {
        Op op = nodes.containsKey(vertex) ? nodes.get(vertex).op() : null;
        if (op instanceof Op.Convolution convolution) {
            return convolution.groups();
        }
        if (op instanceof Op.DepthToSpace larger) {
            return larger.factor();
        }
        if (op instanceof Op.Upsample larger) {
            return larger.factor();
        }
        return op instanceof Op.LocalResponseNorm norm ? norm.size() : 1;
    }

    /** Rows or columns that an adaptive pooling makes. */
    private long pooled(String key) {
        Op op = nodes.containsKey(vertex) ? nodes.get(vertex).op() : null;
        if (op instanceof Op.AdaptiveAvgPool pool) {
            return key.equals("outHeight") ? pool.height() : pool.width();
        }
        return 1;
    }

    private BadWeightsException notIn(Range range, String key, String value) {
        return bad(
                Fault.CONF_RANGE,
                "has " + key + " " + Printable.brief(value) + " in " + vertex + ", not "
                        + (range.from() == range.to() ? range.from() : range.from() + " to " + range.to()));
    }

    private void requireGraph() {
        Map<String, List<String>> expected = new LinkedHashMap<>();
        nodes.forEach((name, node) -> expected.put(name, node.inputs()));
        outputs.forEach((name, logits) -> expected.put(name, List.of(logits)));
        expected.forEach((name, inputs) -> {
            if (!vertices.contains(name) || !inputs.equals(wires.get(name))) {
                throw bad(
                        Fault.CONF_GRAPH,
                        "has " + (vertices.contains(name) ? "the wrong inputs for" : "no") + " vertex " + name + " of "
                                + network.name());
            }
        });
        if (!List.of(Network.INPUT).equals(lists.get("networkInputs"))
                || !List.copyOf(outputs.keySet()).equals(lists.get("networkOutputs"))) {
            throw bad(Fault.CONF_GRAPH, "does not have the inputs and outputs of " + network.name());
        }
        List<String> order = lists.get("topologicalOrder");
        List<String> names = lists.get("topologicalOrderStr");
        if ((order != null || names != null) && !isOrder(order, names, expected)) {
            throw bad(Fault.CONF_GRAPH, "has its vertices in an impossible order");
        }
    }

    /** Whether {@code order} numbers all vertices, and {@code names} has each behind its inputs. */
    private static boolean isOrder(List<String> order, List<String> names, Map<String, List<String>> inputs) {
        int count = inputs.size() + 1;
        if (order == null || names == null || order.size() != count || names.size() != count) {
            return false;
        }
        Set<String> numbers = new HashSet<>(order);
        Set<String> done = new HashSet<>();
        for (int i = 0; i < count; i++) {
            String name = names.get(i);
            if (!numbers.contains(Integer.toString(i))
                    || !done.containsAll(inputs.getOrDefault(name, List.of()))
                    || !done.add(name)) {
                return false;
            }
        }
        return true;
    }

    private BadWeightsException bad(Fault fault, String problem) {
        return bad(file, fault, parser.getTokenLocation().getByteOffset(), problem);
    }

    private static BadWeightsException bad(Path file, Fault fault, long at, String problem) {
        return new BadWeightsException(
                file,
                WeightFormat.ARCHIVE,
                fault,
                new Location.Entry(NAME, Math.max(0, at)),
                "differs from what resnet4j writes: " + NAME + " " + problem + "; do not trust it");
    }
}
