package io.github.resnet4j.zoo.internal.torch;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.internal.torch.Value.Atom;
import io.github.resnet4j.zoo.internal.torch.Value.Dict;
import io.github.resnet4j.zoo.internal.torch.Value.Items;
import io.github.resnet4j.zoo.internal.torch.Value.Strided;
import io.github.resnet4j.zoo.internal.torch.Value.Text;
import io.github.resnet4j.zoo.internal.torch.Value.Tuple;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the state dict in what a file holds, and leaves out the rest: optimizer, epoch, arguments. */
final class Checkpoint {
    /** Under which names training programs put the state dict, the first first. */
    private static final List<String> WRAPPERS =
            List.of("state_dict", "model_state_dict", "model", "model_state", "net");

    /**
     * Under which names they put an average of the weights over the last steps (EMA, SWA). Where a file has both, the
     * weights are taken, as with timm's {@code validate.py}, unless the user asks for the average, which timm's {@code
     * create_model} would take.
     */
    private static final List<String> AVERAGES = List.of(
            "state_dict_ema",
            "model_ema",
            "ema_state_dict",
            "model_state_dict_ema",
            "ema_model_state_dict",
            "model_ema_state_dict",
            "ema_model",
            "ema",
            "ema_params",
            "params_ema",
            "averaged_model",
            "swa_state_dict",
            "swa_model");

    private static final String AVERAGE = ", an average of the weights";
    private static final int MAX_WRAPPERS = 2;

    /** What wrapping a network for several devices, or compiling it, puts in front of all names. */
    private static final List<String> PREFIXES = List.of("module.", "_orig_mod.");

    private static final int MAX_ENTRIES = 1 << 16;
    private static final int MAX_NAME = 512;
    private static final int MAX_LISTED = 20;
    private static final int MAX_NAMED = 3;

    /** Tensors may share elements, but not blow up a small file. */
    private static final int MAX_AMPLIFICATION = 2;

    private final FileBytes file;
    private final WeightFormat format;
    private final WeightSet set;

    private boolean averaged;
    private final List<String> notes = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private Checkpoint(FileBytes file, WeightFormat format, WeightSet set) {
        this.file = file;
        this.format = format;
        this.set = set;
    }

    /**
     * The state dict in a value.
     *
     * @param set which weights to take
     * @param starts where in the file the storage of a key begins
     */
    static StateDict stateDict(
            FileBytes file, WeightFormat format, WeightSet set, Value value, ToLongFunction<String> starts) {
        return new Checkpoint(file, format, set).read(value, starts);
    }

