package io.github.resnet4j.zoo.weights.keras;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Place;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * An HDF5 file: finds its objects and keeps account of what has been read. Every structure is read at most once, all
 * structures together are at most 32 MiB (those of a ResNet-152 are 3 MiB), objects and links at most 65,536.
 */
final class Hdf5 {
    /** The address of what is not there. */
    static final long NOWHERE = -1;

    /** So many bytes are copied at once. */
    static final int WINDOW = 1 << 16;

    /** What to do about a file that is sound, and written in a way that is not read here. */
    static final String AGAIN = "open the model in Keras and save its weights again";

    private static final long SIGNATURE = 0x0A1A_0A0D_4644_4889L; // 89 H D F \r \n 1A \n
    private static final long LAST_SIGNATURE = 1L << 20;
    private static final long STRUCTURES = 32L << 20;
    private static final int OBJECTS = 1 << 16;
    private static final int TEXTS = 1 << 17;

    /** Decoded chunks: an honest file's numbers are compressed by a half, not by thousands. */
    private static final long DECODED = 512L << 20;

    private static final int DECODED_RATIO = 8;

    private final FileBytes file;
    private final long base;
    private final GlobalHeap heap = new GlobalHeap(this);
    private final Map<Long, Header> headers = new HashMap<>();
    private final Map<Long, Group> groups = new HashMap<>();
    private final Map<Long, Attributes> attributes = new HashMap<>();
    private final byte[][] scratch = new byte[2][];
    private long structures;
    private int objects;
    private int texts;
    private long stored;
    private long decoded;

    private Hdf5(FileBytes file, long base) {
        this.file = file;
        this.base = base;
    }

    /** Where the superblock is: at 0, or behind a user's own block of 512, 1024, 2048... bytes, 1 MiB at most. */
    static OptionalLong superblock(FileBytes file) {
        for (long at = 0; at <= Math.min(LAST_SIGNATURE, file.size() - Long.BYTES); at = Math.max(512, 2 * at)) {
            if (file.buffer(at, Long.BYTES).getLong() == SIGNATURE) {
                return OptionalLong.of(at);
            }
        }
        return OptionalLong.empty();
    }

    /** The root group of the file. */
    static Node root(FileBytes file, long superblock) {
        Hdf5 hdf5 = new Hdf5(file, superblock);
        return Node.root(hdf5, hdf5.readSuperblock());
    }

    private long readSuperblock() {
        int most = (int) Math.min(104, file.size() - base);
        Cursor block = new Cursor(file.path(), "the superblock", base, file.buffer(base, most));
        if (block.remaining() < 16) {
            throw cut("it ends inside its superblock");
        }
        block.skip(Long.BYTES);
        int version = block.u8();
        if (version > 3) {
            throw block.bad(Fault.SUPERBLOCK, "is of version " + version + ", and there are 0 to 3");
        }
        boolean old = version < 2;
        if (block.remaining() < (version == 0 ? 87 : version == 1 ? 91 : 39)) {
            throw cut("it ends inside its superblock");
        }
        if (old) {
            block.skip(4);
        }
        int offsets = block.u8();
        int lengths = block.u8();
        if (offsets != Long.BYTES || lengths != Long.BYTES) {
            throw block.bad(
                    Fault.SUPERBLOCK, "has addresses of " + offsets + " and lengths of " + lengths + " bytes, not 8");
        }
        block.skip(old ? version == 0 ? 9 : 13 : 1); // sizes of tree nodes, which nodes say themselves; flags
        long stated = block.i64();
        if (stated != base && stated != 0) { // 0: the user's block was put before a finished file
            throw block.bad(Fault.SUPERBLOCK, "gives itself another address");
        }
        block.skip(8); // free space, or the superblock's extension
        long end = block.i64() + (base - stated);
        if (end < 0 || end > file.size()) {
            throw cut("it says that it has " + Long.toUnsignedString(end) + " bytes, and has " + file.size());
        }
        if (old) {
            if (block.i64() != NOWHERE) { // a driver's information
                throw bad(Fault.EXTERNAL, Place.WHOLE, "keeps its arrays in several files, which Keras never does");
            }
            block.skip(8); // the root's name
            return block.i64();
        }
        long root = block.i64();
        checksum(block);
        return root;
    }

