package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.Fault;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the file says of one object, in messages: a group's links, an array's shape and place, attributes.
 *
 * @param address the object's, by which it is known
 * @param messages those that are of use here, by their type, in the file's order
 */
record Header(Hdf5 file, long address, Map<Integer, List<Message>> messages) {
    private static final int MESSAGES = 4096;
    private static final int CONTINUATION = 0x10;

    /** Says that the message itself is elsewhere, shared by several objects. */
    private static final int SHARED = 0x02;

    /** A stretch of messages. */
    private record Block(long address, long length) {}

    /** One message; the numbers of types are HDF5's. */
    record Message(boolean shared, Cursor body) {
        static final int DATASPACE = 0x01;
        static final int LINK_INFO = 0x02;
        static final int DATATYPE = 0x03;
        static final int LINK = 0x06;
        static final int EXTERNAL_FILES = 0x07;
        static final int LAYOUT = 0x08;
        static final int FILTERS = 0x0B;
        static final int ATTRIBUTE = 0x0C;
        static final int SYMBOL_TABLE = 0x11;
        static final int ATTRIBUTE_INFO = 0x15;

        private static final Map<Integer, String> TITLES = Map.ofEntries(
                Map.entry(DATASPACE, "a shape"),
                Map.entry(LINK_INFO, "a group's links"),
                Map.entry(DATATYPE, "an element type"),
                Map.entry(LINK, "a link"),
                Map.entry(EXTERNAL_FILES, "a list of files"),
                Map.entry(LAYOUT, "an array's layout"),
                Map.entry(FILTERS, "a list of filters"),
                Map.entry(ATTRIBUTE, "an attribute"),
                Map.entry(CONTINUATION, "a continuation"),
                Map.entry(SYMBOL_TABLE, "a group's symbol table"),
                Map.entry(ATTRIBUTE_INFO, "an object's attributes"));
    }

    static Header read(Hdf5 file, long address) {
        int first = file.at("an object", address, 1).u8();
        return new Header(
                file, address, first == 'O' ? new Version2(file).read(address) : new Version1(file).read(address));
    }

    boolean has(int type) {
        return messages.containsKey(type);
    }

    /** All messages of a type, each from its begin. */
    List<Cursor> all(int type) {
        List<Cursor> found = new ArrayList<>();
        for (Message message : messages.getOrDefault(type, List.of())) {
            if (message.shared) {
                throw message.body.unread(Fault.UNSUPPORTED, "is shared between objects, which Keras does not write");
            }
            found.add(message.body.again());
        }
        return found;
    }

    /** The message of a type, of which there may not be two. */
    Optional<Cursor> one(int type) {
        List<Cursor> found = all(type);
        if (found.size() > 1) {
            throw found.get(1).bad(Fault.HDF5, "occurs twice");
        }
        return found.stream().findFirst();
    }

    /** Collects messages from the first stretch and those it refers to. */
    private abstract static class Blocks {
        final Hdf5 file;
        private final Map<Integer, List<Message>> messages = new HashMap<>();
        private int count;
        private final Deque<Block> blocks = new ArrayDeque<>();
        private final Set<Long> seen = new HashSet<>();

        Blocks(Hdf5 file) {
            this.file = file;
        }

        abstract Map<Integer, List<Message>> read(long address);

        /** Reads stretches that were added, and those which they add, until there are no more. */
        final Map<Integer, List<Message>> follow() {
            while (!blocks.isEmpty()) {
                Block block = blocks.remove();
                continued(file.at("the continuation of an object", block.address, block.length));
            }
            return messages;
        }

        abstract void continued(Cursor block);

        /** Takes a message of {@code size} bytes, which {@code from} stands at. */
        final void add(int type, int flags, Cursor from, int size) {
            if (++count > MESSAGES) {
                throw from.bad(Fault.LIMIT, "has more than " + MESSAGES + " messages");
            }
            String title = Message.TITLES.get(type);
            if (title == null) { // of no use here: times, fill values, gaps
                from.skip(size);
                return;
            }
            file.account().message();
            Cursor body = from.part(title, size);
            if (type == CONTINUATION) {
                Block block = new Block(body.i64(), body.i64());
                if (!seen.add(block.address)) {
                    throw body.bad(Fault.LIMIT, "continues at a place it has already used");
                }
                blocks.add(block);
            } else {
                messages.computeIfAbsent(type, none -> new ArrayList<>()).add(new Message((flags & SHARED) != 0, body));
            }
        }
    }

    /** As in superblocks 0 and 1: no checksums. */
    private static final class Version1 extends Blocks {
        Version1(Hdf5 file) {
            super(file);
        }

        @Override
        Map<Integer, List<Message>> read(long address) {
            Cursor prefix = file.at("an object", address, 16);
            prefix.version(1);
            prefix.skip(7); // a reserved byte, the numbers of messages and of references
            continued(file.at("an object", address + 16, prefix.u32()));
            return follow();
        }

        @Override
        void continued(Cursor block) {
            while (block.remaining() > 0) {
                int type = block.u16();
                int size = block.u16();
                int flags = block.u8();
                block.skip(3);
                add(type, flags, block, size);
            }
        }
    }

    /** As in superblocks 2 and 3: with checksums. */
    private static final class Version2 extends Blocks {
        private static final int TIMES = 0x20;
        private static final int ATTRIBUTE_COUNTS = 0x10;
        private static final int CREATION_ORDER = 0x04;
        private static final int SIZE_WIDTH = 0x03;
        private static final int CHECKSUM_BYTES = 4;
        private int flags;

        Version2(Hdf5 file) {
            super(file);
        }

        @Override
        Map<Integer, List<Message>> read(long address) {
            Cursor prefix = file.at("an object", address, 6);
            prefix.signature("OHDR");
            prefix.version(2);
            flags = prefix.u8();
            int width = 1 << (flags & SIZE_WIDTH);
            int before = 6 + ((flags & TIMES) != 0 ? 16 : 0) + ((flags & ATTRIBUTE_COUNTS) != 0 ? 4 : 0) + width;
            Cursor sizes = file.at("an object", address, before);
            sizes.skip(before - width);
            long size = sizes.unsigned(width);
            if (size < 0 || size > file.file().size()) {
                throw sizes.bad(Fault.HDF5, "is longer than the file");
            }
            Cursor whole = file.at("an object", address, before + size + CHECKSUM_BYTES);
            whole.skip(before);
            messages(whole);
            return follow();
        }

        @Override
        void continued(Cursor block) {
            block.signature("OCHK");
            messages(block);
        }

        private void messages(Cursor block) {
            Cursor whole = block.again();
            whole.skip(Math.max(0, whole.remaining() - CHECKSUM_BYTES));
            Hdf5.checksum(whole);
            Cursor messages = block.part("an object", block.remaining() - CHECKSUM_BYTES);
            boolean ordered = (flags & CREATION_ORDER) != 0;
            int least = ordered ? 6 : 4;
            while (messages.remaining() >= least) { // less than that is a gap
                int type = messages.u8();
                int size = messages.u16();
                int messageFlags = messages.u8();
                messages.skip(least - 4);
                add(type, messageFlags, messages, size);
            }
        }
    }
}
