package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.memory.Arena;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;

/**
 * One block of memory for the tensors of several executables, of which one at a time runs: as large as the largest needs.
 * What an execution left in it is gone when the next one begins, of whichever executable.
 *
 * <p>Not safe for use by several threads.
 */
public final class SharedArena implements AutoCloseable {
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
     * @throws OutOfMemoryError if there is too little memory; others have the room that they had
     */
    long join(Executable tenant, long bytes) {
        ensure(bytes);
        tenants.add(tenant);
        return base();
    }

    /**
     * Makes room if there is none, which is so only after a block could not be replaced.
     *
     * @throws OutOfMemoryError if there is too little memory
     */
    void ensure(long bytes) {
        if (bytes > size) {
            resize(bytes);
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
        block = bytes == 0 ? block : nativeMemory(bytes + Arena.PAGE);
        size = bytes;
    }

    /** JavaCPP's own limit is the size of the Java heap, which a user of DL4J seldom knows. */
    private static BytePointer nativeMemory(long bytes) {
        try {
            return new BytePointer(bytes);
        } catch (OutOfMemoryError e) {
            OutOfMemoryError told = new OutOfMemoryError("this batch needs " + (bytes >> 20)
                    + " MiB of native memory on top of what is in use; use a smaller batch, or allow more with"
                    + " -Dorg.bytedeco.javacpp.maxbytes and -Dorg.bytedeco.javacpp.maxphysicalbytes");
            told.initCause(e);
            throw told;
        }
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
