package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.files.Suggest;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.load.LoadReport.Entry;
import io.github.resnet4j.zoo.weights.load.LoadReport.Status;
import io.github.resnet4j.zoo.weights.names.Naming;
import io.github.resnet4j.zoo.weights.names.Naming.Named;
import io.github.resnet4j.zoo.weights.names.WeightLayout;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Compares a file's tensors with those that a network needs. Reads only names, types and shapes. */
public final class Matching {
    private static final String COUNTER = ".num_batches_tracked";
    private static final Set<DType> FRACTIONS = EnumSet.of(DType.F64, DType.F32, DType.F16, DType.BF16);
    private static final String GREY =
            "the weights take grey images of one channel; to use them on grey images with three channels,"
                    + " repeat them in Python: state[NAME] = state[NAME].repeat(1, 3, 1, 1) / 3";
    private static final List<Long> ONE_BY_ONE = List.of(1L, 1L);
    private static final int MAX_NEAREST = 100;
    private static final int MAX_CANDIDATES = 1_000;
    private static final int MAX_NAME = 120;
    private static final int MAX_LISTED = 3;
    private static final int MAX_BRIEF = 60;
    private static final int MAX_RANK = 5;

    private final StateDict file;
    private final Network network;
    private final LoadOptions options;
    private final Predicate<Node> fresh;
    private final Naming naming;
    private final Naming.Reading reading;
    private final Map<Slot, Named> assigned = new LinkedHashMap<>();
    private final LoadReport report;

    private Matching(StateDict file, Network network, LoadOptions options, Predicate<Node> fresh, Naming naming) {
        this.file = file;
        this.network = network;
        this.options = options;
        this.fresh = fresh;
        this.naming = naming;
        this.reading = naming.reading(network);
        this.report = compare();
    }

    /**
     * Compares a file with a network; differences are recorded, not thrown.
     *
     * @throws io.github.resnet4j.zoo.weights.names.BadNameMapException if one of the user's rules fails
     * @throws BadWeightsException with {@link Fault#MISMATCH} if two tensors get the same name
     */
    public static Matching of(StateDict file, Network network, LoadOptions options) {
        return of(file, network, options, Naming.of(file, options.names()));
    }

    /** The same where some layers are initialised and not loaded. */
    static Matching of(StateDict file, Network network, LoadOptions options, Predicate<Node> fresh) {
        return new Matching(file, network, options, fresh, Naming.of(file, options.names()));
    }

    /** The same with names already resolved. */
    static Matching of(StateDict file, Network network, LoadOptions options, Naming naming) {
        List<Node> heads = options.newHead() ? heads(network) : List.of();
        return new Matching(file, network, options, heads::contains, naming);
    }

    /** What fits and what does not. */
    public LoadReport report() {
        return report;
    }

    /**
     * Returns this if everything fits.
     *
     * @throws BadWeightsException with {@link Fault#MISMATCH} if anything is missing, unexpected, or of another shape or
     *     type; names some of each and the network of the zoo that the file fits best, {@link #report} has them all
     */
    public Matching orThrow() {
        if (report.complete()) {
            return this;
        }
        throw new BadWeightsException(file.file(), file.format(), Fault.MISMATCH, Location.WHOLE, problem());
    }

    /** The file's tensors that fit, by the places they go to. */
    Map<Slot, Named> assigned() {
        return assigned;
    }

    /** The file compared. */
    StateDict file() {
        return file;
    }

    /** The layers that give the logits, then those of auxiliary heads. */
    static List<Node> heads(Network network) {
        head(network);
        return network.heads();
    }

