package io.github.resnet4j.zoo.weights.names;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The tensors of a file under every name they may go by. A user's rules come first; then prefixes that all other names
 * have in common are taken off; then tensors of Keras layers get PyTorch's names; then a convention for layers applies
 * as a whole, whichever gives a network most of its names.
 */
public final class Naming {
    /** More than twice as many as the largest network of the zoo has with PyTorch's counters, resnet1202. */
    private static final int MAX_TENSORS = 1 << 14;

    /** A prefix with fewer tensors below it is that of a block. */
    private static final int LEAST_UNDER_PREFIX = 16;

    private static final int MAX_NAME = 1_000;
    private static final int MAX_DEPTH = 4;
    private static final int MAX_PREFIXES = 32;
    private static final int MAX_LISTED = 3;

    /** What calls itself so holds no weights of the last step. */
    private static final Pattern AVERAGE =
            Pattern.compile("(?:.*[._])?(?:ema|swa|teacher|momentum|target|averaged|k|encoder_k|shadow)(?:_.*)?\\.");

    private final List<Named> tensors;
    private final List<Reading> readings;
    private final List<Subset> subsets;
    private final Optional<GraphOrder> graph;
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
     * @param made what for, if the file does not have it as it is; empty otherwise
     */
    public record Named(String source, String name, WeightLayout layout, Tensor tensor, String made) {
        /** A tensor of the file. */
        public Named(String source, String name, WeightLayout layout, Tensor tensor) {
            this(source, name, layout, tensor, "");
        }

        /** Its shape as PyTorch would have it. */
        public List<Long> torchShape() {
            return layout.torchShape(tensor.shape());
        }

        Named as(String other) {
            return other.equals(name) ? this : new Named(source, other, layout, tensor, made);
        }
    }

    /**
     * The tensors of a file, named in one way.
     *
     * @param convention whose names the file has
     * @param tensors by name, in the file's order
     * @param others tensors that belong to something else than the network: why, by names in the file
     * @param notes what is special about this, one sentence each
     * @param refusal why the file's names tell nothing, if that is so
     */
    public record Reading(
            String convention,
            Map<String, Named> tensors,
            Map<String, String> others,
            List<String> notes,
            Optional<String> refusal) {
        public Reading {
            tensors = Collections.unmodifiableMap(tensors);
            others = Collections.unmodifiableMap(others);
            notes = List.copyOf(notes);
        }

        static Reading of(String convention, List<Named> tensors, String... notes) {
            Map<String, Named> byName = new LinkedHashMap<>();
            tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
            return new Reading(convention, byName, Map.of(), List.of(notes), Optional.empty());
        }

        /** The same, and why it is of no use. */
        Reading refused(String why) {
            return new Reading(convention, tensors, others, notes, Optional.of(why));
        }

        private Reading without(Map<String, String> left, String note) {
            return new Reading(convention, tensors, left, plus(note), refusal);
        }

        /** The same with other tensors, and a note that says why. */
        Reading with(Map<String, Named> named, String note) {
            return new Reading(convention, named, others, plus(note), refusal);
        }

        private List<String> plus(String note) {
            List<String> all = new ArrayList<>(notes);
            all.add(note);
            return all;
        }

        private long hits(List<Slot> slots) {
            return slots.stream()
                    .filter(slot -> tensors.containsKey(slot.name()))
                    .count();
        }
    }

    /**
     * The tensors whose names begin alike, without that beginning: a network that is a part of something larger.
     *
     * @param prefix ends in a dot
     * @param tensors named without it
     */
    private record Subset(String prefix, List<Named> tensors, List<Reading> readings) {
        static Subset of(String prefix, List<Named> all) {
            List<Named> tensors = all.stream()
                    .filter(tensor -> tensor.name().startsWith(prefix))
                    .map(tensor -> tensor.as(tensor.name().substring(prefix.length())))
                    .toList();
            return new Subset(prefix, tensors, Naming.readings(tensors));
        }
    }

