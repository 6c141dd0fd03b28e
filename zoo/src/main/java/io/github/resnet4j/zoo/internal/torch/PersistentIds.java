package io.github.resnet4j.zoo.internal.torch;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a pickle may refer to outside of itself: the storages of its file. */
final class PersistentIds {
    /** Keys are numbers: counted in a zip archive, addresses in memory in a legacy file. */
    private static final int MAX_KEY = 20;

    /** How long an identifier is in a zip archive, and in a legacy file, where it ends in a view or {@code None}. */
    private static final int PARTS = 5;

    private static final int PARTS_WITH_VIEW = 6;

    private final PickleBytes pickle;
    private final boolean legacy;
    private final Check check;
    private final Map<String, Value.Storage> storages = new LinkedHashMap<>();
    private final Set<String> views = new HashSet<>();

    /** What the file has to say of a storage when it is first mentioned. */
    @FunctionalInterface
    interface Check {
        /**
         * Requires that the file has this storage.
         *
         * @param bytes that it must have
         */
        void require(Value.Storage storage, long bytes);
    }

    private PersistentIds(PickleBytes pickle, boolean legacy, Check check) {
        this.pickle = pickle;
        this.legacy = legacy;
        this.check = check;
    }

    /** Of the pickle in a zip archive. */
    static PersistentIds ofZip(PickleBytes pickle, Check check) {
        return new PersistentIds(pickle, false, check);
    }

    /** Of the fourth pickle of a legacy file; nothing is known yet of the storages behind it. */
    static PersistentIds ofLegacy(PickleBytes pickle) {
        return new PersistentIds(pickle, true, (storage, bytes) -> {});
    }

    /** All storages that were mentioned, by key. */
    Map<String, Value.Storage> storages() {
        return storages;
    }

    /** Keys of all views of storages that were mentioned. */
    Set<String> views() {
        return views;
    }

    /** The storage that an identifier names. */
    Value.Storage load(Value id) {
        if (!(id instanceof Value.Tuple parts)
                || parts.size() == 0
                || !(parts.get(0) instanceof Value.Text kind)
                || !kind.value().equals("storage")) {
            throw bad("refers to external data that is not a storage");
        }
        if (parts.size() != (legacy ? PARTS_WITH_VIEW : PARTS)) {
            throw bad("refers to a storage by " + parts.size() + " values");
        }
        Global type = type(parts.get(1));
        String key = key(parts.get(2));
        if (!(parts.get(3) instanceof Value.Text location)) {
            throw bad("has a storage on no device");
        }
        if (location.value().equals("meta")) {
            throw pickle.bad(
                    Fault.UNSUPPORTED, "has meta tensors, which hold no data; save the network with its weights");
        }
        if (!(parts.get(4) instanceof Value.Int count)) {
            throw bad("has a storage without a size");
        }
        Value.Storage storage = storage(key, type, count.value());
        return legacy && parts.get(5) != Value.Atom.NONE ? view(storage, parts.get(5)) : storage;
    }

    private Global type(Value value) {
        if (value instanceof Global global && global.is(Global.Kind.STORAGE)) {
            return global;
        }
        throw bad("has a storage without a type");
    }

    private String key(Value value) {
        if (value instanceof Value.Text text && isNumber(text.value())) {
            return text.value();
        }
        throw bad("has a storage whose key is not a number");
    }

    private static boolean isNumber(String key) {
        for (int i = 0; i < key.length(); i++) {
            if (key.charAt(i) < '0' || key.charAt(i) > '9') {
                return false;
            }
        }
        return !key.isEmpty() && key.length() <= MAX_KEY;
    }

    private Value.Storage storage(String key, Global type, long count) {
        Value.Storage known = storages.get(key);
        if (known != null) {
            if (known.type() != type || known.count() != count) {
                throw pickle.bad(Fault.STORAGE_SIZE, "describes the storage " + key + " in two ways; do not trust it");
            }
            return known;
        }
        if (count < 0 || count > Long.MAX_VALUE / type.type().bytes()) {
            throw pickle.bad(
                    Fault.OVERFLOW, "has a storage of " + count + " elements, which is impossible; download it again");
        }
        pickle.spend(160);
        Value.Storage storage = new Value.Storage(key, type, 0, count);
        check.require(storage, count * type.type().bytes());
        storages.put(key, storage);
        return storage;
    }

    private Value.Storage view(Value.Storage root, Value description) {
        Optional<Value.Storage> view = Optional.empty();
        if (description instanceof Value.Tuple parts
                && parts.size() == 3
                && parts.get(0) instanceof Value.Text key
                && parts.get(1) instanceof Value.Int from
                && parts.get(2) instanceof Value.Int count
                && from.value() >= 0
                && count.value() >= 0
                && from.value() <= root.count() - count.value()) {
            pickle.spend(160);
            views.add(key.value());
            view = Optional.of(new Value.Storage(root.key(), root.type(), from.value(), count.value()));
        }
        return view.orElseThrow(() -> pickle.bad(
                Fault.BOUNDS,
                "has a view that is not within the storage " + root.key() + "; copy or download it again"));
    }

    private BadWeightsException bad(String problem) {
        return pickle.bad(Fault.PKL_PID, problem + "; save it again with torch.save");
    }
}