    /** The layer that gives the logits. */
    static Node head(Network network) {
        return network.heads().stream()
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(network.name() + " has no classifier"));
    }

    /** Whether a network needs no such tensor unless it has one: it is a counter, or of an auxiliary classifier. */
    static boolean isNeedless(String name) {
        return isCounter(name) || isAuxiliary(name);
    }

    /** Whether it is one of PyTorch's counters, which nothing needs: of a normalisation's steps, or of an average's. */
    private static boolean isCounter(String name) {
        return name.endsWith(COUNTER) || name.equals("n_averaged");
    }

    /** Whether it is of an auxiliary classifier, which serves training alone, as torchvision or the zoo names it. */
    private static boolean isAuxiliary(String name) {
        return name.startsWith("aux1.")
                || name.startsWith("aux2.")
                || name.startsWith("aux_classifier.")
                || name.startsWith("aux-classifier.");
    }

    /** Whether a tensor that the network does not have stands where its classifier does: of a projection, say. */
    static boolean isOfHead(String name, Node head) {
        return name.startsWith(head.name() + ".");
    }

    /** Whether all fits but that the classifier is missing: the file is of a backbone. */
    public boolean lacksHeadOnly() {
        if (network.heads().isEmpty()) {
            return false;
        }
        String head = head(network).name() + ".";
        return !report.complete()
                && report.problems().stream()
                        .allMatch(entry -> entry.status() == Status.MISSING
                                        && entry.name().startsWith(head)
                                || entry.status() == Status.UNEXPECTED && isOfHead(entry.name(), head(network)));
    }

    /** Whether its type is one of weights. */
    static boolean hasFractions(Named tensor) {
        return FRACTIONS.contains(tensor.tensor().type());
    }

    private LoadReport compare() {
        Map<String, Named> rest = Paths.cut(reading.tensors(), network);
        List<Entry> entries = new ArrayList<>();
        for (Slot slot : network.slots()) {
            Optional<Named> tensor = Optional.ofNullable(rest.remove(slot.name()));
            entries.add(fresh.test(slot.node()) ? replaced(slot, tensor) : entry(slot, tensor));
        }
        for (Named tensor : rest.values()) {
            if (isCounter(tensor.name())) {
                entries.add(other(Status.IGNORED, tensor, "counts of training steps"));
            } else if (isAuxiliary(tensor.name())) {
                entries.add(other(
                        Status.IGNORED,
                        tensor,
                        "an auxiliary classifier, which serves training alone; the network has none"));
            } else if (options.part()) {
                entries.add(other(Status.IGNORED, tensor, "not a part of the body of " + network.name()));
            } else if (options.newHead() && isOfHead(tensor.name(), head(network))) {
                entries.add(other(Status.REPLACED, tensor, "the file's own head"));
            } else {
                entries.add(other(Status.UNEXPECTED, tensor, ""));
            }
        }
        Map<String, String> leftOut = new LinkedHashMap<>(naming.leftOut());
        leftOut.putAll(reading.others());
        leftOut.forEach((source, why) -> entries.add(new Entry(
                Status.IGNORED,
                "",
                source,
                file.tensors().get(source).type().name(),
                List.of(),
                file.tensors().get(source).shape(),
                why,
                "")));
        List<String> notes = new ArrayList<>(file.notes());
        notes.addAll(naming.notes());
        notes.addAll(reading.notes());
        boolean kerasOrder =
                reading.tensors().values().stream().anyMatch(tensor -> tensor.layout() == WeightLayout.KERAS);
        if (kerasOrder && !isKeras()) {
            notes.add("the tensors are in Keras' order; Keras networks often use another batch-norm eps, padding or"
                    + " strides than " + network.name() + ", which the tensors do not show");
        }
        OtherComputation.of(file, network, assigned).ifPresent(notes::add);
        Naming.foreign(reading)
                .forEach(part ->
                        notes.add("the names belong to a network with " + part + ", which the zoo does not have"));
        return new LoadReport(
                file.file().toString(),
                file.format().title(),
                network.name(),
                reading.convention(),
                withNearest(entries),
                notes);
    }

    /** Whether the network follows one of Keras' conventions, whose BN all have another eps than PyTorch's. */
    private boolean isKeras() {
        return network.nodes().stream()
                .anyMatch(node -> node.op() instanceof Op.BatchNorm bn && bn.eps() != Conventions.TORCHVISION.bnEps());
    }

    private Entry entry(Slot slot, Optional<Named> found) {
        if (found.isEmpty()) {
            return entry(Status.MISSING, slot, found, "");
        }
        Named tensor = found.get();
        if (!fits(tensor.torchShape(), slot.shape())) {
            boolean otherClasses = network.heads().contains(slot.node())
                    && tensor.torchShape().size() == slot.shape().size()
                    && tensor.torchShape()
                            .subList(1, slot.shape().size())
                            .equals(slot.shape().subList(1, slot.shape().size()));
            return entry(
                    Status.SHAPE_MISMATCH,
                    slot,
                    found,
                    otherClasses
                            ? "the file's classifier has "
                                    + tensor.torchShape().get(0) + " classes, the network's "
                                    + slot.shape().get(0) + "; use --head new for a new one"
                            : isGrey(tensor.torchShape(), slot.shape()) ? GREY : "");
        }
        if (!hasFractions(tensor)) {
            return entry(
                    Status.TYPE_MISMATCH,
                    slot,
                    found,
                    tensor.tensor().type() + " in the file, which is not a floating-point type");
        }
        assigned.put(slot, tensor);
        List<String> conversions = new ArrayList<>();
        if (!tensor.made().isEmpty()) {
            conversions.add(tensor.made());
        }
        if (tensor.tensor().type() != DType.F32) {
            conversions.add(tensor.tensor().type() + " to F32");
        }
        if (tensor.layout().reordered(tensor.tensor().shape())) {
            conversions.add(tensor.tensor().shape().size() == 4 ? "HWIO to OIHW" : "transposed");
        }
        if (!tensor.torchShape().equals(slot.shape())) {
            conversions.add(tensor.torchShape() + " to " + slot.shape());
        }
        return entry(
                conversions.isEmpty() ? Status.LOADED : Status.CONVERTED,
                slot,
                found,
                String.join(" and ", conversions));
    }

    /** Whether a tensor of this shape has the values of a place: a dense layer's matrix is a 1×1 convolution, and back. */
    static boolean fits(List<Long> shape, List<Long> wanted) {
        return matrix(shape).equals(matrix(wanted));
    }

    private static List<Long> matrix(List<Long> shape) {
        return shape.size() == 4 && shape.subList(2, 4).equals(ONE_BY_ONE) ? shape.subList(0, 2) : shape;
    }

    /** Whether it is a convolution of images of one channel, where the network's have three. */
    private static boolean isGrey(List<Long> shape, List<Long> wanted) {
        return shape.size() == 4
                && wanted.size() == 4
                && shape.get(1) == 1
                && wanted.get(1) == 3
                && shape.get(0).equals(wanted.get(0))
                && shape.subList(2, 4).equals(wanted.subList(2, 4));
    }

    private static Entry replaced(Slot slot, Optional<Named> tensor) {
        return entry(Status.REPLACED, slot, tensor, "newly initialised");
    }

    private static Entry entry(Status status, Slot slot, Optional<Named> tensor, String detail) {
        return new Entry(
                status,
                slot.name(),
                tensor.map(Named::source).orElse(""),
                tensor.map(found -> found.tensor().type().name()).orElse(""),
                slot.shape(),
                tensor.map(found -> found.tensor().shape()).orElse(List.of()),
                detail,
                "");
    }

    private static Entry other(Status status, Named tensor, String detail) {
        return new Entry(
                status,
                tensor.name(),
                tensor.source(),
                tensor.tensor().type().name(),
                List.of(),
                tensor.tensor().shape(),
                detail,
                "");
    }

    /** Finds what a missing tensor may be called in the file, and vice versa. */
    private static List<Entry> withNearest(List<Entry> entries) {
        List<String> missing = names(entries, Status.MISSING);
        List<String> unexpected = names(entries, Status.UNEXPECTED);
        List<Entry> all = new ArrayList<>();
        int tried = 0;
        for (Entry entry : entries) {
            List<String> candidates =
                    switch (entry.status()) {
                        case MISSING -> unexpected;
                        case UNEXPECTED -> missing;
                        default -> List.of();
                    };
            boolean worthwhile = entry.name().length() <= MAX_NAME && !candidates.isEmpty() && tried < MAX_NEAREST;
            tried += worthwhile ? 1 : 0;
            all.add(
                    worthwhile
                            ? entry.withNearest(
                                    Suggest.nearest(entry.name(), candidates).orElse(""))
                            : entry);
        }
        return all;
    }

    private static List<String> names(List<Entry> entries, Status status) {
        return entries.stream()
                .filter(entry -> entry.status() == status)
                .map(Entry::name)
                .filter(name -> name.length() <= MAX_NAME)
                .limit(MAX_CANDIDATES)
                .toList();
    }

    /** What is wrong in one sentence, and what to do. */
    String problem() {
        return "does not fit " + network.name() + ": " + reading.refusal().orElseGet(() -> differences() + advice());
    }

    /** What keeps the network from being loaded, some of each kind. */
    private String differences() {
        List<String> parts = new ArrayList<>();
        for (Status status : Status.values()) {
            List<Entry> entries = report.entries(status);
            if (status.problem() && !entries.isEmpty()) {
                List<String> some = new ArrayList<>(
                        entries.stream().limit(MAX_LISTED).map(Matching::brief).toList());
                if (entries.size() > MAX_LISTED) {
                    some.add("…");
                }
                parts.add(entries.size() + " " + status.title() + " (" + String.join(", ", some) + ")");
            }
        }
        return String.join(", ", parts);
    }

    private static String brief(Entry entry) {
        String name = entry.status() == Status.UNEXPECTED ? entry.source() : entry.name();
        String shapes = entry.status() == Status.SHAPE_MISMATCH
                ? " "
                        + (entry.fileShape().size() > MAX_RANK
                                ? "of rank " + entry.fileShape().size()
                                : entry.fileShape())
                        + " for " + entry.shape()
                : "";
        return Printable.brief(name.length() > MAX_BRIEF ? name.substring(0, MAX_BRIEF) + "…" : name) + shapes;
    }

    private String advice() {
        return hint().orElseGet(() -> {
            List<Fit> fits = Fit.ranked(naming);
            if (fits.isEmpty()) {
                return "; no network in the zoo has tensors with these names and shapes; map unrecognised names with"
                        + " --map FILE";
            }
            Fit best = fits.get(0);
            return best.complete() ? "; it is " + best.title() : "; the best fit is " + best.title();
        });
    }

    private static boolean isMissingStatistic(Entry entry) {
        return entry.status() == Status.MISSING
                && (entry.name().endsWith(".running_mean") || entry.name().endsWith(".running_var"));
    }

    /** What the differences mean, if they are of a known kind. */
    private Optional<String> hint() {
        List<String> heads =
                network.heads().stream().map(head -> head.name() + ".").toList();
        List<Entry> shapes = report.entries(Status.SHAPE_MISMATCH);
        List<String> foreign = Naming.foreign(reading);
        if (report.problems().stream()
                .allMatch(entry -> entry.status() == Status.SHAPE_MISMATCH
                        && heads.stream().anyMatch(entry.name()::startsWith))) {
            return Optional.of("; use --head new to give the network a new classifier");
        }
        long statistics =
                network.slots().stream().filter(slot -> !slot.role().trained()).count();
        if (statistics > 0
                && report.problems().size() == statistics
                && report.problems().stream().allMatch(Matching::isMissingStatistic)) {
            return Optional.of("; it has the trained parameters alone, as named_parameters() gives them, without batch"
                    + " normalisation's running statistics: in Python, torch.save(model.state_dict(), FILE)");
        }
        if (lacksHeadOnly()) {
            return Optional.of("; it is a backbone without the classifier of " + network.name()
                    + ": `finetune` trains one, and `convert --head new --classes N` makes one");
        }
        if (report.problems().size() == 1
                && shapes.size() == 1
                && shapes.get(0).detail().equals(GREY)) {
            return Optional.of("; " + GREY.replace("NAME", "'" + shapes.get(0).source() + "'"));
        }
        return foreign.isEmpty()
                ? Optional.empty()
                : Optional.of("; the file has " + String.join(" and ", foreign) + ", which the zoo does not have");
    }

    /** What keeps the network from being loaded, and what that means if it is of a known kind. */
    String differencesExplained() {
        return differences() + hint().orElse("");
    }
}
