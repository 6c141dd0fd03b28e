package io.github.resnet4j.zoo.internal.torch;

import io.github.resnet4j.zoo.internal.torch.Value.Atom;
import io.github.resnet4j.zoo.internal.torch.Value.Dict;
import io.github.resnet4j.zoo.internal.torch.Value.Int;
import io.github.resnet4j.zoo.internal.torch.Value.Items;
import io.github.resnet4j.zoo.internal.torch.Value.Storage;
import io.github.resnet4j.zoo.internal.torch.Value.Text;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code torch.save} wrote before 1.6: a magic number, a version, facts about the machine, the object, and the keys
 * of its storages, each a pickle; then in the order of the keys each storage's number of elements (8 bytes) and its
 * elements.
 */
final class LegacyCheckpoint {
    /** Behind PROTO and its number: 0x1950a86a20f9469cfc6c as LONG1 of 10 bytes, STOP. */
    private static final byte[] MAGIC = HexFormat.of().parseHex("8a0a6cfc9c46f9206aa850192e");

    private static final int MAGIC_FROM = 2;
    private static final int VERSION = 1001;

    private final FileBytes file;
    private final WeightSet set;
    private final PickleBytes pickles;

    private LegacyCheckpoint(FileBytes file, WeightSet set) {
        this.file = file;
        this.set = set;
        this.pickles = new PickleBytes(file, WeightFormat.TORCH_LEGACY, Location.At::new, 0, file.size());
    }

    static StateDict open(FileBytes file, WeightSet set) {
        return new LegacyCheckpoint(file, set).read();
    }

    private StateDict read() {
        requireMagic();
        pickles.skip(MAGIC_FROM + MAGIC.length);
        if (!isInt(Optional.of(PickleMachine.run(pickles)), VERSION)) {
            throw bad(
                    Fault.BAD_MAGIC,
                    "has an unknown version of PyTorch's old format; save it again with a newer torch.save");
        }
        requireLittleEndian(PickleMachine.run(pickles));
        PersistentIds ids = PersistentIds.ofLegacy(pickles);
        Value object = PickleMachine.run(pickles, ids);
        requireNoViewsOfViews(ids);
        List<Storage> storages = storages(PickleMachine.run(pickles), ids.storages());
        Map<String, Long> starts = starts(storages);
        return Checkpoint.stateDict(file, WeightFormat.TORCH_LEGACY, set, object, starts::get);
    }

    /** Byte by byte: a pickle that computes the number would be a program. */
    private void requireMagic() {
        int length = (int) Math.min(MAGIC_FROM + MAGIC.length, file.size());
        byte[] start = file.read(0, length);
        int same = Arrays.mismatch(start, MAGIC_FROM, length, MAGIC, 0, length - MAGIC_FROM);
        if (same >= 0) {
            GlobalCheck.requireAllowed(pickles); // says more of what it is, if it is anything
            throw bad(
                    Fault.BAD_MAGIC,
                    "is a pickle, but not one written by torch.save; in Python, convert it to tensors and"
                            + " torch.save those");
        }
        if (length < MAGIC_FROM + MAGIC.length) {
            throw pickles.truncated();
        }
    }

    private void requireLittleEndian(Value facts) {
        Optional<Value> sizes = entry(Optional.of(facts), "type_sizes");
        boolean known = isInt(entry(Optional.of(facts), "protocol_version"), VERSION)
                && entry(Optional.of(facts), "little_endian").equals(Optional.of(Atom.TRUE))
                && isInt(entry(sizes, "short"), Short.BYTES)
                && isInt(entry(sizes, "int"), Integer.BYTES)
                && (isInt(entry(sizes, "long"), Integer.BYTES) || isInt(entry(sizes, "long"), Long.BYTES));
        if (!known) {
            throw bad(
                    Fault.BYTEORDER,
                    "was not written on a little-endian machine; save it again on one, with a newer torch.save");
        }
    }

    private static Optional<Value> entry(Optional<Value> dict, String name) {
        if (dict.isPresent() && dict.get() instanceof Dict entries) {
            for (int i = 0; i < entries.size(); i++) {
                if (entries.key(i) instanceof Text key && key.value().equals(name)) {
                    return Optional.of(entries.value(i));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isInt(Optional<Value> value, long expected) {
        return value.isPresent() && value.get() instanceof Int integer && integer.value() == expected;
    }

    private void requireNoViewsOfViews(PersistentIds ids) {
        for (String view : ids.views()) {
            if (ids.storages().containsKey(view)) {
                throw bad(Fault.BOUNDS, "has a view of the view " + view + "; do not trust it");
            }
        }
    }

    /** The storages in the order of the list of keys, which names each once. */
    private List<Storage> storages(Value keys, Map<String, Storage> mentioned) {
        List<Storage> storages = new ArrayList<>();
        String before = "";
        if (keys instanceof Items list) {
            for (Value value : list.values()) {
                // torch.save sorts them, so that none comes twice.
                if (!(value instanceof Text key)
                        || key.value().compareTo(before) <= 0
                        || !mentioned.containsKey(key.value())) {
                    throw storageSet();
                }
                before = key.value();
                storages.add(mentioned.get(before));
            }
        }
        if (storages.size() != mentioned.size()) {
            throw storageSet();
        }
        return storages;
    }

    private BadWeightsException storageSet() {
        return bad(Fault.STORAGE_SET, "has other storages than its tensors need; copy or download it again");
    }

    private Map<String, Long> starts(List<Storage> storages) {
        Map<String, Long> starts = new HashMap<>();
        long at = pickles.position();
        for (Storage storage : storages) {
            if (file.size() - at < Long.BYTES) {
                throw truncated();
            }
            long count = file.buffer(at, Long.BYTES).getLong();
            if (count != storage.count()) {
                throw bad(
                        Fault.STORAGE_SIZE,
                        at,
                        "has " + count + " elements in the storage " + storage.key() + ", but declares "
                                + storage.count() + "; copy or download it again");
            }
            at += Long.BYTES;
            long bytes = count * storage.type().type().bytes();
            if (bytes > file.size() - at) {
                throw truncated();
            }
            starts.put(storage.key(), at);
            at += bytes;
        }
        if (at < file.size()) {
            throw bad(Fault.TRAILING, at, "has data after its last tensor; do not trust it");
        }
        return starts;
    }

    private BadWeightsException truncated() {
        return bad(
                Fault.TRUNCATED,
                file.size(),
                "is cut short: it ends in the middle of its tensors; copy or download it again");
    }

    /** What is wrong with the pickle that was read last. */
    private BadWeightsException bad(Fault fault, String problem) {
        return pickles.bad(fault, problem);
    }

    private BadWeightsException bad(Fault fault, long at, String problem) {
        return new BadWeightsException(file.path(), WeightFormat.TORCH_LEGACY, fault, new Location.At(at), problem);
    }
}
