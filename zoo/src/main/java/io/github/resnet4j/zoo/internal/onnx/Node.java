package io.github.resnet4j.zoo.internal.onnx;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A node of the graph: a {@code NodeProto}.
 *
 * @param at where it is in the file
 * @param name for people, and of PyTorch's nodes the module they are in: {@code /layer1/layer1.0/conv1/Conv}
 * @param op what it computes: {@code Conv}
 * @param inputs names of the values it reads; empty for one that is left out
 * @param outputs names of the values it makes
 * @param attributes the {@link #SETTINGS} it has
 */
record Node(
        long at, String name, String op, List<String> inputs, List<String> outputs, Map<String, Attribute> attributes) {

    /** What a layer computes with its weights. */
    private static final Set<String> COMPUTATION = Set.of("strides", "dilations", "epsilon");

    /** The attributes that matter for weights: of dense layers, of Transpose and of Constant; and those of layers. */
    static final Set<String> SETTINGS = Stream.concat(
                    COMPUTATION.stream(), Stream.of("alpha", "beta", "transA", "transB", "perm", "value"))
            .collect(Collectors.toUnmodifiableSet());

    /** The value of one. */
    sealed interface Attribute {
        record Whole(long value) implements Attribute {}

        record Real(float value) implements Attribute {}

        record Wholes(List<Long> values) implements Attribute {
            public Wholes {
                values = List.copyOf(values);
            }
        }

        record Constant(Stored tensor) implements Attribute {}
    }

    Node {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        attributes = Map.copyOf(attributes);
    }

    /** The name of an input, empty if the node has none at this place. */
    String input(int place) {
        return place < inputs.size() ? inputs.get(place) : "";
    }

    long whole(String attribute, long otherwise) {
        return attributes.get(attribute) instanceof Attribute.Whole whole ? whole.value() : otherwise;
    }

    /** The numbers that change what a layer computes with its weights. */
    Map<String, List<Double>> computation() {
        Map<String, List<Double>> numbers = new HashMap<>();
        for (String name : COMPUTATION) {
            Attribute value = attributes.get(name);
            if (value instanceof Attribute.Wholes wholes) {
                numbers.put(
                        name, wholes.values().stream().map(Long::doubleValue).toList());
            } else if (value instanceof Attribute.Real real) {
                numbers.put(name, List.of((double) real.value()));
            }
        }
        return numbers;
    }

    float real(String attribute, float otherwise) {
        return attributes.get(attribute) instanceof Attribute.Real real ? real.value() : otherwise;
    }
}
