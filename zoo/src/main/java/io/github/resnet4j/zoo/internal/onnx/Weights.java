package io.github.resnet4j.zoo.internal.onnx;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.StateDict.Operation;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out which constants of a graph are weights, of what, and how PyTorch would call them. It goes through the nodes in
 * their order, which must be one in which they can be computed, and keeps what is known to be constant by name.
 */
final class Weights {
    /** How much larger than the file all tensors may be: nodes can give one tensor any number of names. */
    private static final int MAX_AMPLIFICATION = 2;

    private static final long SMALL = 1 << 20;
    private static final int MAX_LISTED = 3;
    private static final List<Long> EXCHANGED = List.of(1L, 0L);
    private static final Set<String> QUANTISED =
            Set.of("QLinearConv", "ConvInteger", "QLinearMatMul", "MatMulInteger", "DequantizeLinear", "QGemm");
    private static final String[] NORM = {"", "weight", "bias", "running_mean", "running_var"};
    private static final String WEIGHT = "weight";
    private static final String BIAS = "bias";

    private final Limits limits;
    private final Model model;
    private final ExternalFiles beside;
    private final Map<String, Constant> constants = new HashMap<>();
    private final Map<String, Integer> makers = new HashMap<>();
    private final Set<String> read = new HashSet<>();
    private final List<Layer> layers = new ArrayList<>();
    private final Map<String, Integer> uses = new HashMap<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, Constant> named = new HashMap<>();

    /** The places of the stored tensors that layers use. */
    private final Set<Long> used = new HashSet<>();

    private int renamed;

    /** A constant value, maybe a stored matrix with rows and columns exchanged. */
    private record Constant(Stored stored, boolean transposed) {
        Constant exchanged() {
            return new Constant(stored, !transposed);
        }
    }

    /** A constant under the name by which a node reads it. */
    private record Input(String value, Constant constant) {}

    /**
     * A node of the graph, and what it keeps.
     *
     * @param inputs the layers that it reads
     * @param weights by PyTorch's name of what they are to it
     */
    private record Layer(Node node, Operation.Kind kind, List<Integer> inputs, Map<String, Input> weights) {}

    private Weights(Limits limits, Model model) {
        this.limits = limits;
        this.model = model;
        this.beside = new ExternalFiles(limits);
    }

    static StateDict of(Limits limits, Model model) {
        return new Weights(limits, model).stateDict();
    }

    private StateDict stateDict() {
        model.constants().forEach((name, stored) -> constants.put(name, new Constant(stored, false)));
        model.nodes().forEach(this::node);
        layers.forEach(layer -> layer.weights().values().forEach(input -> uses.merge(input.value(), 1, Integer::sum)));
        List<Operation> operations = layers.stream().map(this::operation).toList();
        List<String> notes = new ArrayList<>();
        if (renamed > 0) {
            notes.add("named " + renamed + " tensors, whose names the exporter lost, after the nodes that use them");
        }
        others().ifPresent(notes::add);
        if (tensors.isEmpty()) {
            throw limits.bad(
                    Fault.NOT_STATE_DICT,
                    0,
                    "has no weights: none of its " + model.nodes().size()
                            + " nodes is a convolution, batch normalisation or dense layer with constant weights");
        }
        requireRoom();
        return new StateDict(limits.file().path(), WeightFormat.ONNX, tensors, model.metadata(), notes, operations);
    }

    private void node(Node node) {
        if (QUANTISED.contains(node.op())) {
            throw limits.bad(
                    Fault.UNSUPPORTED,
                    node.at(),
                    "is quantised (" + node.op() + "): its weights are approximations; use the model before it was"
                            + " quantised");
        }
        Optional<Constant> constant = constant(node);
        for (String output : node.outputs()) {
            if (!output.isEmpty()) {
                define(node, output);
            }
        }
        if (constant.isPresent()) {
            constants.put(node.outputs().get(0), constant.get());
        } else {
            layer(node);
        }
    }

    /** Every value is made once, and before it is read: then there are no loops. */
    private void define(Node node, String output) {
        if (read.contains(output) || node.inputs().contains(output)) {
            throw limits.bad(
                    Fault.CYCLE,
                    node.at(),
                    "has a node that makes " + Printable.brief(output)
                            + ", which it or an earlier one reads; do not trust it");
        }
        if (constants.containsKey(output) || makers.putIfAbsent(output, layers.size()) != null) {
            throw limits.bad(
                    Fault.DUP_NAME,
                    node.at(),
                    "has two values of the name " + Printable.brief(output) + "; do not trust it");
        }
    }

