package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Location;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The links of a group by name.
 *
 * @param links in the file's order, which is that of the names' bytes unless the file keeps another
 */
record Group(Map<String, Link> links) {
    private static final int LONGEST_HEAP = 4 << 20;

    /** Where a name leads. */
    sealed interface Link {
        /** To an object of this file. */
        record Hard(long address) implements Link {}

        /** To another name of this file. */
        record Soft() implements Link {}

        /** Out of this file. */
        record External() implements Link {}
    }

    /** The links of an object; none if it is no group. */
    static Group read(Header header) {
        Links links = new Links(header.file());
        for (Cursor message : header.all(Header.Message.SYMBOL_TABLE)) {
            links.readSymbolTable(message);
        }
        for (Cursor message : header.all(Header.Message.LINK_INFO)) {
            links.requireNoHeap(message);
        }
        for (Cursor message : header.all(Header.Message.LINK)) {
            links.readLink(message);
        }
        return new Group(links.links);
    }

    /** Collects links. */
    private static final class Links {
        private final Hdf5 file;
        private final Map<String, Link> links = new LinkedHashMap<>();

        /** The symbol before. */
        private byte[] last = {};

        Links(Hdf5 file) {
            this.file = file;
        }

        /** A group with many links, in the newest version of HDF5, keeps them elsewhere. */
        void requireNoHeap(Cursor info) {
            info.version(0);
            info.skip((info.u8() & 1) != 0 ? Long.BYTES : 0); // the creation order so far
            if (info.i64() != Hdf5.NOWHERE) {
                throw info.unread(Fault.UNSUPPORTED, "are in a fractal heap, which Keras does not write");
            }
        }

        private void add(Cursor at, String name, Link link) {
            file.account().object();
            if (links.putIfAbsent(name, link) != null) {
                throw at.bad(Fault.DUP_NAME, "contains a name twice");
            }
        }

        /** A message with one link, as groups have them that keep their order. */
        void readLink(Cursor message) {
            message.version(1);
            int flags = message.u8();
            int type = (flags & 0x08) != 0 ? message.u8() : 0;
            message.skip((flags & 0x04) != 0 ? Long.BYTES : 0); // creation order
            message.skip((flags & 0x10) != 0 ? 1 : 0); // character set: ASCII is UTF-8 too
            long length = message.unsigned(1 << (flags & 0x03));
            String name = message.part("the name of a link", length).text((int) length, Fault.NAME);
            add(
                    message,
                    name,
                    switch (type) {
                        case 0 -> new Link.Hard(message.i64());
                        case 1 -> new Link.Soft();
                        default -> new Link.External(); // 64, and what applications define
                    });
        }

        /** A tree of nodes with symbols, whose names are in a heap. */
        void readSymbolTable(Cursor message) {
            long tree = message.i64();
            Cursor names = readHeap(message.i64());
            BTree.walk(file, tree, BTree.GROUP, Long.BYTES, (key, child, next) -> readSymbols(child, names));
        }

        private Cursor readHeap(long address) {
            Cursor heap = file.at("a group's heap of names", address, 32);
            heap.signature("HEAP");
            heap.version(0);
            heap.skip(3);
            long size = heap.i64();
            heap.skip(Long.BYTES); // the first free place
            if (size > LONGEST_HEAP) {
                throw heap.bad(Fault.LIMIT, "has " + size + " bytes");
            }
            return file.at("a group's heap of names", heap.i64(), size);
        }

        private void readSymbols(long address, Cursor names) {
            Cursor prefix = file.at("a group's symbols", address, 8);
            prefix.signature("SNOD");
            prefix.version(1);
            prefix.skip(1);
            int count = prefix.u16();
            Cursor symbols = file.at("a group's symbols", address + 8, 40L * count);
            for (int i = 0; i < count; i++) {
                long offset = symbols.i64();
                long object = symbols.i64();
                long kind = symbols.u32();
                symbols.skip(20); // reserved, and what the kind says
                Cursor at = names.again();
                at.skip(offset);
                String name = at.name();
                byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
                file.account().structure(bytes.length, Location.WHOLE); // names may overlap
                if (kind > 2 || Arrays.compareUnsigned(last, bytes) >= 0) { // an empty name, too
                    throw symbols.bad(Fault.HDF5, "are of an unknown kind, or not sorted by name");
                }
                last = bytes;
                add(symbols, name, kind == 2 ? new Link.Soft() : new Link.Hard(object));
            }
        }
    }
}
