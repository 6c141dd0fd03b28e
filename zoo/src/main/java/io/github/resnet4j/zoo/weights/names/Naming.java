package io.github.resnet4j.zoo.weights.names;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Place;
import io.github.resnet4j.zoo.weights.Printable;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The tensors of a file under all names that they may go by. A user's rules come first; then prefixes that all other names
 * have in common are taken off; then tensors of Keras layers get PyTorch's names; then a convention for layers applies as
 * a whole, whichever gives a network most of its names.
 */
public final class Naming {
    private final List<Named> tensors;
    private final List<Reading> readings;
    private final Map<String, String> leftOut;
    private final List<String> notes;

    /**
     * A tensor and its name.
     *
     * @param source its name in the file
     * @param name its name in the zoo, as far as one is known
     * @param layout in which order its dimensions stand
     * @param tensor itself
     */
    public record Named(String source, String name, Layout layout, Tensor tensor) {
        /** Its shape as PyTorch would have it. */
        public List<Long> torchShape() {
            return layout.torchShape(tensor.shape());
        }

        Named as(String other) {
            return new Named(source, other, layout, tensor);
        }
    }

    /**
     * All tensors of a file, named in one way.
     *
     * @param convention whose names the file has
     * @param tensors by distinct names, in the file's order
     * @param notes what is special about this, one sentence each
     */
    public record Reading(String convention, List<Named> tensors, List<String> notes) {
        public Reading {
            tensors = List.copyOf(tensors);
            notes = List.copyOf(notes);
        }

        private long hits(Set<String> wanted) {
            return tensors.stream()
                    .filter(tensor -> wanted.contains(tensor.name()))
                    .count();
        }
    }

    private Naming(List<Named> tensors, Map<String, String> leftOut, List<String> notes) {
        this.tensors = List.copyOf(tensors);
        this.leftOut = leftOut;
        this.notes = List.copyOf(notes);
        this.readings = readings(tensors);
    }

    /**
     * The names of a file's tensors.
     *
     * @param file with tensors
     * @param user rules that come before the built-in ones
     * @throws BadNameMapException if a rule does not work out
     * @throws BadWeightsException with {@link Fault#MISMATCH} if two tensors get the same name
     */
    public static Naming of(StateDict file, NameMapping user) {
        NameMapping.Renamed mapped = user.rename(file.tensors().keySet());
        List<String> notes = new ArrayList<>();
        Map<String, String> leftOut = new LinkedHashMap<>();
        mapped.dropped().forEach((name, line) -> leftOut.put(name, "left out by " + user.line(line)));
        mapped.unused().forEach(line -> notes.add(user.line(line) + " matched no tensor"));
        List<String> others = file.tensors().keySet().stream()
                .filter(name -> !mapped.renamed().containsKey(name) && !leftOut.containsKey(name))
                .toList();
        String prefix = commonPrefix(others);
        if (!prefix.isEmpty()) {
            notes.add("took the prefix " + prefix + " off");
        }
        List<Named> tensors = new ArrayList<>();
        Map<String, String> sources = new HashMap<>();
        file.tensors().forEach((source, tensor) -> {
            if (leftOut.containsKey(source)) {
                return;
            }
            String renamed = mapped.renamed().get(source);
            String layer = renamed == null ? source.substring(prefix.length()) : renamed;
            boolean keras = NameTable.isKerasKernel(source) || NameTable.isKerasKernel(layer);
            String name = NameTable.KERAS_TENSORS.rename(layer);
            String other = sources.putIfAbsent(name, source);
            if (other != null) {
                throw new BadWeightsException(
                        file.file(),
                        file.format(),
                        Fault.MISMATCH,
                        new Place.Named(source),
                        "has two tensors for " + Printable.text(name) + ": " + Printable.text(other) + " and "
                                + Printable.text(source) + "; leave one of them out with a rule");
            }
            tensors.add(new Named(source, name, keras ? Layout.KERAS : Layout.TORCH, tensor));
        });
        return new Naming(tensors, Collections.unmodifiableMap(leftOut), notes);
    }

    private static String commonPrefix(List<String> names) {
        String common = "";
        while (true) {
            String taken = common;
            List<String> more = NameTable.PREFIXES.stream()
                    .map(prefix -> taken + prefix)
                    .filter(prefix -> !names.isEmpty()
                            && names.stream()
                                    .allMatch(name -> name.startsWith(prefix) && name.length() > prefix.length()))
                    .toList();
            if (more.isEmpty()) {
                return common;
            }
            common = more.get(0);
        }
    }

    private static List<Reading> readings(List<Named> tensors) {
        List<String> names = tensors.stream().map(Named::name).toList();
        List<Reading> readings = new ArrayList<>();
        for (Convention convention : NameTable.LAYERS) {
            convention
                    .rename(names)
                    .ifPresent(renamed -> readings.add(new Reading(
                            convention.title(),
                            tensors.stream()
                                    .map(tensor -> tensor.as(renamed.get(tensor.name())))
                                    .toList(),
                            List.of())));
        }
        return List.copyOf(readings);
    }

    /** The reading that gives most names of a network. */
    public Reading reading(Network network) {
        if (KerasOrder.isNeeded(tensors)) {
            return KerasOrder.reading(tensors, network);
        }
        Set<String> wanted = network.slots().stream().map(Slot::name).collect(Collectors.toSet());
        Reading best = readings.get(0);
        for (Reading reading : readings) {
            best = reading.hits(wanted) > best.hits(wanted) ? reading : best;
        }
        return best;
    }

    /** What is left out on purpose: why, by names in the file. */
    public Map<String, String> leftOut() {
        return leftOut;
    }

    /** What was done to all names, and what a user's rules did not do, one sentence each. */
    public List<String> notes() {
        return notes;
    }

    /** Parts of networks that the zoo does not have and the names betray. */
    public List<String> foreign() {
        return NameTable.FOREIGN.stream()
                .filter(part -> tensors.stream()
                        .anyMatch(tensor -> part.name().matcher(tensor.name()).matches()))
                .map(NameTable.Foreign::what)
                .toList();
    }
}
