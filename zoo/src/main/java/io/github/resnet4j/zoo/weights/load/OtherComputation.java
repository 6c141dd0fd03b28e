package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.network.Window;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.StateDict.Operation;
import io.github.resnet4j.zoo.weights.names.Naming.Named;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a file's graph computes with its weights, and the network that they fit does not: another step of a convolution,
 * another activation. The shapes of the tensors do not show it. Only the network's own layers are ever computed.
 */
final class OtherComputation {
    /** By their names in ONNX, and the network's operation if there is one. Those behind the last layer are not looked at. */
    private static final Map<String, Optional<Class<? extends Op>>> ACTIVATIONS = new TreeMap<>(Map.of(
            "LeakyRelu", Optional.of(Op.LeakyRelu.class),
            "PRelu", Optional.of(Op.Prelu.class),
            "Tanh", Optional.of(Op.Tanh.class),
            "Sigmoid", Optional.of(Op.Sigmoid.class),
            "Elu", Optional.empty(),
            "Selu", Optional.empty(),
            "Celu", Optional.empty(),
            "Softplus", Optional.empty(),
            "HardSwish", Optional.empty(),
            "HardSigmoid", Optional.empty()));

    private static final Set<String> POOLS = Set.of("MaxPool", "AveragePool");

    /** Files hold it in single precision. */
    private static final double SAME_EPSILON = 1e-4;

    private final StateDict file;
    private final Network network;
    private final Map<String, Op> users = new HashMap<>();

    private OtherComputation(StateDict file, Network network, Map<Slot, Named> assigned) {
        this.file = file;
        this.network = network;
        assigned.forEach((slot, tensor) -> {
            if (tensor.made().isEmpty()) {
                users.put(tensor.source(), slot.node().op());
            }
        });
    }

    /** A warning, if there is anything. */
    static Optional<String> of(StateDict file, Network network, Map<Slot, Named> assigned) {
        OtherComputation other = new OtherComputation(file, network, assigned);
        return other.ofLayers()
                .or(other::ofOthers)
                .map(difference -> "warning: the file's graph computes something else than " + network.name() + ": "
                        + difference + "; its results here are not those of the file");
    }

    private Optional<String> ofLayers() {
        for (Operation operation : file.graph()) {
            String weight = operation.tensors().getOrDefault("weight", "");
            Optional<String> difference =
                    Optional.ofNullable(users.get(weight)).flatMap(op -> difference(operation, op));
            if (difference.isPresent()) {
                return difference.map(text -> "the layer of " + weight + " has " + text);
            }
        }
        return Optional.empty();
    }

    private Optional<String> difference(Operation operation, Op op) {
        if (op instanceof Op.Convolution convolution && operation.kind() == Operation.Kind.CONVOLUTION) {
            Window.Axis rows = convolution.window().rows();
            Window.Axis columns = convolution.window().columns();
            return unlike(operation, "strides", rows.stride(), columns.stride())
                    .or(() -> unlike(operation, "dilations", rows.dilation(), columns.dilation()));
        }
        if (op instanceof Op.BatchNorm norm && operation.kind() == Operation.Kind.BATCH_NORM) {
            double epsilon =
                    operation.settings().getOrDefault("epsilon", List.of(1e-5)).get(0);
            return Math.abs(epsilon - norm.eps()) <= SAME_EPSILON * norm.eps()
                    ? Optional.empty()
                    : Optional.of("epsilon " + plain(epsilon) + " where the network has " + plain(norm.eps()));
        }
        return Optional.empty();
    }

    private static String plain(double epsilon) {
        return new BigDecimal(String.valueOf((float) epsilon))
                .stripTrailingZeros()
                .toPlainString();
    }

    private static Optional<String> unlike(Operation operation, String setting, int rows, int columns) {
        List<Double> given = operation.settings().getOrDefault(setting, List.of(1.0, 1.0));
        return given.size() != 2 || given.equals(List.of((double) rows, (double) columns))
                ? Optional.empty()
                : Optional.of(setting + " " + whole(given.get(0)) + "×" + whole(given.get(1))
                        + " where the network has " + rows + "×" + columns);
    }

    private static String whole(double number) {
        return String.valueOf((long) number);
    }

    private Optional<String> ofOthers() {
        List<String> names =
                file.graph().stream().limit(lastLayer()).map(Operation::name).toList();
        if (names.stream().allMatch(String::isEmpty)) {
            return Optional.empty(); // only some formats hold a graph
        }
        for (Map.Entry<String, Optional<Class<? extends Op>>> activation : ACTIVATIONS.entrySet()) {
            boolean known = activation.getValue().map(this::has).orElse(false);
            if (names.contains(activation.getKey()) && !known) {
                return Optional.of("it has " + activation.getKey() + ", which the network lacks");
            }
        }
        if (!names.contains("Add") && !names.contains("Sum") && has(Op.Add.class)) {
            return Optional.of("it has no Add for the shortcuts of the network");
        }
        if (names.stream().anyMatch(POOLS::contains) && !names.contains("MaxPool") && has(Op.MaxPool.class)) {
            return Optional.of("it has AveragePool where the network has MaxPool");
        }
        return Optional.empty();
    }

    private boolean has(Class<? extends Op> kind) {
        return network.nodes().stream().anyMatch(node -> kind.isInstance(node.op()));
    }

    private int lastLayer() {
        int last = 0;
        for (int i = 0; i < file.graph().size(); i++) {
            last = file.graph().get(i).tensors().isEmpty() ? last : i + 1;
        }
        return last;
    }
}
