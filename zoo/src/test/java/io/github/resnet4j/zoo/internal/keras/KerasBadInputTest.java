package io.github.resnet4j.zoo.internal.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.github.resnet4j.zoo.internal.keras.H5Writer.Message;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Hostile;
import io.github.resnet4j.zoo.weights.StateDict;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows H01 to H15: files made to do harm, and those that only look so. */
class KerasBadInputTest {
    private static final byte[] SIX = H5Writer.counting(6);

    /** A file, and what it must be refused for. */
    private record Bad(String name, Fault fault, byte[] bytes) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final class Rows {
        private final List<Bad> rows = new ArrayList<>();

        void add(String name, Fault fault, byte[] bytes) {
            rows.add(new Bad(name, fault, bytes));
        }

        /** In the structures of superblock 0. */
        void add(String name, Fault fault, Function<H5Writer, byte[]> write) {
            add(name, fault, write.apply(new H5Writer(false)));
        }

        /** In those of superblock 0 and of 2. */
        void both(String name, Fault fault, Function<H5Writer, byte[]> write) {
            add(name, fault, write);
            add(name + " (superblock 2)", fault, write.apply(new H5Writer(true)));
        }

        /** One array of 2 x 3 floats, or said to be so, described by messages. */
        void array(String name, Fault fault, Function<H5Writer, Message[]> describe) {
            both(name, fault, writer -> writer.layer(describe.apply(writer)));
        }
    }