    /** The structure that begins at an address. */
    Cursor at(String what, long address, long length) {
        if (address < 0 || length < 0 || length > file.size() - base || address > file.size() - base - length) {
            throw bad(
                    Fault.HDF5,
                    Place.WHOLE,
                    "is damaged: " + what + " should be at " + Long.toUnsignedString(address) + " and have "
                            + Long.toUnsignedString(length) + " bytes, behind the end; copy or download it again");
        }
        structures += length;
        if (structures > STRUCTURES) {
            throw bad(
                    Fault.LIMIT,
                    new Place.At(base + address),
                    "has more than " + (STRUCTURES >> 20) + " MiB of structures, which no network needs");
        }
        return new Cursor(file.path(), what, base + address, file.buffer(base + address, (int) length));
    }

    /** Requires that the next four bytes are the checksum of those passed. */
    static void checksum(Cursor structure) {
        int expected = Lookup3.hash(structure.passed());
        if ((int) structure.u32() != expected) {
            throw structure.bad(Fault.CHECKSUM, "does not have its checksum");
        }
    }

    /** The object at an address. */
    Header header(long address) {
        Header known = headers.get(address);
        if (known == null) {
            count();
            known = Header.read(this, address);
            headers.put(address, known);
        }
        return known;
    }

    /** The links of the group at an address. */
    Group group(long address) {
        Group known = groups.get(address);
        if (known == null) {
            known = Group.read(header(address));
            groups.put(address, known);
        }
        return known;
    }

    /** The attributes of the object at an address. */
    Attributes attributes(long address) {
        Attributes known = attributes.get(address);
        if (known == null) {
            known = new Attributes(header(address));
            attributes.put(address, known);
        }
        return known;
    }

    /** Counts an object or a link. */
    void count() {
        if (++objects > OBJECTS) {
            throw bad(
                    Fault.LIMIT,
                    Place.WHOLE,
                    "has more than " + OBJECTS + " groups, arrays and links, which no network needs");
        }
    }

    /** Counts a text of an attribute. */
    void countText(Cursor at) {
        if (++texts > TEXTS) {
            throw at.bad(Fault.LIMIT_TENSORS, "is one of more than " + TEXTS + " names, and no network has so many");
        }
    }

    /** Counts bytes of an array that are in the file as they are. */
    void countStored(long bytes, Place place) {
        stored += bytes;
        if (stored > 2 * file.size()) {
            throw bad(Fault.AMPLIFY, place, "gives the same bytes for many arrays; it is made to fill the memory");
        }
    }

    /** Counts bytes of an array that come out of compressed chunks. */
    void countDecoded(long bytes, Place place) {
        decoded += bytes; // each at most 2^31 times 2^28, and the first above the limit ends it
        if (decoded > DECODED + DECODED_RATIO * file.size()) {
            throw bad(Fault.AMPLIFY, place, "is compressed to less than an eighth; it is made to fill the memory");
        }
    }

    /** Room for what is looked at while the file is opened, and not kept: the first for what goes in, the second out. */
    byte[] scratch(int which) {
        if (scratch[which] == null) {
            scratch[which] = new byte[WINDOW];
        }
        return scratch[which];
    }

    FileBytes file() {
        return file;
    }

    /** The place in the file of address 0. */
    long base() {
        return base;
    }

    GlobalHeap heap() {
        return heap;
    }

    BadWeightsException bad(Fault fault, Place place, String problem) {
        return new BadWeightsException(file.path(), WeightFormat.KERAS_H5, fault, place, problem);
    }

    private BadWeightsException cut(String how) {
        return bad(Fault.TRUNCATED, Place.WHOLE, "is cut short: " + how + "; download it again");
    }
}
