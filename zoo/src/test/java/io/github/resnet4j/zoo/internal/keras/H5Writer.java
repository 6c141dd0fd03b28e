package io.github.resnet4j.zoo.internal.keras;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import java.util.zip.Deflater;

/**
 * Writes HDF5 files, good ones and every kind of bad ones: all numbers of all structures go through {@code twist}
 * before lengths and checksums are made, and structures can be put together in any way.
 */
final class H5Writer {
    static final long NOWHERE = -1;
    private static final int SUPERBLOCK = 96;

    private final boolean newest;
    private final LongUnaryOperator twist;
    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    /**
     * Begins a file.
     *
     * @param newest whether in structures of superblock 2, else of 0
     */
    H5Writer(boolean newest, LongUnaryOperator twist) {
        this.newest = newest;
        this.twist = twist;
        file.writeBytes(new byte[SUPERBLOCK]);
    }

    H5Writer(boolean newest) {
        this(newest, LongUnaryOperator.identity());
    }

    /** Numbers and texts one after the other. */
    final class Part {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        private Part number(long value, int width) {
            long twisted = twist.applyAsLong(value);
            for (int b = 0; b < width; b++) {
                bytes.write((int) (twisted >> 8 * b));
            }
            return this;
        }

        Part u8(long... values) {
            Arrays.stream(values).forEach(value -> number(value, 1));
            return this;
        }

        Part u16(long value) {
            return number(value, 2);
        }

        Part u32(long value) {
            return number(value, 4);
        }

        Part u64(long... values) {
            Arrays.stream(values).forEach(value -> number(value, 8));
            return this;
        }

        Part raw(byte[] raw) {
            bytes.writeBytes(raw);
            return this;
        }

        Part text(String text) {
            return raw(text.getBytes(StandardCharsets.UTF_8));
        }

        Part zeros(int count) {
            return raw(new byte[count]);
        }

        Part align() {
            return zeros(-bytes.size() & 7);
        }

        Part checksum() {
            int sum = Lookup3.hash(ByteBuffer.wrap(bytes()));
            return raw(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(sum)
                    .array());
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }
    }

    /** A message of an object's header. */
    record Message(int type, byte[] body) {}

    Part part() {
        return new Part();
    }

    /** Where the next structure will be. */
    long next() {
        return file.size() + (-file.size() & 7);
    }

    /** Writes a structure and gives its address. */
    long put(byte[] structure) {
        file.writeBytes(new byte[-file.size() & 7]);
        long address = file.size();
        file.writeBytes(structure);
        return address;
    }

    /** Writes an object. */
    long object(List<Message> messages) {
        return put(bytesOf(messages));
    }

    /** The address behind an object that will be written next. */
    long behind(List<Message> messages) {
        long end = next() + bytesOf(messages).length;
        return end + (-end & 7);
    }

    private byte[] bytesOf(List<Message> messages) {
        Part part = part();
        for (Message message : messages) {
            append(part, message);
        }
        byte[] all = part.bytes();
        if (newest) {
            return part().text("OHDR")
                    .u8(2, 2)
                    .u32(all.length)
                    .raw(all)
                    .checksum()
                    .bytes();
        }
        return part().u8(1, 0)
                .u16(messages.size())
                .u32(1)
                .u32(all.length)
                .zeros(4)
                .raw(all)
                .bytes();
    }

    /** Messages that an object goes on with, elsewhere in the file. */
    byte[] continued(List<Message> messages) {
        Part part = newest ? part().text("OCHK") : part();
        messages.forEach(message -> append(part, message));
        return newest ? part.checksum().bytes() : part.bytes();
    }

    /** Says where an object goes on. */
    Message continuation(long address, long length) {
        return new Message(0x10, part().u64(address, length).bytes());
    }

    private void append(Part part, Message message) {
        if (newest) {
            part.u8(message.type).u16(message.body.length).u8(0).raw(message.body);
        } else {
            int padding = -message.body.length & 7;
            part.u16(message.type).u16(message.body.length + padding).u8(0).zeros(3);
            part.raw(message.body).zeros(padding);
        }
    }

    /** Writes a group: links by name, in the order of a map whose keys are sorted, and its attributes. */
    long group(Map<String, Long> links, Message... attributes) {
        List<Message> messages = new ArrayList<>();
        if (newest) {
            messages.add(linkInfo());
            links.forEach((name, address) -> messages.add(link(name, 0, part().u64(address))));
        } else {
            messages.add(symbolTable(links));
        }
        messages.addAll(List.of(attributes));
        return object(messages);
    }

    /** Says that links are in the header. */
    Message linkInfo() {
        return new Message(2, part().u8(0, 0).u64(NOWHERE, NOWHERE).bytes());
    }

    /** A link: of type 0 with an address, 1 to a name, 64 to a file. */
    Message link(String name, int type, Part where) {
        return new Message(
                6,
                part().u8(1, 8, type, name.getBytes(StandardCharsets.UTF_8).length)
                        .text(name)
                        .raw(where.bytes())
                        .bytes());
    }