    private Naming(
            List<Named> tensors,
            List<StateDict.Operation> graph,
            boolean ruled,
            Map<String, String> leftOut,
            List<String> notes) {
        this.tensors = List.copyOf(tensors);
        this.graph = graph.isEmpty() ? Optional.empty() : Optional.of(GraphOrder.of(graph, tensors));
        // A user who gives rules for names says what belongs to the network.
        this.subsets = ruled
                ? List.of()
                : prefixes(tensors).stream()
                        .map(prefix -> Subset.of(prefix, tensors))
                        .toList();
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
     * @throws BadNameMapException if a rule fails
     * @throws BadWeightsException with {@link Fault#MISMATCH} if two tensors get the same name, or there are too many for
     *     any network
     */
    public static Naming of(StateDict file, NameMapping user) {
        if (file.tensors().size() > MAX_TENSORS) {
            throw new BadWeightsException(
                    file.file(),
                    file.format(),
                    Fault.MISMATCH,
                    Location.WHOLE,
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
            notes.add("removed the prefix " + prefix);
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
                        new Location.Named(source),
                        "has two tensors for " + Printable.brief(torch.get(i)) + ": " + Printable.brief(other) + " and "
                                + Printable.brief(source) + "; leave one of them out with a rule");
            }
            boolean keras = NameTable.isKerasKernel(source) || NameTable.isKerasKernel(layers.get(i));
            tensors.add(new Named(
                    source,
                    torch.get(i),
                    keras ? WeightLayout.KERAS : WeightLayout.TORCH,
                    file.tensors().get(source)));
        }
        boolean ruled = !mapped.renamed().isEmpty();
        return new Naming(tensors, file.graph(), ruled, Collections.unmodifiableMap(leftOut), notes);
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

    /** Prefixes that many names share, the most common first. */
    private static List<String> prefixes(List<Named> tensors) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (Named tensor : tensors) {
            String name = tensor.name();
            int end = name.indexOf('.');
            for (int depth = 0; depth < MAX_DEPTH && end > 0 && end < MAX_NAME; depth++) {
                counts.merge(name.substring(0, end + 1), 1, Integer::sum);
                end = name.indexOf('.', end + 1);
            }
        }
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= LEAST_UNDER_PREFIX)
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .limit(MAX_PREFIXES)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** A convention that changes no name is none. */
    private static List<Reading> readings(List<Named> tensors) {
        List<String> names = tensors.stream().map(Named::name).toList();
        List<Reading> readings = new ArrayList<>();
        for (Convention convention : NameTable.LAYERS) {
            List<String> renamed = lastOfEach(convention.rename(names), names);
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

    /** Where several would get one name, as two dense layers would, the last gets it and the others keep their own. */
    private static List<String> lastOfEach(List<String> renamed, List<String> names) {
        Map<String, Integer> last = new HashMap<>();
        for (int i = 0; i < renamed.size(); i++) {
            last.put(renamed.get(i), i);
        }
        List<String> distinct = new ArrayList<>();
        for (int i = 0; i < renamed.size(); i++) {
            distinct.add(last.get(renamed.get(i)) == i ? renamed.get(i) : names.get(i));
        }
        return distinct;
    }

    private static boolean areDistinct(List<String> names) {
        return new HashSet<>(names).size() == names.size();
    }

    /**
     * The reading that gives most names of a network. If the whole file does not give more, but the tensors below some
     * prefix give all, or all but the classifier's, then those are read and the others left alone.
     */
    public Reading reading(Network network) {
        return reading(network, network.slots());
    }

    /** The same where the network's slots are at hand: a thousand layers have many. */
    public Reading reading(Network network, List<Slot> slots) {
        if (unnamed) {
            return KerasOrder.reading(tensors, network);
        }
        Reading named = IdleTensors.leftOut(byName(slots), slots);
        return graph.map(order ->
                        Folding.unfold(order.isNeeded(named, network) ? order.reading(named, network) : named, network))
                .orElse(named);
    }

    private Reading byName(List<Slot> slots) {
        Reading whole = best(readings, slots);
        long body = slots.stream()
                .filter(slot -> !(slot.node().op() instanceof Op.Dense))
                .count();
        long most = whole.hits(slots);
        List<Subset> found = new ArrayList<>();
        for (Subset subset : subsets) {
            long hits = subset.tensors().size() < body
                    ? 0
                    : best(subset.readings(), slots).hits(slots);
            if (hits > most) {
                found.clear();
                most = hits;
            }
            boolean better = hits > whole.hits(slots) || subset.tensors().size() < tensors.size();
            if (hits == most && hits >= body && better) {
                found.add(subset);
            }
        }
        if (found.isEmpty()) {
            return whole;
        }
        Subset taken = found.stream()
                .filter(subset -> !AVERAGE.matcher(subset.prefix()).matches())
                .findFirst()
                .orElse(found.get(0));
        return best(taken.readings(), slots).without(others(taken), said(taken, found));
    }

    private static Reading best(List<Reading> readings, List<Slot> slots) {
        Reading best = readings.get(0);
        for (Reading reading : readings) {
            best = reading.hits(slots) > best.hits(slots) ? reading : best;
        }
        return best;
    }

    private Map<String, String> others(Subset taken) {
        Map<String, String> others = new LinkedHashMap<>();
        tensors.stream()
                .filter(tensor -> !tensor.name().startsWith(taken.prefix()))
                .forEach(tensor -> others.put(tensor.source(), "not under " + taken.prefix()));
        return others;
    }

    private String said(Subset taken, List<Subset> found) {
        List<String> left = List.copyOf(others(taken).keySet());
        String several = found.stream()
                .filter(subset -> subset != taken)
                .map(Subset::prefix)
                .limit(MAX_LISTED)
                .collect(Collectors.joining(", "));
        return "used the tensors under " + Printable.brief(taken.prefix())
                + (several.isEmpty() ? "" : ", not those under " + Printable.brief(several) + ", which fit as well")
                + (left.isEmpty()
                        ? ""
                        : "; left out " + left.size() + (left.size() == 1 ? " other: " : " others: ")
                                + Printable.brief(String.join(", ", left.subList(0, Math.min(MAX_LISTED, left.size()))))
                                + (left.size() > MAX_LISTED ? ", …" : ""));
    }

    /** What is left out on purpose: why, by names in the file. */
    public Map<String, String> leftOut() {
        return leftOut;
    }

    /** What was done to all names, and what a user's rules did not do, one sentence each. */
    public List<String> notes() {
        return notes;
    }

    /** Whether the file numbers its layers and does not name them. */
    public boolean unnamed() {
        return unnamed;
    }

    /** Parts of networks outside the zoo that the names reveal. */
    public static List<String> foreign(Reading reading) {
        return reading.refusal().isPresent()
                ? List.of()
                : NameTable.FOREIGN.stream()
                        .filter(part -> {
                            Matcher matcher = part.name().matcher(""); // one for all of what may be a million names
                            return reading.tensors().keySet().stream()
                                    .anyMatch(name -> name.length() <= MAX_NAME
                                            && matcher.reset(name).matches());
                        })
                        .map(NameTable.Foreign::what)
                        .toList();
    }
}
