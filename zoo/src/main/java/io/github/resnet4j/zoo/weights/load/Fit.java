package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.OptionException;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.names.NameMapping;
import io.github.resnet4j.zoo.weights.names.Naming;
import io.github.resnet4j.zoo.weights.names.Naming.Named;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How well a file's tensors fit an architecture of the zoo, by names and shapes.
 *
 * @param architecture a row of the zoo, with other options than the published ones where those fit better
 * @param classes of the file's classifier; of the row where that cannot be told
 * @param matched how many tensors have their place
 * @param total how many tensors the file and the network have together, those that match counted once
 * @param missingHead how many tensors the network's classifier has, if the file has none of them
 */
public record Fit(Architecture architecture, int classes, int matched, int total, int missingHead) {
    private static final int MAX_CLASSES = 1 << 20;
    private static final int MAX_LISTED = 3;

    /** Networks of other families share a tensor or two by chance. */
    private static final double NEAR = 1 / 3.0;

    /**
     * The architecture inferred from a file's tensors.
     *
     * @param fit the only architecture that all tensors fit
     * @param notes what else it might be, one sentence each
     */
    public record Inferred(Fit fit, List<String> notes) {
        public Inferred {
            notes = List.copyOf(notes);
        }
    }

    /** Matched tensors of all, from 0 to 1. */
    public double share() {
        return (double) matched / total;
    }

    /** Whether every tensor has its place, and every place its tensor. */
    public boolean complete() {
        return matched == total;
    }

    /** Whether every tensor has its place, and every place its tensor, except for a classifier that the file lacks. */
    public boolean isBackbone() {
        return missingHead > 0 && matched + missingHead == total;
    }

    /** The network with the file's classes, for images of the published size. */
    public Network network() {
        return architecture.network(architecture.input(), classes);
    }

    /** For people: {@code resnet20-cifar with 10 classes (all 97 tensors)}, {@code resnet20-cifar with shortcut=b and …}. */
    public String title() {
        Map<String, String> published = Zoo.find(architecture.name()).spec().options();
        Map<String, String> other = new LinkedHashMap<>(architecture.spec().options());
        other.entrySet().removeAll(published.entrySet());
        return architecture.name() + " with "
                + (other.isEmpty() ? "" : written(other) + " and ")
                + classes + " classes ("
                + (complete()
                        ? "all " + total + " tensors"
                        : String.format(Locale.ROOT, "%d of %d tensors", matched, total))
                + ")";
    }

    /**
     * The architectures that a third of the tensors fit, best first; of equals those come first that may be guessed (plain
     * networks have the tensors of residual ones), and else the zoo's order counts.
     */
    public static List<Fit> ranked(StateDict file, NameMapping names) {
        return ranked(Naming.of(file, names));
    }

    static List<Fit> ranked(Naming naming) {
        return ranked(naming, Map.of());
    }

    /** Of the architectures that have these options; of those that options make equal, the first. */
    private static List<Fit> ranked(Naming naming, Map<String, String> options) {
        Map<Spec, Fit> fits = new LinkedHashMap<>();
        for (Architecture row : Zoo.list()) {
            try {
                Architecture chosen = row.with(options);
                if (!fits.containsKey(chosen.spec())) {
                    fits.put(chosen.spec(), best(naming, chosen, options.keySet()));
                }
            } catch (OptionException e) {
                // Not of this family.
            }
        }
        return fits.values().stream()
                .filter(fit -> fit.share() >= NEAR)
                .sorted(Comparator.comparing(Fit::share).reversed().thenComparing(fit -> !fit.guessable()))
                .toList();
    }

    /**
     * How well a file fits one architecture, with the options that fit it best.
     *
     * @param options those that are known
     * @throws OptionException if the architecture does not have them
     * @throws BadWeightsException with {@link Fault#MISMATCH} if two tensors get the same name
     */
    public static Fit of(StateDict file, NameMapping names, Architecture row, Map<String, String> options) {
        return best(Naming.of(file, names), row.with(options), options.keySet());
    }

    private static Fit best(Naming naming, Architecture row, Set<String> known) {
        Fit best = of(naming, row);
        for (Map<String, String> options : row.spec().alternatives()) {
            boolean open = Collections.disjoint(options.keySet(), known);
            if (open && best.share() > 0.5 && !best.complete()) { // what an option changes is the smaller part
                Fit other = of(naming, row.with(options));
                best = other.share() > best.share() ? other : best;
            }
        }
        return best;
    }

    /**
     * Infers the architecture of a file when the user has not named one.
     *
     * @param newHead whether it may lack a classifier
     * @param options those of its network that are known
     * @throws BadWeightsException with {@link Fault#MISMATCH} if its tensors fit no architecture, or several; lists the
     *     best
     */
    public static Inferred infer(StateDict file, NameMapping names, boolean newHead, Map<String, String> options) {
        Naming naming = Naming.of(file, names);
        List<Fit> fits = ranked(naming, options);
        List<Fit> whole = fits.stream().filter(Fit::complete).toList();
        // A network for segmentation has the body of a classifier, too
        List<Fit> complete = whole.isEmpty() && newHead
                ? fits.stream().filter(Fit::isBackbone).toList()
                : whole;
        List<Fit> guesses = complete.stream().filter(Fit::guessable).toList();
        if (guesses.size() != 1) {
            List<Fit> best = (complete.isEmpty() ? fits : complete)
                    .stream().limit(MAX_LISTED).toList();
            throw new BadWeightsException(
                    file.file(),
                    file.format(),
                    Fault.MISMATCH,
                    Location.WHOLE,
                    (complete.isEmpty() ? "fits no network in the zoo" : "fits more than one network")
                            + (best.isEmpty() ? "" : "; closest: " + titles(best))
                            + (complete.isEmpty() ? why(file, naming, names, best) : "; name the network"));
        }
        Fit fit = guesses.get(0);
        List<String> notes = new ArrayList<>();
        List<String> twins = complete.stream()
                .filter(other -> !other.guessable())
                .map(other -> other.architecture.name())
                .toList();
        if (!twins.isEmpty()) {
            notes.add("read as " + fit.architecture.name() + "; " + listed(twins)
                    + (twins.size() == 1 ? " has" : " have") + " the same tensors");
        }
        Spec spec = fit.architecture.spec();
        for (Map<String, String> other : spec.lookalikes()) {
            if (options.keySet().containsAll(other.keySet())) {
                continue; // the user said which
            }
            Map<String, String> taken = new LinkedHashMap<>(spec.options());
            taken.keySet().retainAll(other.keySet());
            notes.add("read as " + written(taken) + "; the tensors fit " + written(other)
                    + " as well, choose it with --option");
        }
        return new Inferred(fit, notes);
    }

