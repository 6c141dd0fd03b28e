package io.github.resnet4j.zoo.internal.onnx;

import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the messages of a model. The numbers of the fields are those of {@code onnx.proto}; those that are not here
 * (shapes of values, texts for people, functions, training) are skipped.
 */
final class ModelParser {
    private static final int EXTERNAL = 1;
    private static final int MOST_ENTRIES = 16;

    private final Limits limits;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Stored> constants = new LinkedHashMap<>();
    private int edges;

    private ModelParser(Limits limits) {
        this.limits = limits;
    }

    static Model parse(Limits limits) {
        ModelParser parser = new ModelParser(limits);
        parser.model(Message.of(limits));
        return new Model(parser.metadata, parser.nodes, parser.constants);
    }

    private void model(Message model) {
        boolean found = false;
        while (model.next()) {
            switch (model.field()) {
                case 2 -> metadata.putIfAbsent("producer", model.text(Limits.NAME));
                case 7 -> {
                    if (found) {
                        throw limits.bad(Fault.AMBIGUOUS, model.begin(), "has two graphs; do not trust it");
                    }
                    found = true;
                    graph(model.message());
                }
                case 14 -> metadata(model);
                default -> {}
            }
        }
        if (!found) {
            throw limits.bad(
                    Fault.NOT_STATE_DICT,
                    0,
                    "has no graph: it is not an ONNX model, or cut short; copy or download it again");
        }
    }

    private void metadata(Message model) {
        String[] entry = entry(model.message(), Limits.TENSOR_NAME, Limits.TEXT);
        if (metadata.put(entry[0], entry[1]) != null && !entry[0].equals("producer")) {
            throw limits.bad(Fault.DUP_KEY, model.begin(), "has the same key twice in its metadata; do not trust it");
        }
        limits.atMost(Limits.METADATA, metadata.size(), model.begin(), "entries of metadata");
    }

    /** Key and value. */
    private static String[] entry(Message pair, int longestKey, int longestValue) {
        String[] entry = {"", ""};
        while (pair.next()) {
            switch (pair.field()) {
                case 1 -> entry[0] = pair.text(longestKey);
                case 2 -> entry[1] = pair.text(longestValue);
                default -> {}
            }
        }
        return entry;
    }

    private void graph(Message graph) {
        while (graph.next()) {
            switch (graph.field()) {
                case 1 -> {
                    limits.atMost(Limits.NODES, nodes.size() + 1, graph.begin(), "nodes");
                    nodes.add(node(graph.message(), graph.begin()));
                }
                case 5 -> {
                    limits.atMost(Limits.TENSORS, constants.size() + 1, graph.begin(), "tensors");
                    Stored tensor = tensor(graph.message(), graph.begin());
                    if (tensor.name().isEmpty()) { // an empty name means that an input is left out
                        throw limits.bad(
                                Fault.NAME,
                                graph.begin(),
                                "has a tensor without a name: it is damaged; download it again");
                    }
                    if (constants.put(tensor.name(), tensor) != null) {
                        throw limits.bad(Fault.DUP_NAME, tensor.name(), "has two tensors of one name; do not trust it");
                    }
                }
                default -> {}
            }
        }
    }

    private Node node(Message node, long at) {
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Map<String, Node.Attribute> attributes = new HashMap<>();
        String name = "";
        String op = "";
        while (node.next()) {
            switch (node.field()) {
                case 1 -> inputs.add(edge(node));
                case 2 -> outputs.add(edge(node));
                case 3 -> name = node.text(Limits.NAME);
                case 4 -> op = node.text(Limits.NAME);
                case 5 -> attribute(node.message(), attributes);
                default -> {}
            }
        }
        return new Node(at, name, op, inputs, outputs, attributes);
    }

    private String edge(Message node) {
        limits.atMost(Limits.EDGES, ++edges, node.begin(), "inputs and outputs");
        return node.text(Limits.NAME);
    }

    private void attribute(Message attribute, Map<String, Node.Attribute> into) {
        String name = "";
        Node.Attribute value = null;
        List<Long> wholes = new ArrayList<>();
        while (attribute.next()) {
            switch (attribute.field()) {
                case 1 -> name = attribute.text(Limits.NAME);
                case 2 -> value = new Node.Attribute.Real(attribute.single());
                case 3 -> value = new Node.Attribute.Whole(attribute.number());
                case 5 -> value = new Node.Attribute.Constant(tensor(attribute.message(), attribute.begin()));
                case 8 ->
                    attribute.numbers(number -> {
                        if (wholes.size() < Limits.RANK) {
                            wholes.add(number);
                        }
                    });
                default -> {}
            }
        }
        if (Node.SETTINGS.contains(name) && value != null) {
            into.put(name, value);
        } else if (Node.SETTINGS.contains(name) && !wholes.isEmpty()) {
            into.put(name, new Node.Attribute.Wholes(wholes));
        }
    }

    private Stored tensor(Message tensor, long at) {
        List<Long> shape = new ArrayList<>();
        Map<String, String> external = new HashMap<>();
        boolean outside = false;
        int type = 0;
        String name = "";
        Stored.Data data = new Stored.Data.None();
        while (tensor.next()) {
            switch (tensor.field()) {
                case 1 -> tensor.numbers(size -> size(shape, size, at));
                case 2 -> type = (int) tensor.number();
                case 8 -> name = tensor.text(Limits.NAME);
                case 4 -> data = data(data, new Stored.Data.Packed(tensor.piece(), DType.F32), at);
                case 5 -> data = data(data, new Stored.Data.Varints(tensor.piece()), at);
                case 9 -> data = data(data, new Stored.Data.Raw(tensor.piece()), at);
                case 10 -> data = data(data, new Stored.Data.Packed(tensor.piece(), DType.F64), at);
                case 13 -> {
                    limits.atMost(MOST_ENTRIES, external.size() + 1, at, "entries for one file beside it");
                    String[] entry = entry(tensor.message(), Limits.TENSOR_NAME, Limits.NAME);
                    external.put(entry[0], entry[1]);
                }
                case 14 -> outside = tensor.number() == EXTERNAL;
                default -> {}
            }
        }
        return new Stored(at, name, type, shape, outside ? new Stored.Data.External(external) : data);
    }

    private void size(List<Long> shape, long size, long at) {
        if (shape.size() == Limits.RANK) {
            throw limits.bad(Fault.RANK, at, "has a tensor of more than " + Limits.RANK + " dimensions");
        }
        if (size < 0) {
            throw limits.bad(Fault.OVERFLOW, at, "has a tensor with a dimension of " + size + "; do not trust it");
        }
        shape.add(size);
    }

    /** Writers of protocol buffers give a list in one piece and may leave empty ones in. */
    private Stored.Data data(Stored.Data before, Stored.Data next, long at) {
        if (before instanceof Stored.Data.None || isEmpty(before)) {
            return next;
        }
        if (isEmpty(next)) {
            return before;
        }
        throw limits.bad(
                Fault.UNSUPPORTED, at, "has the numbers of a tensor in several pieces; save it again with raw_data");
    }

    private static boolean isEmpty(Stored.Data data) {
        return data instanceof Stored.Data.Raw raw && raw.piece().length() == 0
                || data instanceof Stored.Data.Packed packed && packed.piece().length() == 0
                || data instanceof Stored.Data.Varints varints
                        && varints.piece().length() == 0;
    }
}
