package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * An HDF5 file: finds its objects, and reads each only once.
 */
final class Hdf5 {
    /** The address that means "absent". */
    static final long NOWHERE = -1;

    /** Bytes to copy at a time. */
    static final int WINDOW = 1 << 16;

    /** Advice about damage. */
    static final String COPY = "; copy or download it again";

    /** Advice about files that are sound but written in a way that this reader does not support. */
    static final String SAVE = "; open the model in Keras and save its weights again";

    private static final long SIGNATURE = 0x0A1A_0A0D_4644_4889L; // 89 H D F \r \n 1A \n
    private static final long LAST_SIGNATURE = 1L << 20;

    private final FileBytes file;
    private final long base;
    private final GlobalHeap heap = new GlobalHeap(this);
    private final Map<Long, Header> headers = new HashMap<>();
    private final Map<Long, Group> groups = new HashMap<>();
    private final Map<Long, Attributes> attributes = new HashMap<>();
    private final byte[][] scratch = new byte[2][];
    private final Account account = new Account(this);

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
    static HdfNode root(FileBytes file, long superblock) {
        Hdf5 hdf5 = new Hdf5(file, superblock);
        return HdfNode.root(hdf5, hdf5.readSuperblock());
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
            throw block.bad(Fault.SUPERBLOCK, "has version " + version + "; only 0 to 3 exist");
        }
        boolean old = version < 2;
        if (block.remaining() < (version == 0 ? 87 : version == 1 ? 91 : 39)) {
            throw cut("it ends inside its superblock");
        }
        if (old && (block.u8() | block.u8() | block.u8() | block.u8()) != 0) {
            throw block.bad(Fault.SUPERBLOCK, "has parts of unknown versions");
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
            throw block.bad(Fault.SUPERBLOCK, "declares a different address for itself");
        }
        block.skip(8); // free space, or the superblock's extension
        long end = block.i64() + (base - stated);
        if (end < 0 || end > file.size()) {
            throw cut("it should have " + Long.toUnsignedString(end) + " bytes but has " + file.size());
        }
        if (old) {
            if (block.i64() != NOWHERE) { // a driver's information
                throw unread(
                        Fault.EXTERNAL, Location.WHOLE, "keeps its arrays in several files, which Keras never does");
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
            throw damaged(
                    Fault.HDF5,
                    Location.WHOLE,
                    what + ", " + Long.toUnsignedString(length) + " bytes at " + Long.toUnsignedString(address)
                            + ", would extend past the end");
        }
        account.structure(length, new Location.At(base + address));
        return new Cursor(file.path(), what, base + address, file.buffer(base + address, (int) length));
    }

    /** Requires that the next four bytes are the checksum of those passed. */
    static void checksum(Cursor structure) {
        int expected = Lookup3.hash(structure.passed());
        if ((int) structure.u32() != expected) {
            throw structure.bad(Fault.CHECKSUM, "does not match its checksum");
        }
    }

    /** The object at an address. */
    Header header(long address) {
        Header known = headers.get(address);
        if (known == null) {
            account.object();
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

    /** Scratch buffers for checking chunks while the file is opened: for compressed bytes, and for plain ones. */
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

    /** What has been read of the file. */
    Account account() {
        return account;
    }

    BadWeightsException bad(Fault fault, Location place, String problem) {
        return new BadWeightsException(file.path(), WeightFormat.KERAS_H5, fault, place, problem);
    }

    /** The file is damaged. */
    BadWeightsException damaged(Fault fault, Location place, String problem) {
        return bad(fault, place, "is damaged: " + problem + COPY);
    }

    /** The file is sound, but this reader does not support it. */
    BadWeightsException unread(Fault fault, Location place, String problem) {
        return bad(fault, place, problem + SAVE);
    }

    /** The file was made to mislead. */
    BadWeightsException hostile(Fault fault, Location place, String problem) {
        return bad(fault, place, problem + "; it may be malicious, do not use it");
    }

    private BadWeightsException cut(String how) {
        return bad(Fault.TRUNCATED, Location.WHOLE, "is cut short: " + how + "; download it again");
    }
}
