package io.github.resnet4j.datasets.download;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one thread of one process at a time make a file or folder, by {@code .NAME.lock} beside it. The lock file stays:
 * deleting it would let two processes lock two files of the same name.
 */
final class TargetLock {
    private static final Logger log = LoggerFactory.getLogger(TargetLock.class);

    /** A file lock belongs to the process, so threads need their own. */
    private static final ConcurrentMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private TargetLock() {}

    static <T> T holding(Path target, Supplier<T> action) {
        Path lockFile = target.toAbsolutePath().normalize().resolveSibling("." + target.getFileName() + ".lock");
        ReentrantLock threads = THREADS.computeIfAbsent(lockFile, path -> new ReentrantLock());
        threads.lock();
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock(channel, target);
            return action.get();
        } catch (IOException e) {
            throw new DiskException("cannot lock", lockFile, e);
        } finally {
            threads.unlock();
        }
    }

    /** Released when {@code channel} closes, also by the death of the process. */
    private static void lock(FileChannel channel, Path target) throws IOException {
        if (channel.tryLock() == null) {
            log.info("Waiting for another process that is creating {}", target);
            channel.lock();
        }
    }
}
