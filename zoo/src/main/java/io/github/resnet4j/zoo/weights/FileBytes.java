package io.github.resnet4j.zoo.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The bytes of a file at any place, memory-mapped: opening costs nothing, and what is never asked for is never read. The
 * map lives as long as anything refers to it. All numbers are little-endian.
 *
 * <p>Bytes come out by bulk copies only: where the file was cut after it was opened, those end in a {@link
 * BadWeightsException} with {@link Fault#CHANGED}; reading single bytes of a map would be a signal in compiled code.
 */
public final class FileBytes {
    private static final int WINDOW_BITS = 30;

    private final Path path;
    private final ByteBuffer[] windows;
    private final long size;

    private FileBytes(Path path, ByteBuffer[] windows, long size) {
        this.path = path;
        this.windows = windows;
        this.size = size;
    }

    /**
     * Opens a file.
     *
     * @throws BadWeightsException with {@link Fault#UNREADABLE} if there is no such file, it is a folder or a device, or
     *     it may not be read; with {@link Fault#EMPTY} if it has no bytes
     */
    public static FileBytes open(Path path) {
        if (Files.isDirectory(path)) {
            throw unreadable(path, "is a folder; name a file in it", null);
        }
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw unreadable(path, "is not a regular file", null);
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size == 0) {
                throw new BadWeightsException(
                        path, WeightFormat.UNKNOWN, Fault.EMPTY, Place.WHOLE, "is empty; copy or download it again");
            }
            long window = 1L << WINDOW_BITS;
            ByteBuffer[] windows = new ByteBuffer[Math.toIntExact((size + window - 1) >> WINDOW_BITS)];
            for (int i = 0; i < windows.length; i++) {
                long from = (long) i << WINDOW_BITS;
                windows[i] = channel.map(FileChannel.MapMode.READ_ONLY, from, Math.min(window, size - from));
            }
            return new FileBytes(path, windows, size);
        } catch (NoSuchFileException e) {
            throw unreadable(path, "there is no such file", e);
        } catch (AccessDeniedException e) {
            throw unreadable(path, "may not be read by this user; change its permissions", e);
        } catch (IOException e) {
            throw unreadable(path, "cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Bytes in memory that are called a file.
     *
     * @throws BadWeightsException with {@link Fault#EMPTY} if there are none
     */
    public static FileBytes of(Path path, byte[] bytes) {
        if (bytes.length == 0) {
            throw new BadWeightsException(
                    path, WeightFormat.UNKNOWN, Fault.EMPTY, Place.WHOLE, "is empty; copy or download it again");
        }
        return new FileBytes(path, new ByteBuffer[] {ByteBuffer.wrap(bytes)}, bytes.length);
    }

    /** The file. */
    public Path path() {
        return path;
    }

    /** How many bytes it has, at least 1. */
    public long size() {
        return size;
    }

    /**
     * Fills the rest of {@code into} with the bytes from {@code offset} on.
     *
     * @throws IndexOutOfBoundsException if the file has not so many; callers check before
     * @throws BadWeightsException with {@link Fault#CHANGED} if the file was cut since it was opened
     */
    public void copy(long offset, ByteBuffer into) {
        if (offset < 0 || offset > size - into.remaining()) {
            throw new IndexOutOfBoundsException(into.remaining() + " bytes at " + offset + " of " + size);
        }
        try {
            for (long at = offset; into.hasRemaining(); ) {
                ByteBuffer window = windows[(int) (at >> WINDOW_BITS)];
                int from = (int) (at & (1L << WINDOW_BITS) - 1);
                int length = Math.min(into.remaining(), window.limit() - from);
                into.put(into.position(), window, from, length);
                into.position(into.position() + length);
                at += length;
            }
        } catch (InternalError e) { // what the JVM makes of SIGBUS in a bulk copy
            throw new BadWeightsException(
                    path,
                    WeightFormat.UNKNOWN,
                    Fault.CHANGED,
                    new Place.At(offset),
                    "was cut while it was read; wait until it is complete and try again",
                    e);
        }
    }

    /**
     * {@code length} bytes from {@code offset} on.
     *
     * @throws IndexOutOfBoundsException if the file has not so many; callers check before
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

    private static BadWeightsException unreadable(Path path, String problem, Throwable cause) {
        return new BadWeightsException(path, WeightFormat.UNKNOWN, Fault.UNREADABLE, Place.WHOLE, problem, cause);
    }
}
