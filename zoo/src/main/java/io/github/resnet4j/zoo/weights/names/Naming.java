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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors of a file under all names that they may go by. A user's rules come first; then prefixes that all other names
 * have in common are taken off; then tensors of Keras layers get PyTorch's names; then a convention for layers applies as
 * a whole, whichever gives a network most of its names.
 */
public final class Naming {
    /** More than twice as many as the largest network of the zoo has with PyTorch's counters, resnet1202. */
    private static final int MAX_TENSORS = 1 << 14;

    private final List<Named> tensors;
    private final List<Reading> readings;
    private final boolean unnamed;
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
            return other.equals(name) ? this : new Named(source, other, layout, tensor);
        }
    }

    /**
     * All tensors of a file, named in one way.
     *
     * @param convention whose names the file has
     * @param tensors by name, in the file's order
     * @param notes what is special about this, one sentence each
     */
    public record Reading(String convention, Map<String, Named> tensors, List<String> notes) {
        public Reading {
            tensors = Collections.unmodifiableMap(tensors);
            notes = List.copyOf(notes);
        }

        static Reading of(String convention, List<Named> tensors, String... notes) {
            Map<String, Named> byName = new LinkedHashMap<>();
            tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
            return new Reading(convention, byName, List.of(notes));
        }

        private long hits(List<Slot> slots) {
            return slots.stream()
                    .filter(slot -> tensors.containsKey(slot.name()))
                    .count();
        }
    }

    private Naming(List<Named> tensors, Map<String, String> leftOut, List<String> notes) {
        this.tensors = List.copyOf(tensors);
        this.leftOut = leftOut;
        this.notes = List.copyOf(notes);
        this.readings = readings(tensors);
        this.unnamed = KerasOrder.isNeeded(tensors);
    }

    /**
     * The names of a file's tensors.
     *
     * @param file with tensors
     * @param user rules that come before the built-in ones
     * @throws BadNameMapException if a rule does not work out
     * @throws BadWeightsException with {@link Fault#MISMATCH} if two tensors get the same name, or there are too many for
     *     any network
     */
    public static Naming of(StateDict file, NameMapping user) {
        if (file.tensors().size() > MAX_TENSORS) {
            throw new BadWeightsException(
                    file.file(),
                    file.format(),
                    Fault.MISMATCH,
                    Place.WHOLE,
                    "has " + file.tensors().size()
                            + " tensors, far more than any network of the zoo; use another file");
        }
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
        List<String> sources = file.tensors().keySet().stream()
                .filter(source -> !leftOut.containsKey(source))
                .toList();
        List<String> layers = sources.stream()
                .map(source -> mapped.renamed().getOrDefault(source, source.substring(prefix.length())))
                .toList();
        List<String> torch = NameTable.KERAS_TENSORS.rename(layers);
        List<Named> tensors = new ArrayList<>();
        Map<String, String> taken = new HashMap<>();
        for (int i = 0; i < sources.size(); i++) {
            String source = sources.get(i);
            String other = taken.putIfAbsent(torch.get(i), source);
            if (other != null) {
                throw new BadWeightsException(
                        file.file(),
                        file.format(),
                        Fault.MISMATCH,
                        new Place.Named(source),
                        "has two tensors for " + Printable.text(torch.get(i)) + ": " + Printable.text(other) + " and "
                                + Printable.text(source) + "; leave one of them out with a rule");
            }
            boolean keras = NameTable.isKerasKernel(source) || NameTable.isKerasKernel(layers.get(i));
            tensors.add(new Named(
                    source,
                    torch.get(i),
                    keras ? Layout.KERAS : Layout.TORCH,
                    file.tensors().get(source)));
        }
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

    /** A convention that changes no name is none. */
    private static List<Reading> readings(List<Named> tensors) {
        List<String> names = tensors.stream().map(Named::name).toList();
        List<Reading> readings = new ArrayList<>();
        for (Convention convention : NameTable.LAYERS) {
            List<String> renamed = convention.rename(names);
            if (readings.isEmpty() || !renamed.equals(names) && areDistinct(renamed)) {
                List<Named> all = new ArrayList<>();
                for (int i = 0; i < tensors.size(); i++) {
                    all.add(tensors.get(i).as(renamed.get(i)));
                }
                readings.add(Reading.of(convention.title(), all));
            }
        }
        return List.copyOf(readings);
    }

    private static boolean areDistinct(List<String> names) {
        return new HashSet<>(names).size() == names.size();
    }

    /** The reading that gives most names of a network. */
    public Reading reading(Network network) {
        if (unnamed) {
            return KerasOrder.reading(tensors, network);
        }
        List<Slot> slots = network.slots();
        Reading best = readings.get(0);
        for (Reading reading : readings) {
            best = reading.hits(slots) > best.hits(slots) ? reading : best;
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
