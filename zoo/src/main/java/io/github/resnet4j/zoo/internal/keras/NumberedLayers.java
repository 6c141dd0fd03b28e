package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Files of Keras 3, where groups follow the attributes of the model's objects ({@code layers/conv2d_1/vars/0}) and
 * weights have numbers.
 */
final class NumberedLayers {
    private static final String VARS = "vars";

    /** The lists of a model's layers: they are in all ways, and in no name. */
    private static final Set<String> LISTS = Set.of("layers", "_layer_checkpoint_dependencies");

    /** What is no part of a network's weights. */
    private static final List<String> STATES = List.of("optimizer", "seed_generator");

    private static final List<String> BATCH_NORM = List.of("gamma", "beta", "moving_mean", "moving_variance");

    private final Tensors tensors;
    private final Set<Long> seen = new HashSet<>();
    private boolean numbers;
    private boolean unnamed;

    private NumberedLayers(Tensors tensors) {
        this.tensors = tensors;
    }

    /** A name by what comes before the number at its end, and the number: -1 if there is none. */
    private record Key(String kind, int number, String name) implements Comparable<Key> {
        private static final int DIGITS = 9;

        static Key of(String name) {
            int end = name.length();
            int at = end;
            while (at > 0 && end - at < DIGITS && Character.digit(name.charAt(at - 1), 10) >= 0) {
                at--;
            }
            int number = at == end ? -1 : Integer.parseInt(name.substring(at));
            boolean underscore = at > 0 && at < end && name.charAt(at - 1) == '_';
            return new Key(name.substring(0, underscore ? at - 1 : at), number, name);
        }

        @Override
        public int compareTo(Key other) {
            int kinds = kind.compareTo(other.kind);
            return kinds != 0 ? kinds : Integer.compare(number, other.number);
        }
    }

    /** {@code conv2d}, {@code conv2d_1}, {@code conv2d_2}... {@code conv2d_10}. */
    private static List<String> ordered(HdfNode group) {
        return group.names().stream().map(Key::of).sorted().map(Key::name).toList();
    }

    /** Reads all weights of all layers. */
    static void read(HdfNode root, Tensors tensors) {
        NumberedLayers layers = new NumberedLayers(tensors);
        layers.walk(root, "");
        if (layers.unnamed) {
            tensors.note("ordered the layers by kind and number, as the file does not record their order");
        }
        if (layers.numbers) {
            tensors.note("kept the numbers of weights whose names the file does not record");
        }
    }

    /** Reads a group and those in it: never deeper than ways may be. */
    private void walk(HdfNode group, String name) {
        if (!seen.add(group.address())) {
            throw tensors.hostile(Fault.CYCLE, name, "has a group under two names");
        }
        Map<String, HdfNode> children = new LinkedHashMap<>();
        for (String child : ordered(group)) {
            HdfNode node = group.child(child).orElseThrow();
            if (child.equals(VARS)) {
                layer(node, name);
            } else if (!node.isArray() && STATES.stream().noneMatch(child::startsWith)) {
                children.put(child, node);
            }
        }
        Map<String, String> labels = labels(children);
        children.forEach((child, node) -> {
            String below = joined(name, labels.get(child));
            walk(node, below.isEmpty() ? below : tensors.checked(below));
        });
    }

    /** What to call the objects in a group: as the model does if it tells all their names, else as the file does. */
    private Map<String, String> labels(Map<String, HdfNode> children) {
        Map<String, String> labels = new LinkedHashMap<>();
        children.forEach((child, node) ->
                labels.put(child, LISTS.contains(child) ? "" : ownName(node).orElse(child)));
        boolean ambiguous = new HashSet<>(labels.values()).size() < labels.size();
        if (ambiguous) {
            labels.replaceAll((child, label) -> LISTS.contains(child) ? "" : child);
        }
        unnamed |= children.values().stream()
                .anyMatch(
                        node -> hasWeights(node) && (ambiguous || ownName(node).isEmpty()));
        return labels;
    }

    private static Optional<String> ownName(HdfNode layer) {
        return layer.child(VARS)
                .flatMap(vars -> vars.attributes().texts("name"))
                .filter(texts -> texts.size() == 1)
                .map(texts -> texts.get(0));
    }

    private static boolean hasWeights(HdfNode layer) {
        return layer.child(VARS).filter(vars -> !vars.names().isEmpty()).isPresent();
    }

    private void layer(HdfNode vars, String layer) {
        List<String> names = ordered(vars);
        Map<String, Tensor> weights = new LinkedHashMap<>();
        for (String name : names) {
            weights.put(name, vars.child(name).orElseThrow().tensor(joined(layer, name)));
        }
        List<String> roles = roles(new ArrayList<>(weights.values()), names);
        numbers |= !roles.isEmpty() && roles.equals(names);
        for (int i = 0; i < names.size(); i++) {
            tensors.add(tensors.checked(joined(layer, roles.get(i))), weights.get(names.get(i)));
        }
    }

    /** What the weights of a layer are, by their number and ranks; their own names where that does not tell. */
    static List<String> roles(List<Tensor> weights, List<String> names) {
        List<Integer> ranks =
                weights.stream().map(weight -> weight.shape().size()).toList();
        boolean numbered = true;
        for (int i = 0; i < names.size(); i++) {
            numbered &= names.get(i).equals(Integer.toString(i));
        }
        if (!numbered || weights.isEmpty()) {
            return names;
        }
        boolean kernel = ranks.get(0) == 2 || ranks.get(0) == 4;
        if (kernel && ranks.size() == 1) {
            return List.of("kernel");
        }
        if (kernel && ranks.size() == 2 && ranks.get(1) == 1) {
            return List.of("kernel", "bias");
        }
        boolean oneShape = weights.stream().map(Tensor::shape).distinct().count() == 1;
        return ranks.equals(List.of(1, 1, 1, 1)) && oneShape ? BATCH_NORM : names;
    }

    private static String joined(String layer, String name) {
        return layer.isEmpty() ? name : name.isEmpty() ? layer : layer + "/" + name;
    }
}