    private Message symbolTable(Map<String, Long> links) {
        Part heap = part().zeros(8);
        Part tree = part();
        Part node = part();
        int symbols = 0;
        int nodes = 0;
        long key = 0; // of a node, the last name of the one before
        for (Map.Entry<String, Long> link : links.entrySet()) {
            int offset = heap.bytes().length;
            heap.text(link.getKey()).zeros(1).align();
            node.u64(offset, link.getValue()).u32(0).zeros(20);
            if (++symbols % 8 == 0 || symbols == links.size()) {
                int count = node.bytes().length / 40;
                tree.u64(key, symbols(count, node.bytes()));
                node = part();
                nodes++;
                key = offset;
            }
        }
        long names = heap(heap.bytes());
        return symbolTable(tree(0, 0, nodes, tree.u64(key).bytes()), names);
    }

    /** Says where a group's tree and names are. */
    Message symbolTable(long tree, long names) {
        return new Message(0x11, part().u64(tree, names).bytes());
    }

    /** Writes a heap with names. */
    long heap(byte[] names) {
        long data = put(names);
        return put(part().text("HEAP").u8(0).zeros(3).u64(names.length, 1, data).bytes());
    }

    /** Writes a node of symbols. */
    long symbols(int count, byte[] entries) {
        return put(part().text("SNOD")
                .u8(1)
                .zeros(1)
                .u16(count)
                .raw(entries)
                .zeros(Math.max(0, 320 - entries.length))
                .bytes());
    }

    /** Writes a node of a B-tree: keys and children. */
    long tree(int kind, int level, int used, byte[] entries) {
        return put(part().text("TREE")
                .u8(kind, level)
                .u16(used)
                .u64(NOWHERE, NOWHERE)
                .raw(entries)
                .zeros(Math.max(64, (kind == 0 ? 520 : 2592) - entries.length)) // nodes are of one size
                .bytes());
    }

    Message shape(long... sizes) {
        return new Message(1, shapeBody(sizes));
    }

    private byte[] shapeBody(long... sizes) {
        return part().u8(1, sizes.length, 0, 0).zeros(4).u64(sizes).bytes();
    }

    /** A type of elements: class, bits, bytes, properties. */
    Message type(int kind, int bits, int bytes, byte[] properties) {
        return new Message(
                3,
                part().u8(1 << 4 | kind, bits, bits >> 8, bits >> 16)
                        .u32(bytes)
                        .raw(properties)
                        .bytes());
    }

    /** IEEE floats of 2, 4 or 8 bytes. */
    Message floats(int bytes, boolean bigEndian) {
        int fraction = bytes == 2 ? 10 : bytes == 4 ? 23 : 52;
        int exponent = 8 * bytes - 1 - fraction;
        int bits = 0x20 | 8 * bytes - 1 << 8 | (bigEndian ? 1 : 0);
        return type(
                1,
                bits,
                bytes,
                part().u16(0)
                        .u16(8 * bytes)
                        .u8(fraction, exponent, 0, fraction)
                        .u32((1 << exponent - 1) - 1)
                        .bytes());
    }

    /** Integers. */
    Message integers(int bytes, boolean signed) {
        return type(0, signed ? 8 : 0, bytes, part().u16(0).u16(8 * bytes).bytes());
    }

    /** Numbers in one piece. */
    Message onePiece(byte[] numbers) {
        return onePiece(put(numbers), numbers.length);
    }

    Message onePiece(long address, long bytes) {
        return new Message(8, part().u8(3, 1).u64(address, bytes).bytes());
    }

    /** Numbers in the header. */
    Message inHeader(byte[] numbers) {
        return new Message(8, part().u8(3, 0).u16(numbers.length).raw(numbers).bytes());
    }

    /** Numbers in chunks under a B-tree; the last size is that of an element's bytes. */
    Message chunks(long tree, long... sizes) {
        Part part = part().u8(3, 2, sizes.length).u64(tree);
        Arrays.stream(sizes).forEach(part::u32);
        return new Message(8, part.bytes());
    }

    /** A B-tree's entry for a chunk: its bytes, the filters left out, where it begins in the array, where it is. */
    byte[] chunk(int bytes, int leftOut, long address, long... begin) {
        return part().u32(bytes).u32(leftOut).u64(begin).u64(0, address).bytes();
    }

    /** A B-tree of chunks, whose last key is that of a chunk behind the last. */
    long chunkTree(List<byte[]> entries, long... end) {
        byte[] last = part().zeros(8).u64(end).u64(0).bytes();
        return tree(
                1,
                0,
                entries.size(),
                part().raw(concatenated(entries)).raw(last).bytes());
    }

    /** A list of filters, each with one value. */
    Message filters(int... idsAndValues) {
        Part part = part().u8(1, idsAndValues.length / 2).zeros(6);
        for (int i = 0; i < idsAndValues.length; i += 2) {
            part.u16(idsAndValues[i])
                    .u16(0)
                    .u16(0)
                    .u16(1)
                    .u32(idsAndValues[i + 1])
                    .zeros(4);
        }
        return new Message(0x0B, part.bytes());
    }

