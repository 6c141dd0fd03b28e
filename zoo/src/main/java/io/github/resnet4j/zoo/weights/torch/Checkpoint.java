package io.github.resnet4j.zoo.weights.torch;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Place;
import io.github.resnet4j.zoo.weights.Printable;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.torch.Value.Dict;
import io.github.resnet4j.zoo.weights.torch.Value.Strided;
import io.github.resnet4j.zoo.weights.torch.Value.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;

/** Finds the state dict in what a file holds, and leaves out the rest: optimizer, epoch, arguments. */
final class Checkpoint {
    /**
     * Under which names training programs put the state dict, the first first. Where there is an average of the weights
     * besides the weights, the weights are taken, as with timm's {@code validate.py}; its {@code create_model} would take
     * the average.
     */
    private static final List<String> WRAPPERS =
            List.of("state_dict", "model_state_dict", "model", "model_state", "net", "state_dict_ema", "model_ema");

    private static final int MAX_WRAPPERS = 2;

    /** What wrapping a network for several devices, or compiling it, puts in front of all names. */
    private static final List<String> PREFIXES = List.of("module.", "_orig_mod.");

    private static final int MAX_ENTRIES = 1 << 16;
    private static final int MAX_NAME = 512;
    private static final int MAX_LISTED = 20;

    /** Tensors may share elements, but not blow up a small file. */
    private static final int MAX_AMPLIFICATION = 2;

    private final FileBytes file;
    private final WeightFormat format;

    private final List<String> notes = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private Checkpoint(FileBytes file, WeightFormat format) {
        this.file = file;
        this.format = format;
    }

    /**
     * The state dict in a value.
     *
     * @param starts where in the file the storage of a key begins
     */
    static StateDict stateDict(FileBytes file, WeightFormat format, Value value, ToLongFunction<String> starts) {
        return new Checkpoint(file, format).read(value, starts);
    }

    private StateDict read(Value value, ToLongFunction<String> starts) {
        if (!(value instanceof Dict dict)) {
            throw bad(
                    Fault.NOT_STATE_DICT,
                    Place.WHOLE,
                    "holds " + value.what() + ", not a state dict: in Python, torch.save(model.state_dict(), FILE)");
        }
        Map<String, Strided> named = tensors(unwrapped(dict));
        requireRoom(named);
        // Starts before tensors: to know one, its checksum is compared, and only sound files cost the memory of
        // tensors.
        Map<String, Long> places = new HashMap<>();
        for (Strided strided : named.values()) {
            places.computeIfAbsent(strided.storage(), starts::applyAsLong);
        }
        int prefix = prefix(named);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        named.forEach((name, strided) -> {
            long start = places.get(strided.storage()) + strided.start();
            List<Long> shape = Arrays.stream(strided.sizes()).boxed().toList();
            tensors.put(name.substring(prefix), Tensor.of(strided.type(), shape, new Gather(file, start, strided)));
        });
        if (!leftOut.isEmpty()) {
            notes.add("left out " + leftOut.size() + " other " + (leftOut.size() == 1 ? "entry: " : "entries: ")
                    + listed(leftOut));
        }
        return new StateDict(file.path(), format, tensors, metadata, notes);
    }

    private void requireRoom(Map<String, Strided> tensors) {
        long room = Math.multiplyExact(MAX_AMPLIFICATION, file.size());
        for (Map.Entry<String, Strided> entry : tensors.entrySet()) {
            room -= Math.min(entry.getValue().bytes(), room + 1);
            if (room < 0) {
                throw bad(
                        Fault.AMPLIFY,
                        new Place.Named(entry.getKey()),
                        "has tensors of more than twice its size; do not trust it");
            }
        }
    }

    /** The dict of tensors within at most two others. */
    private Dict unwrapped(Dict outermost) {
        Dict dict = outermost;
        String path = "";
        for (int wrappers = 0; ; wrappers++) {
            requireDistinct(dict);
            Optional<Integer> wrapped = wrapped(dict);
            if (wrapped.isEmpty()) {
                break;
            }
            if (wrappers == MAX_WRAPPERS) {
                throw bad(
                        Fault.NOT_STATE_DICT,
                        Place.WHOLE,
                        "holds a dict within a dict within a dict; save the state dict alone: in Python,"
                                + " torch.save(model.state_dict(), FILE)");
            }
            int taken = wrapped.get();
            for (int i = 0; i < dict.size(); i++) {
                if (i != taken) {
                    leaveOut(path, dict.key(i), dict.value(i));
                }
            }
            path = path + name(dict.key(taken)) + ".";
            dict = (Dict) dict.value(taken);
        }
        if (!path.isEmpty()) {
            String taken = path.substring(0, path.length() - 1);
            String averages = leftOut.stream()
                    .filter(other -> other.endsWith("_ema") && WRAPPERS.contains(other))
                    .findFirst()
                    .map(other ->
                            ", not " + other + ", the average of the weights, which timm's create_model would take")
                    .orElse("");
            notes.add("took the entry " + Printable.text(taken) + averages);
        }
        return dict;
    }