    /**
     * The other rows whose tensors have the same names and shapes, but which compute something else with them: {@code
     * resnet20-cifar, plain20-cifar and 3 others}; empty if there are none, or if this is the network that would be taken
     * without its name.
     *
     * @param options that the user chose; the others may have them, too
     */
    public Optional<String> rivals(Map<String, String> options) {
        if (guessable()) {
            return Optional.empty();
        }
        Network own = network();
        Map<String, List<Long>> tensors = shapes(own.slots());
        Map<Spec, String> rivals = new LinkedHashMap<>();
        Set<Map<String, String>> choices = new LinkedHashSet<>(List.of(Map.of(), options));
        for (Architecture row : Zoo.list()) {
            for (Map<String, String> chosen : choices) {
                if (!row.name().equals(architecture.name()) && rivals(own, tensors, row, chosen)) {
                    rivals.putIfAbsent(row.with(chosen).spec(), row.name());
                }
            }
        }
        List<String> names = rivals.values().stream().distinct().toList();
        return names.isEmpty() ? Optional.empty() : Optional.of(listed(names));
    }

    private boolean rivals(
            Network own, Map<String, List<Long>> tensors, Architecture row, Map<String, String> options) {
        try {
            Network other = row.with(options).network(own.input(), classes);
            List<Slot> slots = other.slots();
            return slots.size() == tensors.size() && shapes(slots).equals(tensors) && !own.computesAs(other);
        } catch (IllegalArgumentException e) {
            return false; // without these options, or made for larger images
        }
    }

    private static Map<String, List<Long>> shapes(List<Slot> slots) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        slots.forEach(slot -> shapes.put(slot.name(), slot.shape()));
        return shapes;
    }

    /** The first few. */
    private static String listed(List<String> names) {
        int more = names.size() - MAX_LISTED;
        return String.join(", ", names.subList(0, Math.min(MAX_LISTED, names.size())))
                + (more > 0 ? " and " + more + " others" : "");
    }

    /** Why nothing fits, so that naming a network would not help. */
    private static String why(StateDict file, Naming naming, NameMapping names, List<Fit> nearest) {
        if (naming.unnamed()) {
            return ": it does not name its layers, and their order and shapes are ambiguous; if they have names in"
                    + " Keras, load it there and call model.save(\"model.h5\"), which keeps them; or map the names"
                    + " with --map FILE";
        }
        if (nearest.isEmpty()) {
            return ": its tensors have other names or other shapes; map unrecognised names with --map FILE";
        }
        return ": "
                + Matching.of(file, nearest.get(0).network(), new LoadOptions(names, false), naming)
                        .differencesExplained();
    }

    private static Fit of(Naming naming, Architecture row) {
        Network network = row.network();
        List<Slot> slots = network.slots();
        Map<String, Named> tensors = naming.reading(network, slots).tensors();
        Node head = Matching.head(network);
        int classes = classes(tensors, head).orElse(row.classes());
        int matched = 0;
        int common = 0;
        for (Slot slot : slots) {
            Named tensor = tensors.get(slot.name());
            if (tensor != null) {
                List<Long> shape = new ArrayList<>(slot.shape());
                if (slot.node().equals(head) || network.isHead(slot.node())) {
                    shape.set(0, (long) classes);
                }
                common += Matching.isNeedless(slot.name()) ? 0 : 1; // which is not among the others below
                matched += Matching.fits(tensor.torchShape(), shape) && Matching.hasFractions(tensor) ? 1 : 0;
            }
        }
        boolean headless = head.slots().stream().noneMatch(slot -> tensors.containsKey(slot.name()));
        long others = tensors.keySet().stream()
                .filter(name -> !Matching.isNeedless(name) && !(headless && Matching.isOfHead(name, head)))
                .count();
        return new Fit(
                row,
                classes,
                matched,
                Math.toIntExact(slots.size() + others - common),
                headless ? head.slots().size() : 0);
    }

    private static Optional<Integer> classes(Map<String, Named> tensors, Node head) {
        return Optional.ofNullable(tensors.get(head.slots().get(0).name()))
                .map(Named::torchShape)
                .filter(shape -> shape.size() > 1 && shape.get(0) >= 2 && shape.get(0) <= MAX_CLASSES)
                .map(shape -> Math.toIntExact(shape.get(0)));
    }

    private boolean guessable() {
        return architecture.spec().guessable();
    }

    /** As users write them: {@code shortcut=b}. */
    private static String written(Map<String, String> options) {
        return options.entrySet().stream()
                .map(option -> option.getKey() + "=" + option.getValue())
                .collect(Collectors.joining(", "));
    }

    private static String titles(List<Fit> fits) {
        return fits.stream().map(Fit::title).collect(Collectors.joining(", "));
    }
}