    /** What a node gives if it gives a constant without computing anything. */
    private Optional<Constant> constant(Node node) {
        if (node.outputs().size() != 1 || node.outputs().get(0).isEmpty()) {
            return Optional.empty();
        }
        Optional<Constant> input = Optional.ofNullable(constants.get(node.input(0)));
        return switch (node.op()) {
            case "Identity" -> input;
            case "Transpose" ->
                input.filter(value -> value.stored().shape().size() == 2
                                && node.attributes().get("perm") instanceof Node.Attribute.Wholes perm
                                && perm.values().equals(EXCHANGED))
                        .map(Constant::exchanged);
            case "Constant" ->
                node.attributes().get("value") instanceof Node.Attribute.Constant value
                        ? Optional.of(
                                new Constant(value.tensor().named(node.outputs().get(0)), false))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    private void layer(Node node) {
        List<Integer> inputs = new ArrayList<>();
        for (String input : node.inputs()) {
            if (makers.containsKey(input) && !constants.containsKey(input)) {
                inputs.add(makers.get(input));
            }
            read.add(input);
        }
        Map<String, Input> weights = new LinkedHashMap<>();
        Operation.Kind kind =
                switch (node.op()) {
                    case "Conv" -> {
                        take(weights, WEIGHT, node, 1);
                        take(weights, BIAS, node, 2);
                        yield Operation.Kind.CONVOLUTION;
                    }
                    case "BatchNormalization" -> {
                        for (int i = 1; i < NORM.length; i++) {
                            take(weights, NORM[i], node, i);
                        }
                        yield Operation.Kind.BATCH_NORM;
                    }
                    case "Gemm" -> gemm(weights, node);
                    case "MatMul" -> matrix(weights, node, true);
                    case "PRelu" -> {
                        take(weights, WEIGHT, node, 1);
                        weights.replaceAll((role, slopes) -> ofChannels(slopes));
                        yield Operation.Kind.OTHER;
                    }
                    case "Add" -> {
                        addition(node);
                        yield Operation.Kind.OTHER;
                    }
                    default -> Operation.Kind.OTHER;
                };
        layers.add(new Layer(node, weights.isEmpty() ? Operation.Kind.OTHER : kind, inputs, weights));
    }

    private void take(Map<String, Input> weights, String role, Node node, int place) {
        Constant constant = constants.get(node.input(place));
        if (constant != null) {
            weights.put(role, new Input(node.input(place), constant));
        }
    }

    /** In ONNX a slope for each channel has sizes of 1 behind the channels', to be spread over an image. */
    private static Input ofChannels(Input slopes) {
        Stored stored = slopes.constant().stored();
        List<Long> shape = stored.shape();
        boolean spread =
                shape.size() > 1 && shape.subList(1, shape.size()).stream().allMatch(size -> size == 1);
        return spread ? new Input(slopes.value(), new Constant(stored.shaped(shape.subList(0, 1)), false)) : slopes;
    }

    private Operation.Kind gemm(Map<String, Input> weights, Node node) {
        boolean plain = node.real("alpha", 1) == 1 && node.real("beta", 1) == 1 && node.whole("transA", 0) == 0;
        if (!plain && constants.containsKey(node.input(1))) {
            throw limits.bad(
                    Fault.UNSUPPORTED,
                    node.at(),
                    "has a dense layer that scales or transposes what it reads (Gemm with alpha, beta or transA);"
                            + " export it again");
        }
        matrix(weights, node, node.whole("transB", 0) == 0);
        take(weights, BIAS, node, 2);
        return Operation.Kind.DENSE;
    }

    /** A dense layer's matrix: out × in in PyTorch, and in ONNX unless it says {@code transB}, in × out. */
    private Operation.Kind matrix(Map<String, Input> weights, Node node, boolean exchanged) {
        Constant matrix = constants.get(node.input(1));
        if (matrix != null && matrix.stored().shape().size() == 2) {
            weights.put(WEIGHT, new Input(node.input(1), exchanged ? matrix.exchanged() : matrix));
        }
        return Operation.Kind.DENSE;
    }

    /** A vector added to what a matrix gives is its bias. */
    private void addition(Node node) {
        for (int i = 0; i < 2 && node.inputs().size() == 2; i++) {
            Constant vector = constants.get(node.input(i));
            Integer other = makers.get(node.input(1 - i));
            if (vector != null && vector.stored().shape().size() == 1 && other != null && other < layers.size()) {
                Layer dense = layers.get(other);
                if (dense.kind() == Operation.Kind.DENSE && dense.node().op().equals("MatMul")) {
                    dense.weights().putIfAbsent(BIAS, new Input(node.input(i), vector));
                }
            }
        }
    }

    private Operation operation(Layer layer) {
        Map<String, String> names = new LinkedHashMap<>();
        if (isNoLayer(layer)) {
            return new Operation(
                    Operation.Kind.OTHER, layer.inputs(), names, layer.node().op(), Map.of());
        }
        layer.weights().forEach((role, input) -> {
            String name = name(layer.node(), role, input);
            used.add(input.constant().stored().at());
            if (named.putIfAbsent(name, input.constant()) == null) {
                tensors.put(name, tensor(input.constant()));
            }
            names.put(role, name);
        });
        return new Operation(
                layer.kind(),
                layer.inputs(),
                names,
                layer.node().op(),
                layer.node().computation());
    }

    /** Whether it multiplies by a matrix that is no layer's: uneven pooling is written so, for example. */
    private static boolean isNoLayer(Layer layer) {
        Input matrix = layer.weights().get(WEIGHT);
        return layer.node().op().equals("MatMul")
                && matrix != null
                && !layer.weights().containsKey(BIAS)
                && !matrix.value().endsWith("." + WEIGHT);
    }

    /** The tensor's own name if it is one, else one after the module that uses it. */
    private String name(Node node, String role, Input input) {
        String own = input.value();
        String module = ModuleName.of(node.name());
        boolean good = own.endsWith("." + role) && uses.get(own) == 1;
        String better = module + "." + role;
        boolean taken = named.containsKey(better) && !named.get(better).equals(input.constant());
        if (good || module.isEmpty() || taken) {
            if (named.containsKey(own) && !named.get(own).equals(input.constant())) {
                throw limits.bad(Fault.DUP_NAME, own, "has two tensors of one name; do not trust it");
            }
            return checked(own);
        }
        renamed += better.equals(own) ? 0 : 1;
        return checked(better);
    }

    private String checked(String name) {
        if (name.getBytes(StandardCharsets.UTF_8).length > Limits.TENSOR_NAME
                || name.chars().anyMatch(Character::isISOControl)) {
            throw limits.bad(
                    Fault.NAME,
                    name,
                    "has a tensor whose name is longer than " + Limits.TENSOR_NAME
                            + " bytes or has control characters; do not trust it");
        }
        return name;
    }

    private Tensor tensor(Constant constant) {
        Tensor tensor = constant.stored().tensor(limits, beside);
        return constant.transposed() ? HeldElements.transposed(limits, constant.stored(), tensor) : tensor;
    }

    /**
     * Takes the stored tensors that no layer has used and says which were left out: numbers for other operations, such as
     * the sizes of a pooling or the mean of images, unless they have the names of weights.
     */
    private Optional<String> others() {
        List<String> left = new ArrayList<>();
        model.constants().forEach((name, stored) -> {
            boolean weights = stored.hasFractions()
                    && !stored.shape().isEmpty()
                    && !ModuleName.isMadeUp(name)
                    && (!read.contains(name) || ModuleName.isOfWeights(name));
            if (used.contains(stored.at())) {
                return;
            }
            if (weights && !named.containsKey(name)) {
                tensors.put(checked(name), stored.tensor(limits, beside));
            } else if (stored.hasFractions()) { // whole numbers are shapes and axes, which nobody takes for weights
                left.add(name);
            }
        });
        return left.isEmpty()
                ? Optional.empty()
                : Optional.of("left out " + left.size() + (left.size() == 1 ? " constant" : " constants")
                        + " that no layer has as weights: "
                        + Printable.brief(String.join(", ", left.subList(0, Math.min(MAX_LISTED, left.size()))))
                        + (left.size() > MAX_LISTED ? ", …" : ""));
    }

    /** @throws io.github.resnet4j.zoo.weights.BadWeightsException if names make much more of a file than there is */
    private void requireRoom() {
        long stored = limits.file().size() + beside.bytes();
        long room = MAX_AMPLIFICATION * stored + SMALL;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            room -= Math.min(entry.getValue().bytes(), room + 1);
            if (room < 0) {
                throw limits.bad(
                        Fault.AMPLIFY,
                        entry.getKey(),
                        "gives the same numbers so many names that its tensors are more than " + MAX_AMPLIFICATION
                                + " times as large as the file; do not trust it");
            }
        }
    }
}
