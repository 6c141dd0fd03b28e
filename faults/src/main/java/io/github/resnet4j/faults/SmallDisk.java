package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A file system in memory whose size changes at will, mounted on a folder. Only root on Linux can have one. */
final class SmallDisk implements AutoCloseable {
    /** More than any run here writes. */
    private static final long LARGE = 2L << 30;

    private static final int ATTEMPTS = 100;

    private final Path folder;

    private final Thread unmount = new Thread(this::unmountQuietly, "unmount");

    private SmallDisk(Path folder) {
        this.folder = folder;
        Runtime.getRuntime().addShutdownHook(unmount); // a harness that is stopped leaves no mount behind
    }

    /** Empty without the right to mount. */
    static Optional<SmallDisk> on(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        return Command.succeeds("mount", "-t", "tmpfs", "-o", "size=" + LARGE, "tmpfs", folder.toString())
                ? Optional.of(new SmallDisk(folder))
                : Optional.empty();
    }

    /** Leaves so many bytes free. Fails, and is tried again, where something is written at that moment. */
    void leave(long bytes) throws IOException, InterruptedException {
        for (int i = 0; i < ATTEMPTS; i++) {
            if (remounts("size=" + (used() + bytes))) {
                return;
            }
        }
        throw new IOException(folder + ": does not get smaller");
    }

    void enlarge() throws IOException, InterruptedException {
        remount("size=" + LARGE);
    }

    /** Refused while a file is open for writing. */
    boolean tryReadOnly() throws InterruptedException {
        return remounts("ro");
    }

    void writable() throws IOException, InterruptedException {
        remount("rw");
    }

    private long used() {
        return folder.toFile().getTotalSpace() - folder.toFile().getFreeSpace();
    }

    private void remount(String option) throws IOException, InterruptedException {
        if (!remounts(option)) {
            throw new IOException(folder + ": cannot be remounted with " + option);
        }
    }

    private boolean remounts(String option) throws InterruptedException {
        return Command.succeeds("mount", "-o", "remount," + option, folder.toString());
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(unmount);
        unmountQuietly();
    }

    /** All that are left in a folder. */
    static void unmountBelow(Path folder) throws InterruptedException {
        for (String mount :
                Command.lines("findmnt", "--noheadings", "--raw", "--types", "tmpfs", "--output", "TARGET")) {
            if (Path.of(mount).startsWith(folder)) {
                unmount(Path.of(mount));
            }
        }
    }

    /** If there is a disk. Lazily: of a process that was killed a moment ago, files may still be open. */
    static void unmount(Path folder) throws InterruptedException {
        Command.succeeds("umount", "-l", folder.toString());
    }

    private void unmountQuietly() {
        try {
            unmount(folder);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
