package io.github.resnet4j.zoo.weights;

import io.github.resnet4j.files.FileProblem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Random access to the bytes of a file: opening costs nothing, and nothing is read until you ask for it. All numbers
 * are little-endian.
 *
 * <p>The file is read by calls, at the speed of memory where it is cached, and is not memory-mapped: when a mapped file
 * is cut, the JVM answers with zeros and an {@link InternalError} wherever the thread is by then. It is closed once
 * nothing refers to it. A thread that is interrupted while it reads closes it for all, as with any {@link FileChannel}.
 */
public final class FileBytes {
    /** One call reads no more: for a larger piece the JDK would keep as much memory outside the heap. */
    private static final int PIECE = 1 << 16;

    private final Path path;
    private final Source source;
    private final long size;

    /** What the name stood for when it was opened; {@link Stamp#NONE} for bytes in memory. */
    private final Stamp stamp;

    private final Map<Class<?>, Object> made = new HashMap<>();

    @FunctionalInterface
    private interface Source {
        /** Like {@link FileChannel#read(ByteBuffer, long)}. */
        int read(ByteBuffer into, long offset) throws IOException;
    }

    private record Stamp(long size, FileTime modified, Object key) {
        static final Stamp NONE = new Stamp(0, FileTime.fromMillis(0), "");

        static Stamp of(BasicFileAttributes file) {
            return new Stamp(file.size(), file.lastModifiedTime(), file.fileKey());
        }
    }

    private FileBytes(Path path, Source source, long size, Stamp stamp) {
        this.path = path;
        this.source = source;
        this.size = size;
        this.stamp = stamp;
    }

    /**
     * Opens a file.
     *
     * @throws BadWeightsException with {@link Fault#UNREADABLE} if there is no such file, it is a folder or a device, or
     *     it may not be read; with {@link Fault#EMPTY} if it has no bytes
     */
    public static FileBytes open(Path path) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                throw unreadable(path, "is a folder; name a file in it", null);
            }
            if (!attributes.isRegularFile()) { // a pipe would be waited for
                throw unreadable(path, "is not a regular file", null);
            }
            requireBytes(path, attributes.size());
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            return new FileBytes(path, channel::read, attributes.size(), Stamp.of(attributes));
        } catch (NoSuchFileException e) {
            throw unreadable(path, "there is no such file", e);
        } catch (AccessDeniedException e) {
            throw unreadable(path, "may not be read by this user; change its permissions", e);
        } catch (IOException e) {
            throw unreadable(path, "cannot be read: " + FileProblem.reason(e), e);
        }
    }

    /**
     * Bytes in memory that are called a file.
     *
     * @throws BadWeightsException with {@link Fault#EMPTY} if there are none
     */
    public static FileBytes of(Path path, byte[] bytes) {
        requireBytes(path, bytes.length);
        Source memory = (into, offset) -> {
            int length = into.remaining();
            into.put(bytes, (int) offset, length);
            return length;
        };
        return new FileBytes(path, memory, bytes.length, Stamp.NONE);
    }

    /** A value derived from these bytes, computed once and then shared. If {@code make} throws, nothing is kept. */
    public synchronized <T> T once(Class<T> type, Supplier<T> make) {
        Object known = made.get(type);
        if (known == null) {
            known = make.get();
            made.put(type, known);
        }
        return type.cast(known);
    }

    /** The file. */
    public Path path() {
        return path;
    }

    /** Its size in bytes, at least 1. */
    public long size() {
        return size;
    }

    /**
     * Fills the rest of {@code into} with the bytes from {@code offset} on.
     *
     * @throws IndexOutOfBoundsException if the file is too short; callers check first
     * @throws BadWeightsException with {@link Fault#CHANGED} if the file was cut since it was opened, with {@link
     *     Fault#UNREADABLE} if the disk or the network fails
     */
    public void copy(long offset, ByteBuffer into) {
        if (offset < 0 || offset > size - into.remaining()) {
            throw new IndexOutOfBoundsException(into.remaining() + " bytes at " + offset + " of " + size);
        }
        try {
            for (long at = offset; into.hasRemaining(); ) {
                int count = source.read(into.slice(into.position(), Math.min(PIECE, into.remaining())), at);
                if (count < 0) {
                    throw changed(
                            new Location.At(at),
                            "was truncated while it was being read; wait until it is complete",
                            null);
                }
                into.position(into.position() + count);
                at += count;
            }
        } catch (ClosedChannelException e) {
            throw unreadable(path, "was closed by a thread that was interrupted; open it again", e);
        } catch (IOException e) {
            throw unreadable(path, "cannot be read: " + FileProblem.reason(e), e);
        }
    }

    /**
     * {@code length} bytes from {@code offset}.
     *
     * @throws IndexOutOfBoundsException if the file is too short; callers check first
     */
    public byte[] read(long offset, int length) {
        if (offset < 0 || length < 0 || offset > size - length) { // before memory is taken
            throw new IndexOutOfBoundsException(length + " bytes at " + offset + " of " + size);
        }
        byte[] bytes = new byte[length];
        copy(offset, ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** The same as a little-endian buffer. */
    public ByteBuffer buffer(long offset, int length) {
        return ByteBuffer.wrap(read(offset, length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Requires that the file has not changed since it was opened, so that what was checked then and what was read since
     * belong together. Call it once all of a tensor is read.
     *
     * @throws BadWeightsException with {@link Fault#CHANGED} if it was written to, replaced or removed
     */
    public void requireUnchanged() {
        if (stamp == Stamp.NONE) {
            return;
        }
        try {
            if (!stamp.equals(Stamp.of(Files.readAttributes(path, BasicFileAttributes.class)))) {
                throw changed(Location.WHOLE, "was changed while it was being read; wait until it is complete", null);
            }
        } catch (IOException e) {
            throw changed(Location.WHOLE, "was removed while it was being read; put it back", e);
        }
    }

    private static void requireBytes(Path path, long size) {
        if (size == 0) {
            throw new BadWeightsException(
                    path, WeightFormat.UNKNOWN, Fault.EMPTY, Location.WHOLE, "is empty; copy or download it again");
        }
    }

    private BadWeightsException changed(Location place, String problem, IOException cause) {
        return new BadWeightsException(
                path, WeightFormat.UNKNOWN, Fault.CHANGED, place, problem + " and try again", cause);
    }

    private static BadWeightsException unreadable(Path path, String problem, Throwable cause) {
        return new BadWeightsException(path, WeightFormat.UNKNOWN, Fault.UNREADABLE, Location.WHOLE, problem, cause);
    }
}
