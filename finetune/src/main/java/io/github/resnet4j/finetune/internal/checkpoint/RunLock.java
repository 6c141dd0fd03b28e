package io.github.resnet4j.finetune.internal.checkpoint;

import io.github.resnet4j.finetune.CheckpointException;
import io.github.resnet4j.finetune.RunLockedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to work in a run's folder, held by one process at a time. It is a lock of the operating system on the file
 * {@code .lock}, which ends with the process however that ends; the file itself stays and means nothing.
 */
public final class RunLock implements AutoCloseable {
    private static final String FILE = ".lock";
    private static final int MAX_HOLDER = 32;

    /** Closing any channel of a file drops the process's lock on it, so this process must not even open it twice. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private RunLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock of a folder, which is created if it is not there.
     *
     * @throws RunLockedException if another run has it
     * @throws CheckpointException if the folder cannot be written to
     */
    public static RunLock acquire(Path runFolder) {
        try {
            Disk.REAL.createFolders(runFolder);
            Path file = runFolder.toRealPath().resolve(FILE);
            if (!HELD.add(file)) {
                throw new RunLockedException(runFolder, "this process");
            }
            try {
                return new RunLock(file, lock(runFolder, file));
            } catch (IOException | RuntimeException e) {
                HELD.remove(file);
                throw e;
            }
        } catch (IOException e) {
            throw new CheckpointException(
                    runFolder
                            + (Files.isDirectory(runFolder)
                                    ? ": cannot be written to"
                                    : ": the folder cannot be created")
                            + "; choose a folder that you can write to",
                    e);
        }
    }

    private static FileChannel lock(Path runFolder, Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                ByteBuffer holder = ByteBuffer.allocate(MAX_HOLDER);
                channel.read(holder, 0);
                String pid = new String(holder.array(), 0, holder.position(), StandardCharsets.US_ASCII);
                throw new RunLockedException(runFolder, pid.matches("\\d+") ? "process " + pid : "another process");
            }
            channel.truncate(0);
            channel.write(StandardCharsets.US_ASCII.encode(
                    Long.toString(ProcessHandle.current().pid())));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Deletes the file, so that the folder can be deleted; nobody else can take the lock of that. */
    public void deleteFile() throws IOException {
        Files.deleteIfExists(file);
    }

    /** Releases the folder. */
    @Override
    public void close() {
        if (!channel.isOpen()) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            throw new CheckpointException(file + ": cannot be released", e);
        } finally {
            HELD.remove(file);
        }
    }
}