    /** Of two entries of one name, Python would take the last, and others the first. */
    private void requireDistinct(Dict dict) {
        if (dict.size() > MAX_ENTRIES) {
            throw bad(
                    Fault.LIMIT_TENSORS,
                    Place.WHOLE,
                    "has " + dict.size() + " entries, more than any network; the most are " + MAX_ENTRIES);
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < dict.size(); i++) {
            if (dict.key(i) instanceof Text key && !names.add(key.value())) {
                throw bad(
                        Fault.DUP_NAME,
                        new Place.Named(key.value()),
                        "has two entries " + Printable.text(key.value()) + "; do not trust it");
            }
        }
    }

    /** Which entry is a wrapped dict, if one is. */
    private static Optional<Integer> wrapped(Dict dict) {
        Optional<Integer> best = Optional.empty();
        int bestRank = WRAPPERS.size();
        for (int i = 0; i < dict.size(); i++) {
            int rank = rank(dict, i);
            if (rank < bestRank && holdsTensors((Dict) dict.value(i))) {
                best = Optional.of(i);
                bestRank = rank;
            }
        }
        return best;
    }

    /** The place of an entry's name among the wrappers; behind the last if it is none. */
    private static int rank(Dict dict, int i) {
        int rank =
                dict.value(i) instanceof Dict && dict.key(i) instanceof Text key ? WRAPPERS.indexOf(key.value()) : -1;
        return rank < 0 ? WRAPPERS.size() : rank;
    }

    /** Or a wrapper that may; settings are called "model" too. */
    private static boolean holdsTensors(Dict dict) {
        for (int i = 0; i < dict.size(); i++) {
            if (dict.value(i) instanceof Strided || rank(dict, i) < WRAPPERS.size()) {
                return true;
            }
        }
        return false;
    }

    private Map<String, Strided> tensors(Dict dict) {
        Map<String, Strided> tensors = new LinkedHashMap<>();
        for (int i = 0; i < dict.size(); i++) {
            if (!(dict.value(i) instanceof Strided tensor) || !(dict.key(i) instanceof Text key)) {
                leaveOut("", dict.key(i), dict.value(i));
                continue;
            }
            String name = key.value();
            if (name.isEmpty() || name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
                throw bad(
                        Fault.PKL_STRING,
                        new Place.Named(name),
                        "has a tensor whose name is empty, longer than " + MAX_NAME
                                + " characters, or not printable; do not trust it");
            }
            tensors.put(name, tensor);
        }
        if (tensors.isEmpty()) {
            throw bad(
                    Fault.NOT_STATE_DICT,
                    Place.WHOLE,
                    "holds no tensors by name"
                            + (leftOut.isEmpty() ? "" : ", only " + listed(leftOut))
                            + ": in Python, torch.save(model.state_dict(), FILE)");
        }
        return tensors;
    }

    /** How many characters to take off all names. */
    private int prefix(Map<String, Strided> tensors) {
        int taken = 0;
        for (Optional<String> found = Optional.of(""); found.isPresent(); ) {
            int from = taken;
            found = PREFIXES.stream()
                    .filter(prefix -> tensors.keySet().stream()
                            .allMatch(name -> name.startsWith(prefix, from) && name.length() > from + prefix.length()))
                    .findFirst();
            taken += found.map(String::length).orElse(0);
        }
        if (taken > 0) {
            String first = tensors.keySet().iterator().next();
            notes.add("took the prefix " + first.substring(0, taken) + " off all names");
        }
        return taken;
    }

    private void leaveOut(String path, Value key, Value value) {
        String name = path + name(key);
        leftOut.add(name);
        if (metadata.size() < MAX_LISTED && name.length() <= MAX_NAME) {
            said(value).ifPresent(text -> metadata.put(name, text));
        }
    }

    private static String name(Value key) {
        return said(key).orElse(key.what());
    }

    /** A number or a short text. */
    private static Optional<String> said(Value value) {
        if (value instanceof Text text && text.value().length() <= MAX_NAME) {
            return Optional.of(text.value());
        }
        if (value instanceof Value.Int integer) {
            return Optional.of(Long.toString(integer.value()));
        }
        if (value instanceof Value.Real real) {
            return Optional.of(Double.toString(real.value()));
        }
        return Optional.empty();
    }

    private static String listed(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(MAX_LISTED, names.size())));
        int more = names.size() - MAX_LISTED;
        return Printable.text(first) + (more > 0 ? " and " + more + " more" : "");
    }

    private BadWeightsException bad(Fault fault, Place place, String problem) {
        return new BadWeightsException(file.path(), format, fault, place, problem);
    }
}
