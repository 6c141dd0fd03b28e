package io.github.resnet4j.zoo.weights.names;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.weights.names.LayerOrder.Outcome;
import io.github.resnet4j.zoo.weights.names.Naming.Named;
import io.github.resnet4j.zoo.weights.names.Naming.Reading;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keras layers with default names: {@code conv2d}, {@code conv2d_1}, {@code batch_normalization}, … {@code dense}.
 * {@link LayerOrder} finds out which is which, kind by kind. They may be in a model within the model, but all of one kind
 * in the same, as each model counts anew.
 */
final class KerasOrder {
    private static final String CONVENTION = "Keras, matched by order and shape";

    /** The kinds of layers that have tensors. */
    private enum Kind {
        CONVOLUTION("convolutions", "conv2d|convolution2d", Op.Convolution.class),
        BATCH_NORM("batch normalisations", "batch_?normalization(?:_v\\d)?", Op.BatchNorm.class),
        DENSE("dense layers", "dense", Op.Dense.class);

        private final String title;
        private final Pattern tensor;
        private final Class<? extends Op> op;

        Kind(String title, String name, Class<? extends Op> op) {
            this.title = title;
            this.tensor = Pattern.compile("(?<layer>(?<model>(?:[^./]+/)*)(?:" + name + ")(?:_(?<number>\\d{1,9}))?)\\."
                    + "(?<tensor>weight|bias|running_mean|running_var)");
            this.op = op;
        }

        /** What a layer of the file and one of the network must have in common; the classes may be others. */
        private List<Long> shape(List<Long> first) {
            return this == DENSE ? List.of() : first;
        }
    }

    /** @param model the models that the layer is nested in, {@code functional/} */
    private record Part(Kind kind, String model, String layer, int number, String tensor, Named named) {}

    private KerasOrder() {}

    /** Whether the layers of a file have no names of their own. */
    static boolean isNeeded(List<Named> tensors) {
        return tensors.stream().anyMatch(tensor -> tensor.layout() == WeightLayout.KERAS)
                && tensors.stream().allMatch(tensor -> part(tensor).isPresent());
    }

    private static Optional<Part> part(Named tensor) {
        for (Kind kind : Kind.values()) {
            Matcher name = kind.tensor.matcher(tensor.name());
            if (name.matches()) {
                String number = name.group("number");
                return Optional.of(new Part(
                        kind,
                        name.group("model"),
                        name.group("layer"),
                        number == null ? 0 : Integer.parseInt(number),
                        name.group("tensor"),
                        tensor));
            }
        }
        return Optional.empty();
    }

    /** The tensors by a network's names, or by their own, with a note that says why. */
    static Reading reading(List<Named> tensors, Network network) {
        List<Part> parts =
                tensors.stream().map(tensor -> part(tensor).orElseThrow()).toList();
        Map<String, Node> nodes = new HashMap<>();
        List<String> refusals = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            List<String> models = parts.stream()
                    .filter(part -> part.kind() == kind)
                    .map(Part::model)
                    .distinct()
                    .toList();
            if (models.size() > 1) {
                refusals.add(kind.title + ": they are in " + models.size() + " models, each with an order of its own");
                continue;
            }
            Outcome outcome = LayerOrder.assign(
                    network,
                    node -> kind.op.isInstance(node.op()),
                    layers(parts, kind),
                    node -> LayerOrder.Traits.of(kind.shape(node.slots().get(0).shape())));
            if (outcome instanceof Outcome.Assigned assigned) {
                nodes.putAll(assigned.nodes());
            } else if (outcome instanceof Outcome.Refused refused) {
                refusals.add(kind.title + ": " + refused.why());
            }
        }
        if (!refusals.isEmpty()) {
            String why = "the file does not name its layers, and order and shape are ambiguous: "
                    + String.join("; ", refusals);
            return Reading.of(CONVENTION, tensors, why)
                    .refused(why
                            + "; if its layers have names in Keras, load it there and call"
                            + " model.save(\"model.h5\"), which keeps"
                            + " them; or map the names with --map FILE");
        }
        return Reading.of(
                CONVENTION,
                parts.stream()
                        .map(part -> part.named().as(nodes.get(part.layer()).name() + "." + part.tensor()))
                        .toList(),
                "the file does not name its layers: matched by order and shape, which leave only one possibility");
    }

    private static List<LayerOrder.Layer> layers(List<Part> parts, Kind kind) {
        Map<String, Part> firsts = new LinkedHashMap<>();
        for (Part part : parts) {
            if (part.kind() == kind) {
                firsts.merge(part.layer(), part, (one, other) -> other.tensor().equals("weight") ? other : one);
            }
        }
        List<Part> order = new ArrayList<>(firsts.values());
        List<String> names = order.stream().map(Part::layer).toList();
        // In the order of the alphabet, conv2d_10 stands before conv2d_2; Keras counts in the order of the layers.
        if (names.equals(names.stream().sorted().toList())) {
            order.sort(Comparator.comparing(Part::number));
        }
        return order.stream()
                .map(part -> new LayerOrder.Layer(
                        part.layer(), kind.shape(part.named().torchShape())))
                .toList();
    }
}
