package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.Fault;
import java.util.HashMap;
import java.util.Map;

/** Texts of any length, which lie in collections; only those asked for are read. */
final class GlobalHeap {
    private static final int LONGEST = 4096;
    private static final int PREFIX = 16;

    private final Hdf5 file;
    private final Map<Long, Map<Integer, Item>> collections = new HashMap<>();

    private record Item(long address, long length) {}

    GlobalHeap(Hdf5 file) {
        this.file = file;
    }

    /** The text that {@code reference}, 16 bytes, refers to: its length, the collection, the place in it. */
    String text(Cursor reference) {
        long length = reference.u32();
        long collection = reference.i64();
        long index = reference.u32();
        if (length == 0) {
            return "";
        }
        Map<Integer, Item> items = collections.get(collection);
        if (items == null) {
            items = read(collection);
            collections.put(collection, items);
        }
        Item item = items.get((int) index);
        if (index == 0 || item == null || item.length < length) {
            throw reference.bad(Fault.ATTR, "refers to a string that does not exist");
        }
        if (length > LONGEST) {
            throw reference.bad(Fault.ATTR, "refers to a string of " + length + " bytes, too long for a name");
        }
        return file.at("a text", item.address, length).text((int) length, Fault.ATTR);
    }

    /** Where the items of a collection are. The items themselves, such as a model's description, are passed over. */
    private Map<Integer, Item> read(long address) {
        Cursor prefix = file.at("a collection of texts", address, PREFIX);
        prefix.signature("GCOL");
        prefix.version(1);
        prefix.skip(3);
        long end = address + prefix.i64();
        if (end < address || end > file.file().size() - file.base()) {
            throw prefix.bad(Fault.HDF5, "extends past the end of the file");
        }
        Map<Integer, Item> items = new HashMap<>();
        long at = address + PREFIX;
        while (at <= end - PREFIX) {
            Cursor item = file.at("a text", at, PREFIX);
            int index = item.u16();
            item.skip(6); // references to it, reserved
            long length = item.i64();
            if (index == 0) { // the rest is free
                break;
            }
            if (length < 0 || length > end - at - PREFIX) {
                throw item.bad(Fault.HDF5, "is longer than its collection");
            }
            if (items.put(index, new Item(at + PREFIX, length)) != null) {
                throw item.bad(Fault.HDF5, "occurs twice in its collection");
            }
            at += PREFIX + (length + 7 & ~7L);
        }
        return items;
    }
}
