package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.weights.names.Naming.Named;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Grouped convolutions for a network that writes their groups as paths ({@link
 * io.github.resnet4j.zoo.family.ResNetSpec.Form}): tensor {@code conv2.7.weight} is the part of {@code conv2.weight} that
 * belongs to the eighth of them.
 */
final class Paths {
    private static final Pattern OF_PATH = Pattern.compile("(.+)\\.(\\d{1,4})(\\.\\w+)");

    private Paths() {}

    /**
     * The same tensors, those in parts that the network lacks and has all the parts of, in equal ones along the only
     * dimension that differs.
     *
     * @param tensors by name, in the file's order
     */
    static Map<String, Named> cut(Map<String, Named> tensors, Network network) {
        Map<String, List<Slot>> paths = new LinkedHashMap<>();
        Set<String> names = new HashSet<>();
        for (Slot slot : network.slots()) {
            names.add(slot.name());
            Matcher path = OF_PATH.matcher(slot.name());
            if (path.matches()) {
                List<Slot> parts = paths.computeIfAbsent(path.group(1) + path.group(3), whole -> new ArrayList<>());
                if (Integer.parseInt(path.group(2)) == parts.size()) {
                    parts.add(slot);
                }
            }
        }
        Map<String, Named> cut = new LinkedHashMap<>();
        tensors.forEach((name, whole) -> {
            List<Slot> parts = names.contains(name) ? List.of() : paths.getOrDefault(name, List.of());
            OptionalInt axis = axis(whole, parts);
            if (axis.isEmpty() || parts.stream().anyMatch(part -> tensors.containsKey(part.name()))) {
                cut.put(name, whole);
                return;
            }
            for (int i = 0; i < parts.size(); i++) {
                String part = parts.get(i).name();
                cut.put(
                        part,
                        new Named(
                                whole.source(),
                                part,
                                whole.layout(),
                                whole.tensor().part(axis.getAsInt(), i, parts.size()),
                                whole.made()));
            }
        });
        return cut;
    }

    /** The dimension along which the parts make up the whole, if there are several parts and that is so. */
    private static OptionalInt axis(Named whole, List<Slot> parts) {
        List<Long> shape = whole.tensor().shape();
        if (parts.size() < 2 || whole.layout().reordered(shape)) {
            return OptionalInt.empty();
        }
        for (int axis = 0; axis < shape.size(); axis++) {
            List<Long> part = new ArrayList<>(shape);
            part.set(axis, shape.get(axis) / parts.size());
            if (shape.get(axis) % parts.size() == 0
                    && parts.stream().allMatch(slot -> slot.shape().equals(part))) {
                return OptionalInt.of(axis);
            }
        }
        return OptionalInt.empty();
    }
}