    private StateDict read(Value value, ToLongFunction<String> starts) {
        if (!(paired(value) instanceof Dict dict)) {
            throw bad(
                    Fault.NOT_STATE_DICT,
                    Location.WHOLE,
                    "holds " + value.what() + (isUnnamed(value) ? " of tensors without names" : "")
                            + ", not a state dict: in Python, torch.save(model.state_dict(), FILE)");
        }
        Map<String, Strided> all = tensors(unwrapped(dict));
        Map<String, Strided> named = set == WeightSet.AVERAGED && !averaged ? underAverage(all) : all;
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

    /** As a dict, what {@code list(model.named_parameters())} and {@code list(state_dict.items())} give. */
    private Value paired(Value value) {
        if (!(value instanceof Items items)
                || items.values().isEmpty()
                || items.values().size() > MAX_ENTRIES
                || !items.values().stream().allMatch(Checkpoint::isNamedTensor)) {
            return value;
        }
        Dict dict = new Dict(true);
        for (Value item : items.values()) {
            Tuple pair = (Tuple) item;
            dict.put(pair.get(0), pair.get(1));
        }
        notes.add("read a list of names and tensors");
        return dict;
    }

    private static boolean isNamedTensor(Value value) {
        return value instanceof Tuple pair
                && pair.size() == 2
                && pair.get(0) instanceof Text
                && pair.get(1) instanceof Strided;
    }

    /** As {@code list(model.parameters())} gives them. */
    private static boolean isUnnamed(Value value) {
        return value instanceof Items items
                && !items.values().isEmpty()
                && items.values().stream().allMatch(Strided.class::isInstance);
    }

    private void requireRoom(Map<String, Strided> tensors) {
        long room = Math.multiplyExact(MAX_AMPLIFICATION, file.size());
        for (Map.Entry<String, Strided> entry : tensors.entrySet()) {
            room -= Math.min(entry.getValue().bytes(), room + 1);
            if (room < 0) {
                throw bad(
                        Fault.AMPLIFY,
                        new Location.Named(entry.getKey()),
                        "has tensors of more than twice its size; do not trust it");
            }
        }
    }

    /** The dict of tensors within at most two others. */
    private Dict unwrapped(Dict outermost) {
        Dict dict = outermost;
        String path = "";
        String kind = "";
        String other = "";
        for (int wrappers = 0; ; wrappers++) {
            requireDistinct(dict);
            List<Integer> averages = candidates(dict, AVERAGES);
            List<Integer> plain = candidates(dict, WRAPPERS);
            if (plain.isEmpty() && averages.isEmpty() && !holdsNetwork(dict)) {
                plain = sole(dict, path);
            }
            boolean both = !averages.isEmpty() && !plain.isEmpty();
            List<Integer> chosen = averages.isEmpty() || both && set == WeightSet.TRAINED ? plain : averages;
            if (chosen.isEmpty()) {
                break;
            }
            if (wrappers == MAX_WRAPPERS) {
                throw bad(
                        Fault.NOT_STATE_DICT,
                        Location.WHOLE,
                        "holds a dict within a dict within a dict; save the state dict alone: in Python,"
                                + " torch.save(model.state_dict(), FILE)");
            }
            int taken = chosen.get(0);
            for (int i = 0; i < dict.size(); i++) {
                if (i != taken) {
                    leaveOut(path, dict.key(i), dict.value(i));
                }
            }
            averaged |= chosen == averages;
            kind = chosen == averages ? AVERAGE : kind;
            if (both) {
                other = path + name(dict.key((chosen == averages ? plain : averages).get(0)));
            }
            path = path + name(dict.key(taken)) + ".";
            dict = (Dict) dict.value(taken);
        }
        if (!path.isEmpty()) {
            notes.add("used the entry " + Printable.brief(path.substring(0, path.length() - 1)) + kind
                    + (other.isEmpty() ? "" : ", not " + Printable.brief(other))
                    + (other.isEmpty() || averaged ? "" : AVERAGE + "; use --ema for that"));
        }
        return dict;
    }

    /** Of averages that are modules beside the network: the tensors that have such a name in front. */
    private Map<String, Strided> underAverage(Map<String, Strided> named) {
        for (String average : AVERAGES) {
            Pattern under = Pattern.compile("((?:module\\.|_orig_mod\\.|model\\.)*" + average + "\\.).+");
            Map<String, Strided> found = new LinkedHashMap<>();
            Set<String> prefixes = new LinkedHashSet<>();
            named.forEach((name, tensor) -> {
                Matcher matcher = under.matcher(name);
                if (matcher.matches()) {
                    prefixes.add(matcher.group(1));
                    found.put(name.substring(matcher.group(1).length()), tensor);
                }
            });
            if (prefixes.size() == 1) {
                notes.add("used the tensors under " + prefixes.iterator().next() + ", an average of the weights");
                return found;
            }
        }
        throw bad(
                Fault.NOT_STATE_DICT,
                Location.WHOLE,
                "has no average of the weights (" + String.join(", ", AVERAGES.subList(0, MAX_NAMED))
                        + " or the like); leave --ema out");
    }

    /** The only entry with a network's tensors, whatever it is called. */
    private List<Integer> sole(Dict dict, String path) {
        List<Integer> networks = new ArrayList<>();
        for (int i = 0; i < dict.size(); i++) {
            if (dict.key(i) instanceof Text && dict.value(i) instanceof Dict inner && holdsNetwork(inner)) {
                networks.add(i);
            }
        }
        if (networks.size() > 1) {
            List<String> names =
                    networks.stream().map(i -> path + name(dict.key(i))).toList();
            throw bad(
                    Fault.NOT_STATE_DICT,
                    Location.WHOLE,
                    "holds several networks: " + listed(names) + "; save the one you mean alone: in Python,"
                            + " torch.save(torch.load(FILE)[NAME], OTHER)");
        }
        return networks;
    }

    /** Whether some tensor is more than a vector: statistics are dicts of tensors too. */
    private static boolean holdsNetwork(Dict dict) {
        for (int i = 0; i < dict.size(); i++) {
            if (dict.value(i) instanceof Strided tensor && tensor.sizes().length > 1 && dict.key(i) instanceof Text) {
                return true;
            }
        }
        return false;
    }

    /** Of two entries of one name, Python would take the last, and others the first. */
    private void requireDistinct(Dict dict) {
        if (dict.size() > MAX_ENTRIES) {
            throw bad(
                    Fault.LIMIT_TENSORS,
                    Location.WHOLE,
                    "has " + dict.size() + " entries, more than any network; at most " + MAX_ENTRIES + " are allowed");
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < dict.size(); i++) {
            if (dict.key(i) instanceof Text key && !names.add(key.value())) {
                throw bad(
                        Fault.DUP_NAME,
                        new Location.Named(key.value()),
                        "has two entries named " + Printable.brief(key.value()) + "; do not trust it");
            }
        }
    }

    /** The entries with tensors that have one of these names, in the names' order. */
    private static List<Integer> candidates(Dict dict, List<String> names) {
        List<Integer> found = new ArrayList<>();
        for (String name : names) {
            for (int i = 0; i < dict.size(); i++) {
                if (dict.key(i) instanceof Text key
                        && key.value().equals(name)
                        && dict.value(i) instanceof Dict inner
                        && holdsTensors(inner)) {
                    found.add(i);
                }
            }
        }
        return found;
    }

    /** Or a wrapper that may; settings are called "model" too. */
    private static boolean holdsTensors(Dict dict) {
        for (int i = 0; i < dict.size(); i++) {
            if (dict.value(i) instanceof Strided
                    || dict.value(i) instanceof Dict
                            && dict.key(i) instanceof Text key
                            && (WRAPPERS.contains(key.value()) || AVERAGES.contains(key.value()))) {
                return true;
            }
        }
        return false;
    }

    private Map<String, Strided> tensors(Dict dict) {
        Map<String, Strided> tensors = new LinkedHashMap<>();
        int arrays = 0;
        for (int i = 0; i < dict.size(); i++) {
            boolean named = dict.key(i) instanceof Text || dict.key(i) == Atom.LONG_TEXT;
            if (!(dict.value(i) instanceof Strided tensor) || !named) {
                leaveOut("", dict.key(i), dict.value(i));
                arrays += dict.value(i) == Global.NUMPY_RECONSTRUCT.made() ? 1 : 0;
                continue;
            }
            String name = dict.key(i) instanceof Text key ? key.value() : "";
            if (name.isEmpty() || name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
                throw bad(
                        Fault.PKL_STRING,
                        new Location.Named(name),
                        "has a tensor whose name is empty, longer than " + MAX_NAME
                                + " characters, or not printable; do not trust it");
            }
            tensors.put(name, tensor);
        }
        if (tensors.isEmpty() && arrays > 0) {
            throw bad(
                    Fault.NOT_STATE_DICT,
                    Location.WHOLE,
                    "holds NumPy arrays, not tensors; only if you trust its maker, convert it in Python: arrays ="
                            + " torch.load(FILE, weights_only=False), then"
                            + " safetensors.numpy.save_file(arrays, 'model.safetensors'), where arrays must be the dict"
                            + " of arrays alone");
        }
        if (tensors.isEmpty()) {
            throw bad(
                    Fault.NOT_STATE_DICT,
                    Location.WHOLE,
                    "holds no named tensors"
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
            notes.add("removed the prefix " + first.substring(0, taken) + " from all names");
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
        return Printable.brief(first) + (more > 0 ? " and " + more + " more" : "");
    }

    private BadWeightsException bad(Fault fault, Location place, String problem) {
        return new BadWeightsException(file.path(), format, fault, place, problem);
    }
}