    static Stream<Bad> bad() {
        Rows rows = new Rows();
        signatures(rows);
        superblocks(rows);
        cycles(rows);
        external(rows);
        sizes(rows);
        chunks(rows);
        filters(rows);
        types(rows);
        attributes(rows);
        headers(rows);
        formats(rows);
        return rows.rows.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void bad(Bad bad) {
        Hostile.rejected(bad.fault, bad.bytes.length, () -> readAll(bad.bytes));
        assertThat(readAll(KerasFileTest.golden("keras2.h5")).tensors()).hasSize(14);
    }

    private static StateDict readAll(byte[] bytes) {
        StateDict found = KerasFileTest.open(bytes);
        found.tensors().values().forEach(tensor -> assertThat(tensor.floats()).hasSize((int) tensor.count()));
        return found;
    }

    private static byte[] changed(String golden, Consumer<byte[]> change) {
        byte[] bytes = KerasFileTest.golden(golden);
        change.accept(bytes);
        return bytes;
    }

    private static byte[] good(H5Writer writer) {
        return writer.layer(writer.shape(2, 3), writer.floats(4, false), writer.onePiece(SIX));
    }

    private static void signatures(Rows rows) {
        byte[] good = KerasFileTest.golden("keras2.h5");
        // The table has BAD_MAGIC; with its signature it is HDF5, and what is wrong is that the rest is not there.
        rows.add("H01 signature only", Fault.TRUNCATED, Arrays.copyOf(good, 8));
        rows.add("H01 one byte", Fault.BAD_MAGIC, Arrays.copyOf(good, 1));
        rows.add("H01 seven bytes", Fault.BAD_MAGIC, Arrays.copyOf(good, 7));
        rows.add("H01 wrong signature", Fault.BAD_MAGIC, changed("keras2.h5", bytes -> bytes[4] = '\n'));
        for (int block : new int[] {100, 513, 1536, 2 << 20}) {
            byte[] bytes = new byte[block + good.length];
            System.arraycopy(good, 0, bytes, block, good.length);
            rows.add("H01 signature at " + block, Fault.BAD_MAGIC, bytes);
        }
    }

    private static void superblocks(Rows rows) {
        for (int version : new int[] {4, 9, 255}) {
            rows.add(
                    "H02 superblock version " + version,
                    Fault.SUPERBLOCK,
                    changed("keras2.h5", bytes -> bytes[8] = (byte) version));
        }
        for (int size : new int[] {0, 3, 4, 255}) {
            rows.add(
                    "H02 offset size " + size,
                    Fault.SUPERBLOCK,
                    changed("keras2.h5", bytes -> bytes[13] = (byte) size));
            rows.add(
                    "H02 length size " + size,
                    Fault.SUPERBLOCK,
                    changed("keras2.h5", bytes -> bytes[14] = (byte) size));
            rows.add(
                    "H02 offset size " + size + " (superblock 3)",
                    Fault.SUPERBLOCK,
                    changed("latest.h5", bytes -> bytes[9] = (byte) size));
        }
        // The table has SUPERBLOCK; the commonest reason is a download that was cut, and the message says so.
        rows.add("H02 end of file beyond the file", Fault.TRUNCATED, changed("keras2.h5", bytes -> bytes[42]++));
        rows.add("H02 end of file at 2^63", Fault.TRUNCATED, changed("keras2.h5", bytes -> bytes[47] = (byte) 0x80));
        for (int sixteenths = 1; sixteenths < 16; sixteenths++) {
            byte[] good = KerasFileTest.golden("keras2.h5");
            rows.add(
                    "H02 cut at " + sixteenths + "/16",
                    Fault.TRUNCATED,
                    Arrays.copyOf(good, good.length * sixteenths / 16));
        }
        rows.add("H02 another base address", Fault.SUPERBLOCK, changed("keras2.h5", bytes -> bytes[25] = 2));
        rows.add("H02 several files", Fault.EXTERNAL, changed("keras2.h5", bytes -> bytes[48] = 0));
        rows.add("H02 wrong checksum", Fault.CHECKSUM, changed("latest.h5", bytes -> bytes[44]++));
        rows.add("H02 wrong checksum of the root", Fault.CHECKSUM, changed("latest.h5", bytes -> bytes[64]++));
        rows.both("H02 root beyond the file", Fault.HDF5, writer -> {
            good(writer);
            return writer.file(1 << 20);
        });
    }

    private static void cycles(Rows rows) {
        rows.both("H03 root in itself", Fault.CYCLE, writer -> {
            long root = writer.next(); // all that it needs is in it
            return writer.file(writer.object(List.of(
                    writer.link("c", 0, writer.part().u64(root)),
                    writer.texts("layer_names", List.of("c")),
                    writer.texts("weight_names", List.of("kernel")))));
        });
        rows.both("H03 hard-link cycle", Fault.CYCLE, writer -> {
            long inner = writer.next();
            long layer = writer.behind(List.of(writer.link("c", 0, writer.part().u64(0))));
            writer.object(List.of(writer.link("c", 0, writer.part().u64(layer))));
            writer.object(List.of(
                    writer.link("d", 0, writer.part().u64(inner)),
                    writer.texts("weight_names", List.of("d/c/kernel"))));
            return writer.file(writer.group(Map.of("c", layer), writer.texts("layer_names", List.of("c"))));
        });
        rows.both("H03 hard-link cycle in a file of Keras 3", Fault.CYCLE, writer -> {
            long layers = writer.next();
            return writer.file(writer.group(Map.of(
                    "layers",
                    writer.object(List.of(writer.link("again", 0, writer.part().u64(layers)))))));
        });
        rows.both("H03 group of Keras 3 under two names", Fault.CYCLE, writer -> {
            long empty = writer.group(Map.of());
            return writer.file(writer.group(new TreeMap<>(Map.of("a", empty, "b", empty))));
        });
        // A soft link is refused before it could be a cycle: Keras writes none.
        rows.add("H03 soft link", Fault.CYCLE, writer -> {
            long layer = writer.object(List.of(
                    writer.link("kernel", 1, writer.part().u16(6).text("kernel")),
                    writer.texts("weight_names", List.of("kernel"))));
            return writer.file(writer.group(Map.of("c", layer), writer.texts("layer_names", List.of("c"))));
        });
        rows.add("H03 soft link among symbols", Fault.CYCLE, changed("keras2.h5", bytes -> {
            int node = find(bytes, "SNOD", 0);
            bytes[node + 8 + 16] = 2;
        }));
        rows.both("H03 B-tree node in itself", Fault.CYCLE, writer -> {
            long node = writer.next();
            writer.tree(0, 1, 1, writer.part().u64(0, node).bytes());
            return tree(writer, node);
        });
        rows.both("H03 B-tree nodes that share their children", Fault.CYCLE, writer -> {
            long node = writer.symbols(0, new byte[0]);
            for (int level = 0; level < 8; level++) {
                byte[] entry = writer.part().u64(0, node).bytes();
                node = writer.tree(0, level, 200, repeated(entry, 200));
            }
            return tree(writer, node);
        });
        rows.both("H03 B-tree of a wrong level", Fault.CYCLE, writer -> {
            long leaf = writer.tree(0, 0, 0, new byte[0]);
            return tree(writer, writer.tree(0, 2, 1, writer.part().u64(0, leaf).bytes()));
        });
        rows.both("H03 17 groups in each other", Fault.LIMIT, writer -> {
            long group = writer.group(Map.of());
            for (int i = 0; i < 17; i++) {
                group = writer.group(Map.of("a", group));
            }
            return writer.file(group);
        });
    }

    /** A file whose root has the names {@code a} to {@code z} in a tree. */
    private static byte[] tree(H5Writer writer, long tree) {
        return tree(writer, tree, "abcdefghijklmnopqrstuvwxyz\0".getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] tree(H5Writer writer, long tree, byte[] heap) {
        long names = writer.heap(heap);
        return writer.file(
                writer.object(List.of(writer.symbolTable(tree, names), writer.texts("layer_names", List.of("a")))));
    }

    private static byte[] repeated(byte[] part, int times) {
        return H5Writer.concatenated(Collections.nCopies(times, part));
    }

    private static int find(byte[] bytes, String signature, int from) {
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(signature, from);
        assertThat(at).as(signature).isNotNegative();
        return at;
    }

    private static void external(Rows rows) {
        rows.both(
                "H04 layer in another file",
                Fault.EXTERNAL,
                writer -> writer.file(writer.object(List.of(
                        writer.link(
                                "c",
                                64,
                                writer.part().u16(14).u8(0).text("/etc/passwd").zeros(2)),
                        writer.texts("layer_names", List.of("c"))))));
        rows.both(
                "H04 link of an application's kind",
                Fault.EXTERNAL,
                writer -> writer.file(writer.object(List.of(
                        writer.link("c", 65, writer.part().u16(0)), writer.texts("layer_names", List.of("c"))))));
        rows.both(
                "H04 file of Keras 3 with a link to another",
                Fault.EXTERNAL,
                writer -> writer.file(writer.object(List.of(writer.link(
                        "layers",
                        64,
                        writer.part().u16(14).u8(0).text("/etc/passwd").zeros(2))))));
        rows.array("H04 numbers in another file", Fault.EXTERNAL, writer -> new Message[] {
            writer.shape(2, 3),
            writer.floats(4, false),
            new Message(
                    7,
                    writer.part().u8(1, 0, 0, 0).u16(1).u16(1).u64(0, 0, 0, 24).bytes()),
            writer.onePiece(SIX)
        });
        rows.array("H04 virtual array", Fault.EXTERNAL, writer -> new Message[] {
            writer.shape(2, 3),
            writer.floats(4, false),
            new Message(8, writer.part().u8(4, 3).u64(0).u32(0).bytes())
        });
    }

    private static void sizes(Rows rows) {
        shape(rows, "H05 2^63 x 4", Fault.OVERFLOW, Long.MIN_VALUE, 4);
        shape(rows, "H05 2^62 x 4", Fault.OVERFLOW, 1L << 62, 4);
        shape(rows, "H05 -1", Fault.OVERFLOW, -1);
        shape(rows, "H05 product that is 0 in 64 bits", Fault.OVERFLOW, 1L << 32, 1L << 32);
        shape(rows, "H05 product that is 4 in 64 bits", Fault.OVERFLOW, 4_194_305, 4_194_305, 211_106_198_978_564L);
        shape(rows, "H05 bytes that are 8 in 64 bits", Fault.OVERFLOW, (1L << 62) + 2);
        shape(rows, "H05 2 GiB", Fault.OVERFLOW, 1L << 29);
        shape(rows, "H05 more than 100 times the file", Fault.OVERFLOW, 1 << 20);
        shape(rows, "H05 more than is stored", Fault.STORAGE_SIZE, 7);
        shape(rows, "H05 less than is stored", Fault.STORAGE_SIZE, 5);
        shape(rows, "H05 nine dimensions", Fault.RANK, 1, 1, 1, 1, 1, 1, 1, 2, 3);
        rows.array("H05 no storage", Fault.OVERFLOW, writer ->
                new Message[] {writer.shape(2, 3), writer.floats(4, false), writer.onePiece(H5Writer.NOWHERE, 24)});
        rows.array("H05 storage beyond the file", Fault.BOUNDS, writer ->
                new Message[] {writer.shape(2, 3), writer.floats(4, false), writer.onePiece(1 << 20, 24)});
        rows.array("H05 storage at 2^63", Fault.BOUNDS, writer ->
                new Message[] {writer.shape(2, 3), writer.floats(4, false), writer.onePiece(Long.MIN_VALUE, 24)});
        rows.array("H05 too little in the header", Fault.STORAGE_SIZE, writer ->
                new Message[] {writer.shape(2, 3), writer.floats(4, false), writer.inHeader(new byte[23])});
        rows.array("H05 no shape", Fault.HDF5, writer -> new Message[] {writer.floats(4, false), writer.onePiece(SIX)});
        rows.array("H05 two shapes", Fault.HDF5, writer ->
                new Message[] {writer.shape(2, 3), writer.shape(3, 2), writer.floats(4, false), writer.onePiece(SIX)});
        rows.array("H05 no layout", Fault.HDF5, writer -> new Message[] {writer.shape(2, 3), writer.floats(4, false)});
        rows.array("H05 layout version 1", Fault.UNSUPPORTED, writer -> new Message[] {
            writer.shape(2, 3),
            writer.floats(4, false),
            new Message(8, writer.part().u8(1, 2, 1).zeros(32).bytes())
        });
        rows.array("H05 layout of an unknown class", Fault.HDF5, writer -> new Message[] {
            writer.shape(2, 3),
            writer.floats(4, false),
            new Message(8, writer.part().u8(3, 9).zeros(32).bytes())
        });
        rows.both("H05 one array under 1,000 names", Fault.AMPLIFY, writer -> {
            long array = writer.object(
                    List.of(writer.shape(1000), writer.floats(4, false), writer.onePiece(H5Writer.counting(1000))));
            Map<String, Long> links = new TreeMap<>();
            IntStream.range(0, 1000).forEach(i -> links.put("k" + i, array));
            long layer = writer.group(links, writer.texts("weight_names", List.copyOf(links.keySet())));
            return writer.file(writer.group(Map.of("c", layer), writer.texts("layer_names", List.of("c"))));
        });
    }

    private static void shape(Rows rows, String name, Fault fault, long... sizes) {
        rows.array(name, fault, writer ->
                new Message[] {writer.shape(sizes), writer.floats(4, false), writer.onePiece(SIX)});
    }

    private static void chunks(Rows rows) {
        chunkSizes(rows, "H06 chunk size 0", 0, 2, 4);
        chunkSizes(rows, "H06 chunk size 2^32 - 1", 0xFFFF_FFFFL, 2, 4);
        chunkSizes(rows, "H06 chunk of 2^64 bytes in 64 bits", 1L << 31, 1L << 31, 4);
        chunkSizes(rows, "H06 chunk of 256 MiB and more", 1 << 25, 3, 4);
        chunkSizes(rows, "H06 element size", 1, 2, 8);
        chunkSizes(rows, "H06 too few dimensions", 2, 4);
        chunkSizes(rows, "H06 too many dimensions", 1, 1, 2, 4);
        chunkSizes(rows, "H06 only the element size", 4);
        rows.array("H06 chunk size 2^40", Fault.CHUNK, writer -> new Message[] {
            writer.shape(2, 3),
            writer.floats(4, false),
            new Message(
                    8,
                    writer.part()
                            .u8(4, 2, 0, 3, 8)
                            .u64(1L << 40, 2, 4)
                            .u8(1)
                            .u64(0)
                            .bytes())
        });
        rows.array("H06 more chunks than the file has room for", Fault.CHUNK, writer ->
                new Message[] {writer.shape(1000), writer.floats(4, false), writer.chunks(0, 1, 4)});
        rows.array("H06 other index than a single chunk's", Fault.UNSUPPORTED, writer -> new Message[] {
            writer.shape(2, 3),
            writer.floats(4, false),
            new Message(
                    8, writer.part().u8(4, 2, 0, 3, 1, 2, 2, 4, 3, 10).u64(0).bytes())
        });
        rows.array("H06 B-tree loop", Fault.CHUNK, writer -> {
            long node = writer.next();
            byte[] entry = writer.chunk(8, 0, node, 0, 0);
            writer.tree(1, 1, 1, entry);
            return new Message[] {writer.shape(2, 3), writer.floats(4, false), writer.chunks(node, 1, 2, 4)};
        });
        rows.array("H06 a group's B-tree", Fault.HDF5, writer -> new Message[] {
            writer.shape(2, 3), writer.floats(4, false), writer.chunks(writer.tree(0, 0, 0, new byte[0]), 1, 2, 4)
        });
        entries(
                rows,
                "H06 chunk beyond the file",
                (writer, entries) -> entries.set(0, writer.chunk(8, 0, 1 << 20, 0, 0)));
        entries(
                rows,
                "H06 chunk at 2^63",
                (writer, entries) -> entries.set(0, writer.chunk(8, 0, Long.MIN_VALUE, 0, 0)));
        entries(rows, "H06 chunk of 4 GiB", (writer, entries) -> entries.set(0, writer.chunk(-1, 0, 100, 0, 0)));
        entries(rows, "H06 chunk out of step", (writer, entries) -> entries.set(0, writer.chunk(8, 0, 100, 0, 1)));
        entries(rows, "H06 chunk out of the array", (writer, entries) -> entries.set(0, writer.chunk(8, 0, 100, 2, 0)));
        entries(
                rows,
                "H06 chunk before the array",
                (writer, entries) -> entries.set(0, writer.chunk(8, 0, 100, -1, 0)));
        entries(rows, "H06 chunk twice", (writer, entries) -> entries.set(0, entries.get(1)));
        entries(rows, "H06 chunk missing", (writer, entries) -> entries.remove(3));
        chunkSizes(rows, "H06 chunk larger than the array", 1, 4, 4);
        rows.array("H06 chunks that share their bytes", Fault.AMPLIFY, writer -> {
            byte[] packed = H5Writer.concatenated(List.of(
                    new byte[] {0x78, 1},
                    repeated(new byte[] {0, 0, 0, -1, -1}, 100), // blocks of nothing
                    new byte[] {1, 4, 0, -5, -1, 0, 0, 0, 0, 0, 4, 0, 1}));
            long address = writer.put(packed);
            List<byte[]> entries = new ArrayList<>();
            IntStream.range(0, 4000).forEach(i -> entries.add(writer.chunk(packed.length, 0, address, i)));
            long tree = writer.tree(1, 0, 3999, H5Writer.concatenated(entries)); // the last is the last key
            return new Message[] {
                writer.shape(3999), writer.floats(4, false), writer.filters(1, 6), writer.chunks(tree, 1, 4)
            };
        });
        rows.both("H06 600 MB in a file of 1 MB", Fault.AMPLIFY, writer -> {
            byte[] packed = H5Writer.deflated(new byte[100_000_000]);
            writer.put(new byte[1 << 20]);
            Map<String, Long> links = new TreeMap<>();
            for (int i = 0; i < 6; i++) {
                long tree =
                        writer.chunkTree(List.of(writer.chunk(packed.length, 0, writer.put(packed), 0)), 25_000_000);
                links.put(
                        "k" + i,
                        writer.object(List.of(
                                writer.shape(25_000_000),
                                writer.floats(4, false),
                                writer.filters(1, 6),
                                writer.chunks(tree, 25_000_000, 4))));
            }
            long layer = writer.group(links, writer.texts("weight_names", List.copyOf(links.keySet())));
            return writer.file(writer.group(Map.of("c", layer), writer.texts("layer_names", List.of("c"))));
        });
    }

    private static void chunkSizes(Rows rows, String name, long... sizes) {
        rows.array(name, Fault.CHUNK, writer ->
                new Message[] {writer.shape(2, 3), writer.floats(4, false), writer.chunks(0, sizes)});
    }

    private interface Change {
        void to(H5Writer writer, List<byte[]> entries);
    }

    private static void entries(Rows rows, String name, Change change) {
        rows.array(name, Fault.CHUNK, writer -> {
            List<byte[]> entries = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                entries.add(writer.chunk(8, 0, writer.put(H5Writer.counting(2)), i / 2, i % 2 * 2));
            }
            change.to(writer, entries);
            return writer.chunked(writer.filters(), entries);
        });
    }

    private static void filters(Rows rows) {
        byte[] two = H5Writer.counting(2);
        byte[] packed = H5Writer.deflated(two);
        byte[] bomb = H5Writer.deflated(new byte[1 << 20]);
        stored(rows, "H07 gzip of nothing", new byte[0]);
        for (int length = 1; length < packed.length; length++) {
            stored(rows, "H07 gzip cut at " + length, Arrays.copyOf(packed, length));
        }
        stored(rows, "H07 gzip of less", H5Writer.deflated(Arrays.copyOf(two, 7)));
        stored(rows, "H07 gzip of more", H5Writer.deflated(Arrays.copyOf(two, 9)));
        stored(rows, "H07 gzip bomb", bomb);
        stored(rows, "H07 gzip and more behind it", Arrays.copyOf(packed, packed.length + 1));
        stored(rows, "H07 no gzip", two);
        stored(rows, "H07 gzip that asks for a dictionary", new byte[] {0x78, (byte) 0xBB, 0, 0, 0, 1, 3, 0});
        rows.array("H07 gzip bomb in the only chunk", Fault.FILTER, writer -> new Message[] {
            writer.shape(2, 3),
            writer.floats(4, false),
            writer.filters(1, 6),
            writer.chunks(
                    writer.chunkTree(List.of(writer.chunk(bomb.length, 0, writer.put(bomb), 0, 0)), 2, 0), 2, 3, 4)
        });
        filter(rows, "H08 blosc", 32001, 0);
        filter(rows, "H08 szip", 4, 0);
        filter(rows, "H08 nbit", 5, 0);
        filter(rows, "H08 scaleoffset", 6, 0);
        filter(rows, "H08 lzf", 32000, 0);
        filter(rows, "H08 filter 0", 0, 0);
        filter(rows, "H08 32 filters", IntStream.range(0, 64).map(i -> i % 2).toArray());
        filter(rows, "H08 gzip before shuffle", 1, 6, 2, 4);
        filter(rows, "H08 gzip twice", 1, 6, 1, 6);
        filter(rows, "H08 shuffle of other elements", 2, 8);
        filter(rows, "H08 shuffle of no elements", 2, 0);
        rows.array(
                "H08 filter list version 3",
                Fault.FILTER,
                writer ->
                        writer.chunked(new Message(0x0B, writer.part().u8(3, 0).bytes()), H5Writer.counting(2)));
        rows.array(
                "H08 filters on an array in one piece", Fault.FILTER, writer -> new Message[] {
                    writer.shape(2, 3), writer.floats(4, false), writer.filters(1, 6), writer.onePiece(SIX)
                });
        rows.array(
                "H09 fletcher32 mismatch",
                Fault.CHECKSUM,
                writer -> writer.chunked(writer.filters(3, 0), Arrays.copyOf(H5Writer.counting(2), 12)));
        rows.array(
                "H09 fletcher32 missing",
                Fault.FILTER,
                writer -> writer.chunked(writer.filters(3, 0), H5Writer.counting(2)));
        rows.array(
                "H09 fletcher32 of nothing", Fault.FILTER, writer -> writer.chunked(writer.filters(3, 0), new byte[3]));
        for (int bit = 0; bit < 96; bit++) {
            byte[] stored = H5Writer.summed(H5Writer.counting(2));
            stored[bit / 8] ^= (byte) (1 << bit % 8);
            rows.add(
                    "H09 bit " + bit,
                    Fault.CHECKSUM,
                    writer -> writer.layer(writer.chunked(writer.filters(3, 0), stored)));
        }
    }

    private static void stored(Rows rows, String name, byte[] stored) {
        rows.array(name, Fault.FILTER, writer -> writer.chunked(writer.filters(1, 6), stored));
    }

    private static void filter(Rows rows, String name, int... idsAndValues) {
        rows.array(name, Fault.FILTER, writer -> writer.chunked(writer.filters(idsAndValues), H5Writer.counting(2)));
    }

    private static void types(Rows rows) {
        byte[] none = {};
        type(rows, "H10 compound", writer -> writer.type(6, 1, 4, new byte[40]));
        type(rows, "H10 lists of different lengths", writer -> writer.type(9, 0, 16, new byte[8]));
        type(rows, "H10 texts of any length", writer -> writer.type(9, 1, 16, new byte[8]));
        type(rows, "H10 texts", writer -> writer.type(3, 0, 4, none));
        type(rows, "H10 references", writer -> writer.type(7, 0, 8, none));
        type(rows, "H10 opaque", writer -> writer.type(5, 0, 4, new byte[8]));
        type(rows, "H10 opaque, two bytes", writer -> writer.type(5, 0, 2, new byte[8]));
        type(rows, "H10 enumeration", writer -> writer.type(8, 2, 1, new byte[30]));
        type(rows, "H10 bit field", writer -> writer.type(4, 0, 4, new byte[4]));
        type(rows, "H10 time", writer -> writer.type(2, 0, 4, new byte[2]));
        type(rows, "H10 array", writer -> writer.type(10, 0, 4, new byte[16]));
        type(rows, "H10 unknown class", writer -> writer.type(15, 0, 4, none));
        type(rows, "H10 float of 3 bytes", writer -> writer.floats(3, false));
        type(rows, "H10 float of 0 bytes", writer -> writer.type(1, 0x20, 0, new byte[12]));
        type(rows, "H10 float of 4 GiB", writer -> writer.type(1, 0x20, -1, new byte[12]));
        type(
                rows,
                "H10 VAX float",
                writer -> writer.type(
                        1,
                        0x1F61,
                        4,
                        writer.part().u16(0).u16(32).u8(23, 8, 0, 23).u32(127).bytes()));
        type(
                rows,
                "H10 float with another bias",
                writer -> writer.type(
                        1,
                        0x1F20,
                        4,
                        writer.part().u16(0).u16(32).u8(23, 8, 0, 23).u32(128).bytes()));
        type(
                rows,
                "H10 float of 24 bits in 4 bytes",
                writer -> writer.type(
                        1,
                        0x1720,
                        4,
                        writer.part().u16(0).u16(24).u8(16, 7, 0, 16).u32(63).bytes()));
        type(rows, "H10 unsigned integers of 4 bytes", writer -> writer.integers(4, false));
        type(rows, "H10 integers of 3 bytes", writer -> writer.integers(3, true));
        type(
                rows,
                "H10 integers of 5 bits",
                writer -> writer.type(0, 8, 1, writer.part().u16(0).u16(5).bytes()));
        rows.array("H10 cut short", Fault.HDF5, writer -> new Message[] {
            writer.shape(2, 3), writer.type(9, 1, 4, none), writer.inHeader(SIX), new Message(3, new byte[0])
        });
    }

    private static void type(Rows rows, String name, Function<H5Writer, Message> type) {
        rows.array(name, Fault.DTYPE, writer ->
                new Message[] {writer.shape(2, 3), type.apply(writer), writer.onePiece(SIX)});
    }

    private static void attributes(Rows rows) {
        byte[] c = {'c'};
        list(rows, "H11 length 2^31", writer -> writer.attribute("layer_names", text(writer, 1), c, 1L << 31));
        list(rows, "H11 length 65536", writer -> writer.attribute("layer_names", text(writer, 1), c, 1 << 16));
        list(
                rows,
                "H11 texts of no bytes, 2^31 of them",
                writer -> writer.attribute("layer_names", text(writer, 0), c, 1L << 31));
        list(
                rows,
                "H11 a text of 2^31 bytes",
                writer -> writer.attribute("layer_names", text(writer, Integer.MIN_VALUE), c, 1));
        list(rows, "H11 two dimensions", writer -> writer.attribute("layer_names", text(writer, 1), c, 1, 1));
        list(rows, "H11 integers", writer -> writer.attribute("layer_names", writer.integers(4, true), SIX, 6));
        list(
                rows,
                "H11 not UTF-8",
                writer -> writer.attribute("layer_names", text(writer, 2), new byte[] {(byte) 0xC3, '('}, 1));
        list(
                rows,
                "H11 overlong UTF-8",
                writer -> writer.attribute("layer_names", text(writer, 2), new byte[] {(byte) 0xC0, (byte) 0x80}, 1));
        list(rows, "H11 version 4", writer -> new Message(0x0C, new byte[] {4, 0, 0, 0, 0, 0, 0, 0}));
        list(rows, "H11 missing layer", writer -> writer.texts("layer_names", List.of("d")));
        list(rows, "H11 no layers", writer -> writer.texts("layer_names", List.of()));
        list(rows, "H11 reference to nowhere", writer -> reference(writer, 3, 0, 9));
        list(rows, "H11 reference to too little", writer -> reference(writer, 2, 0, 1));
        list(rows, "H11 reference to the heap's own entry", writer -> reference(writer, 1, 0, 0));
        list(rows, "H11 reference of 4 GiB", writer -> reference(writer, -1, 0, 1));
        rows.both(
                "H11 reference out of the file",
                Fault.HDF5,
                writer -> writer.file(writer.group(Map.of(), reference(writer, 1, 1 << 20, 1))));
        rows.both(
                "H11 attribute twice",
                Fault.ATTR,
                writer -> writer.file(writer.group(
                        Map.of(),
                        writer.texts("layer_names", List.of("c")),
                        writer.texts("layer_names", List.of("c")))));
        rows.both("H11 missing list of layers", Fault.ATTR, writer -> {
            good(writer);
            long array = writer.object(List.of(writer.shape(2, 3), writer.floats(4, false), writer.onePiece(SIX)));
            return writer.file(writer.group(Map.of("c", writer.group(Map.of("kernel", array)))));
        });
        rows.both(
                "H11 missing list of weights",
                Fault.ATTR,
                writer -> writer.file(
                        writer.group(Map.of("c", writer.group(Map.of())), writer.texts("layer_names", List.of("c")))));
        rows.both(
                "H11 missing weight",
                Fault.ATTR,
                writer -> writer.file(writer.group(
                        Map.of("c", writer.group(Map.of(), writer.texts("weight_names", List.of("kernel")))),
                        writer.texts("layer_names", List.of("c")))));
        rows.both(
                "H11 a weight that is a group",
                Fault.HDF5,
                writer -> writer.file(writer.group(
                        Map.of(
                                "c",
                                writer.group(
                                        Map.of("k", writer.group(Map.of())),
                                        writer.texts("weight_names", List.of("k")))),
                        writer.texts("layer_names", List.of("c")))));
        names(rows, "H11 layer twice", Fault.DUP_NAME, List.of("c", "c"), List.of("kernel"));
        names(rows, "H11 weight twice", Fault.AMPLIFY, List.of("c"), List.of("kernel", "kernel"));
        names(rows, "H11 layer without a name", Fault.NAME, List.of("", "c"), List.of("kernel"));
        names(rows, "H11 weight without a name", Fault.NAME, List.of("c"), List.of("", "kernel"));
        names(rows, "H11 escape sequence", Fault.NAME, List.of("c"), List.of("\u001B[2J"));
        names(rows, "H11 name of 513 bytes", Fault.NAME, List.of("c"), List.of("k".repeat(513)));
        rows.both(
                "H11 attributes in a fractal heap",
                Fault.UNSUPPORTED,
                writer -> writer.file(writer.group(
                        Map.of(),
                        new Message(0x15, writer.part().u8(0, 0).u64(100, 100).bytes()))));
        rows.both(
                "H11 names in a fractal heap",
                Fault.UNSUPPORTED,
                writer -> writer.file(writer.object(List.of(
                        new Message(2, writer.part().u8(0, 0).u64(100, 100).bytes()),
                        writer.texts("layer_names", List.of("c"))))));
    }

    private static Message text(H5Writer writer, int bytes) {
        return writer.type(3, 0, bytes, new byte[0]);
    }

    private static Message reference(H5Writer writer, int length, long collection, int index) {
        long heap = writer.next();
        writer.references("other", List.of("c")); // writes the collection
        byte[] value = writer.part()
                .u32(length)
                .u64(collection == 0 ? heap : collection)
                .u32(index)
                .bytes();
        return writer.attribute("layer_names", writer.type(9, 1, 16, new byte[8]), value, 1);
    }

    private static void list(Rows rows, String name, Function<H5Writer, Message> list) {
        rows.both(name, Fault.ATTR, writer -> {
            long kernel = writer.object(List.of(writer.shape(2, 3), writer.floats(4, false), writer.onePiece(SIX)));
            long layer = writer.group(Map.of("kernel", kernel), writer.texts("weight_names", List.of("kernel")));
            return writer.file(writer.group(Map.of("c", layer), list.apply(writer)));
        });
    }

    private static void names(Rows rows, String name, Fault fault, List<String> layers, List<String> weights) {
        rows.both(name, fault, writer -> {
            long kernel = writer.object(List.of(writer.shape(2, 3), writer.floats(4, false), writer.onePiece(SIX)));
            long layer = writer.group(Map.of("kernel", kernel), writer.texts("weight_names", weights));
            return writer.file(writer.group(Map.of("c", layer), writer.texts("layer_names", layers)));
        });
    }

    private static void headers(Rows rows) {
        rows.both("H13 continuation loop", Fault.LIMIT, writer -> {
            long first = writer.next();
            Message again = writer.continuation(0, 0);
            int length = writer.continued(List.of(again)).length;
            Message loop = writer.continuation(first, length);
            assertThat(writer.put(writer.continued(List.of(loop)))).isEqualTo(first);
            return writer.file(writer.object(List.of(loop)));
        });
        rows.both(
                "H13 continuation beyond the file",
                Fault.HDF5,
                writer -> writer.file(writer.object(List.of(writer.continuation(1 << 20, 64)))));
        rows.both(
                "H13 continuation of 2^63 bytes",
                Fault.HDF5,
                writer -> writer.file(writer.object(List.of(writer.continuation(0, Long.MIN_VALUE)))));
        rows.both(
                "H13 10^6 messages",
                Fault.LIMIT,
                writer -> writer.file(writer.object(Collections.nCopies(1_000_000, new Message(0, new byte[0])))));
        rows.add(
                "H13 a message longer than its object", Fault.HDF5, changed("keras2.h5", bytes -> bytes[96 + 19] = -1));
        rows.add(
                "H13 header of 4 GiB",
                Fault.HDF5,
                changed("keras2.h5", bytes -> Arrays.fill(bytes, 96 + 8, 96 + 12, (byte) 0xFF)));
        rows.add("H13 unknown version", Fault.HDF5, changed("keras2.h5", bytes -> bytes[96] = 3));
        rows.both("H13 a million names", Fault.LIMIT, writer -> {
            StringBuilder names = new StringBuilder();
            H5Writer.Part entries = writer.part();
            for (int i = 0; i < 70_000; i++) {
                entries.u64(names.length(), 96).u32(0).zeros(20);
                names.append(100_000 + i).append('\0');
            }
            byte[] all = entries.bytes();
            H5Writer.Part nodes = writer.part();
            for (int from = 0; from < all.length; from += 40 * 35_000) {
                nodes.u64(0, writer.symbols(35_000, Arrays.copyOfRange(all, from, from + 40 * 35_000)));
            }
            long tree = writer.tree(0, 0, 2, nodes.bytes());
            long heap = writer.heap(names.toString().getBytes(StandardCharsets.US_ASCII));
            return writer.file(
                    writer.object(List.of(writer.symbolTable(tree, heap), writer.texts("layer_names", List.of("a")))));
        });
        rows.both("H13 1,000 objects of 4,000 messages", Fault.LIMIT, writer -> {
            List<Message> many = new ArrayList<>(Collections.nCopies(3000, new Message(0, new byte[0])));
            many.addAll(Collections.nCopies(1000, new Message(0x0C, new byte[0])));
            Map<String, Long> links = new TreeMap<>();
            IntStream.range(0, 1000).forEach(i -> links.put("k" + i, writer.object(many)));
            return writer.file(writer.group(links));
        });
        rows.add("H13 65,000 layers that are one, of 4,000 lists of weights", Fault.LIMIT_TENSORS, writer -> {
            List<Message> lists = new ArrayList<>();
            for (int i = 0; i < 4000; i++) {
                lists.add(writer.attribute("weight_names" + i, text(writer, 1), new byte[0], 0));
            }
            long layer = writer.object(lists);
            Map<String, Long> links = new TreeMap<>();
            IntStream.range(100_000, 165_000).forEach(i -> links.put("c" + i, layer));
            List<String> names = List.copyOf(links.keySet());
            List<Message> parts = new ArrayList<>();
            for (int i = 0; i < 13; i++) {
                parts.add(writer.texts("layer_names" + i, names.subList(5000 * i, 5000 * i + 5000)));
            }
            return writer.file(writer.group(links, parts.toArray(Message[]::new)));
        });
        rows.both("H13 65,000 names of 1,000 bytes that overlap", Fault.LIMIT, writer -> {
            // !!!~, !!~, !~ and so on are in one another, and in the order of their bytes.
            byte[] heap = new byte[65 * 1001];
            H5Writer.Part nodes = writer.part();
            for (int node = 0; node < 65; node++) {
                int from = node * 1001;
                Arrays.fill(heap, from, from + 999, (byte) ('!' + node));
                heap[from + 999] = '~';
                H5Writer.Part entries = writer.part();
                for (int i = 0; i < 999; i++) {
                    entries.u64(from + i, 96).u32(0).zeros(20);
                }
                nodes.u64(0, writer.symbols(999, entries.bytes()));
            }
            return tree(writer, writer.tree(0, 0, 65, nodes.bytes()), heap);
        });
        rows.both("H13 1,000 objects that go on in the same 120 KB", Fault.LIMIT, writer -> {
            List<Message> padding = Collections.nCopies(2, new Message(0, new byte[60_000]));
            Map<String, Long> links = new TreeMap<>();
            int length = writer.continued(padding).length;
            long tail = writer.put(writer.continued(padding));
            for (int i = 0; i < 1000; i++) {
                links.put(
                        "k" + i,
                        writer.object(List.of(
                                writer.shape(6),
                                writer.floats(4, false),
                                writer.inHeader(SIX),
                                writer.continuation(tail, length))));
            }
            long layer = writer.group(links, writer.texts("weight_names", List.copyOf(links.keySet())));
            return writer.file(writer.group(Map.of("c", layer), writer.texts("layer_names", List.of("c"))));
        });
        rows.add("H14 name behind the heap", Fault.HDF5, changed("keras2.h5", bytes -> {
            int node = find(bytes, "SNOD", 0);
            bytes[node + 8 + 4] = 1;
        }));
        rows.add(
                "H14 heap of 2^62 bytes",
                Fault.LIMIT,
                changed("keras2.h5", bytes -> bytes[find(bytes, "HEAP", 0) + 15] = 0x40));
        rows.add(
                "H14 heap of -1 bytes",
                Fault.HDF5,
                changed("keras2.h5", bytes -> bytes[find(bytes, "HEAP", 0) + 15] = -1));
        rows.both("H14 name without an end", Fault.NAME, writer -> {
            byte[] entry = writer.part().u64(0, 96).u32(0).zeros(20).bytes();
            long tree = writer.tree(
                    0, 0, 1, writer.part().u64(0, writer.symbols(1, entry)).bytes());
            long heap = writer.heap("x".repeat(2000).getBytes(StandardCharsets.US_ASCII));
            return writer.file(
                    writer.object(List.of(writer.symbolTable(tree, heap), writer.texts("layer_names", List.of("a")))));
        });
    }

    private static void formats(Rows rows) {
        rows.add("H15 .keras archive", Fault.FORMAT, new byte[] {'P', 'K', 3, 4, 20, 0, 0, 0});
        rows.add("H15 SavedModel", Fault.FORMAT, new byte[] {8, 1, 0x12, (byte) 0xF0, 0x4F});
    }

    @Test
    void emptyFilesAreRefusedBefore() { // H01: the table has BAD_MAGIC, FileBytes has a fault of its own
        Hostile.rejected(Fault.EMPTY, 0, () -> KerasFileTest.open(new byte[0]));
    }

    @Test
    void adviceForOtherFilesOfKeras() { // H15
        assertThat(Hostile.rejected(64, () -> KerasFileTest.open("PK\u0003\u0004".getBytes(StandardCharsets.US_ASCII))))
                .hasMessageContaining("unzip it and use the model.weights.h5");
        assertThat(Hostile.rejected(64, () -> KerasFileTest.open(new byte[] {8, 1, 0x12, 0x40})))
                .hasMessageContaining("save the weights as .weights.h5");
    }

    /** H10: the three widths of floats in both orders, and what else is a number. */
    @Test
    void numbersOfAllKindsAreRead() {
        for (boolean newest : new boolean[] {false, true}) {
            for (boolean bigEndian : new boolean[] {false, true}) {
                for (int bytes : new int[] {2, 4, 8}) {
                    H5Writer writer = new H5Writer(newest);
                    byte[] file = writer.layer(
                            writer.shape(3), writer.floats(bytes, bigEndian), writer.inHeader(new byte[3 * bytes]));
                    assertThat(readAll(file).tensors()).containsOnlyKeys("c/kernel");
                }
            }
        }
    }

    /** H12: what the model's description says is never looked at, be it a Lambda layer, a module, or no text at all. */
    @Test
    void descriptionOfTheModelIsNeverRead(@TempDir Path folder) throws IOException {
        Path canary = folder.resolve("canary");
        SplittableRandom random = new SplittableRandom(12);
        List<byte[]> descriptions = new ArrayList<>();
        for (String text : List.of(
                "{\"class_name\":\"Lambda\",\"config\":{\"function\":[\"open('" + canary + "','w')\",null,null]}}",
                "{\"module\":\"os\",\"class_name\":\"system\",\"config\":{\"command\":\"touch " + canary + "\"}}",
                "{\"class_name\":\"" + Canary.class.getName() + "\"}",
                "[".repeat(60_000))) {
            descriptions.add(text.getBytes(StandardCharsets.UTF_8));
        }
        byte[] noText = new byte[60_000];
        random.nextBytes(noText);
        descriptions.add(noText);
        for (byte[] description : descriptions) {
            for (boolean newest : new boolean[] {false, true}) {
                H5Writer writer = new H5Writer(newest);
                long kernel = writer.object(List.of(writer.shape(2, 3), writer.floats(4, false), writer.onePiece(SIX)));
                long layer = writer.group(Map.of("kernel", kernel), writer.texts("weight_names", List.of("kernel")));
                long weights = writer.group(Map.of("c", layer), writer.texts("layer_names", List.of("c")));
                Message config =
                        writer.attribute("model_config", text(writer, description.length), description, new long[0]);
                StateDict found = readAll(writer.file(writer.group(Map.of("model_weights", weights), config)));
                assertThat(found.tensors()).containsOnlyKeys("c/kernel");
                assertThat(found.metadata()).isEmpty();
                assertThat(found.notes()).containsExactly("did not read the description of the model (model_config)");
            }
        }
        assertThat(Files.exists(canary)).isFalse();
        assertThat(System.getProperty(Canary.PROPERTY))
                .as("class loaded by its name")
                .isNull();
    }

    /** Says that it was loaded. */
    static final class Canary {
        static final String PROPERTY = "keras.canary";

        static {
            System.setProperty("keras." + "canary", "loaded");
        }

        private Canary() {}
    }

    /** H14: damage to the structures of a real file's kind. */
    @Test
    void randomDamageIsRefusedOrHarmless() {
        SplittableRandom random = new SplittableRandom(14);
        for (String file : List.of("keras2.h5", "keras2_model.h5", "keras3.weights.h5", "latest.h5", "filtered.h5")) {
            byte[] good = KerasFileTest.golden(file);
            for (int i = 0; i < 1000; i++) {
                byte[] bytes = good.clone();
                for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                assertThatCode(() -> {
                            try {
                                readAll(bytes);
                            } catch (BadWeightsException e) {
                                assertThat(e.getMessage()).hasSizeLessThan(1200).doesNotContain("\n");
                            }
                        })
                        .doesNotThrowAnyException();
            }
        }
    }

    /** A file that is cut after it was opened is a refusal, not the end of the process. */
    @Test
    void fileCutWhileItIsReadIsRefused(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("weights.h5");
        H5Writer writer = new H5Writer(false);
        Files.write(
                file,
                writer.layer(
                        writer.shape(100_000), writer.floats(4, false), writer.onePiece(H5Writer.counting(100_000))));
        StateDict found = KerasFile.open(FileBytes.open(file));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(8192);
        }
        Hostile.rejected(
                Fault.CHANGED, 400_000, () -> found.tensors().get("c/kernel").floats());
    }
}
