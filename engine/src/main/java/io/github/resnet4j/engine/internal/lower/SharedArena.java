package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.BatchMemoryError;
import io.github.resnet4j.engine.internal.memory.Arena;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * One block of memory for the tensors of several executables, of which one at a time runs: as large as the largest needs.
 * What an execution left in it is gone when the next one begins, of whichever executable.
 *
 * <p>Not safe for use by several threads.
 */
public final class SharedArena implements AutoCloseable {
    /**
     * The rest is for the arrays of a batch and what evaluation needs: of the batch that an arena alone would allow, 0.90 fitted
     * and 0.94 did not with ResNet-20, 0.80 and 0.85 with ResNet-18.
     */
    private static final double ARENAS_SHARE = 0.8;

    private static final int COLLECTIONS = 3;
    private static final int COLLECTION_MILLIS = 100;

    private final List<Executable> tenants = new ArrayList<>();
    private BytePointer block = new BytePointer();
    private long size;

    /** Bytes of the block. */
    public long bytes() {
        return size;
    }

    /**
     * Makes room; others move if the block grows.
     *
     * @return the address for {@code tenant}'s tensors, until it is moved
     * @throws BatchMemoryError if there is too little memory; others have the room that they had
     */
    long join(Executable tenant) {
        ensure(tenant);
        tenants.add(tenant);
        return base();
    }

    /**
     * Makes room if there is none, which is so only after a block could not be replaced.
     *
     * @throws BatchMemoryError if there is too little memory
     */
    void ensure(Executable tenant) {
        if (tenant.arenaBytes() > size) {
            try {
                resize(tenant.arenaBytes());
            } catch (OutOfMemoryError e) {
                throw tooLittle(tenant, e);
            }
        }
    }

    /** Takes back what only {@code tenant} needs. */
    void leave(Executable tenant) {
        if (tenants.remove(tenant)) {
            long needed =
                    tenants.stream().mapToLong(Executable::arenaBytes).max().orElse(0);
            if (needed < size) {
                resize(needed);
            }
        }
    }

    /** The old block goes first: nothing in it is needed, and both together may be too much. */
    private void resize(long bytes) {
        long before = size;
        block.deallocate();
        try {
            allocate(bytes);
        } catch (OutOfMemoryError e) {
            restore(before, e);
            throw e;
        } finally {
            tenants.forEach(other -> other.moveTo(base()));
        }
    }

    /** Another thread may have taken what was given back; then the next run asks again. */
    private void restore(long bytes, OutOfMemoryError failure) {
        try {
            allocate(bytes);
        } catch (OutOfMemoryError e) {
            failure.addSuppressed(e);
        }
    }

    private void allocate(long bytes) {
        size = 0;
        block = new BytePointer();
        // JavaCPP compares its limit of physical memory with what is resident, and the block is not before it is
        // written.
        for (int tries = 0; bytes > physicalRoom(); tries++) {
            if (tries == COLLECTIONS) {
                throw new OutOfMemoryError("a block of " + bytes + " bytes exceeds JavaCPP's limit of physical memory");
            }
            collect();
        }
        block = bytes == 0 ? block : new BytePointer(bytes + Arena.PAGE);
        size = bytes;
    }

    /** Bytes that the limits of JavaCPP leave. */
    private static long room() {
        return Math.min(left(Pointer.maxBytes(), Pointer.totalBytes()), physicalRoom());
    }

    private static long physicalRoom() {
        return left(Pointer.maxPhysicalBytes(), Pointer.physicalBytes());
    }

    /** As JavaCPP itself does where memory is short: what is garbage in Java may hold native memory. */
    private static void collect() {
        System.gc();
        try {
            Thread.sleep(COLLECTION_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Says how large a batch would fit: next to all of an arena is of the images, and what else they need is less. */
    private BatchMemoryError tooLittle(Executable tenant, OutOfMemoryError cause) {
        // The block that is there would be given back.
        double share = (double) (size + room()) / tenant.arenaBytes();
        int fits = (int) (share < 1 ? ARENAS_SHARE * share * tenant.batch() : tenant.batch());
        return new BatchMemoryError(tenant.batch(), tenant.arenaBytes(), fits, cause);
    }

    /** Bytes below a limit; 0 is none. */
    private static long left(long most, long used) {
        return most == 0 ? Long.MAX_VALUE / 2 : Math.max(0, most - used);
    }

    private long base() {
        return (block.address() + Arena.PAGE - 1) & -Arena.PAGE;
    }

    @Override
    public void close() {
        tenants.clear();
        block.deallocate();
        size = 0;
    }
}