    /** An attribute. */
    Message attribute(String name, Message type, byte[] values, long... sizes) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        byte[] shape = shapeBody(sizes);
        return new Message(
                0x0C,
                part().u8(1, 0)
                        .u16(bytes.length + 1)
                        .u16(type.body.length)
                        .u16(shape.length)
                        .raw(bytes)
                        .zeros(1)
                        .align()
                        .raw(type.body)
                        .align()
                        .raw(shape)
                        .align()
                        .raw(values)
                        .bytes());
    }

    /** An attribute with texts, in fields of one length. */
    Message texts(String name, List<String> texts) {
        int longest = texts.stream()
                .mapToInt(text -> text.getBytes(StandardCharsets.UTF_8).length)
                .max()
                .orElse(1);
        Part values = part();
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            values.raw(Arrays.copyOf(bytes, longest));
        }
        return attribute(name, type(3, 0, longest, new byte[0]), values.bytes(), texts.size());
    }

    /** An attribute with texts of any length, in a collection. */
    Message references(String name, List<String> texts) {
        Part collection = part();
        Part references = part();
        int size = 16;
        for (int i = 0; i < texts.size(); i++) {
            byte[] bytes = texts.get(i).getBytes(StandardCharsets.UTF_8);
            collection.u16(i + 1).u16(0).zeros(4).u64(bytes.length).raw(bytes).align();
            size += 16 + bytes.length + (-bytes.length & 7);
        }
        int free = Math.max(16, 4096 - size); // the least that HDF5 makes
        collection.u16(0).zeros(6).u64(free).zeros(free - 16);
        long address = put(part().text("GCOL")
                .u8(1)
                .zeros(3)
                .u64(size + free)
                .raw(collection.bytes())
                .bytes());
        for (int i = 0; i < texts.size(); i++) {
            int length = texts.get(i).getBytes(StandardCharsets.UTF_8).length;
            references.u32(length).u64(address).u32(i + 1);
        }
        Message type = type(9, 1, 16, type(3, 0, 1, new byte[0]).body);
        return attribute(name, type, references.bytes(), texts.size());
    }

    /** The file, with its superblock. */
    byte[] file(long root) {
        Part block = part().raw(new byte[] {(byte) 0x89, 'H', 'D', 'F', 13, 10, 26, 10});
        if (newest) {
            block.u8(2, 8, 8, 0).u64(0, NOWHERE, file.size(), root).checksum();
        } else {
            block.u8(0, 0, 0, 0, 0, 8, 8, 0).u16(4).u16(16).u32(0);
            block.u64(0, NOWHERE, file.size(), NOWHERE).u64(0, root).u32(0).zeros(20);
        }
        byte[] bytes = file.toByteArray();
        System.arraycopy(block.bytes(), 0, bytes, 0, block.bytes().length);
        return bytes;
    }

    /** The messages of an array of 2 x 3 floats in chunks of 1 x 2: two rows of two, the second half full. */
    Message[] chunked(Message filters, List<byte[]> entries) {
        long tree = chunkTree(entries, 2, 0);
        return new Message[] {shape(2, 3), floats(4, false), filters, chunks(tree, 1, 2, 4)};
    }

    /** The same with the same bytes in each chunk. */
    Message[] chunked(Message filters, byte[] stored) {
        List<byte[]> entries = new ArrayList<>();
        for (int row = 0; row < 2; row++) {
            for (int column = 0; column < 4; column += 2) {
                entries.add(chunk(stored.length, 0, put(stored), row, column));
            }
        }
        return chunked(filters, entries);
    }

    static byte[] concatenated(List<byte[]> parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }

    /** A file with one layer {@code c} of one weight {@code kernel}, described by these messages. */
    byte[] layer(Message... array) {
        long kernel = object(List.of(array));
        long layer = group(Map.of("kernel", kernel), texts("weight_names", List.of("kernel")));
        return file(group(Map.of("c", layer), texts("layer_names", List.of("c"))));
    }

    /** {@code 0, 1, 2...} as floats. */
    static byte[] counting(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putFloat(i);
        }
        return bytes.array();
    }

    /** With its checksum behind it. */
    static byte[] summed(byte[] bytes) {
        Fletcher32 sum = new Fletcher32();
        sum.update(bytes, bytes.length);
        ByteBuffer summed = ByteBuffer.allocate(bytes.length + 4).order(ByteOrder.LITTLE_ENDIAN);
        return summed.put(bytes).putInt(sum.value()).array();
    }

    /** The first bytes of all elements, then all the second... */
    static byte[] shuffled(byte[] bytes, int width) {
        byte[] shuffled = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            shuffled[i % width * (bytes.length / width) + i / width] = bytes[i];
        }
        return shuffled;
    }

    static byte[] deflated(byte[] bytes) {
        Deflater deflater = new Deflater();
        deflater.setInput(bytes);
        deflater.finish();
        byte[] out = new byte[bytes.length + 64];
        int length = deflater.deflate(out);
        deflater.end();
        return Arrays.copyOf(out, length);
    }
}
