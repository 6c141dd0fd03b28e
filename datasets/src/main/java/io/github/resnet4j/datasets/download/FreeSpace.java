package io.github.resnet4j.datasets.download;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** How many bytes may be written to the file system of a folder. */
@FunctionalInterface
interface FreeSpace {
    FreeSpace REAL = FreeSpace::ask;

    long in(Path folder) throws IOException;

    /** Not of {@link Files#getFileStore}, which looks for the mount point: in a chroot there is none to be found. */
    private static long ask(Path folder) throws IOException {
        long free = folder.toFile().getUsableSpace();
        if (free == 0 && Files.notExists(folder)) {
            throw new NoSuchFileException(folder.toString());
        }
        return free;
    }

    /** Fails unless {@code bytes} and a tenth more are free, so that a long download does not end in a full disk. */
    default void require(long bytes, Path folder, String what) {
        try {
            long needed = bytes + bytes / 10;
            long free = in(folder);
            if (free < needed) {
                throw new DiskException(folder + ": " + what + " needs " + needed + " bytes, " + free
                        + " are free; free some space, or set " + CacheFolder.VARIABLE + " to another folder");
            }
        } catch (IOException e) {
            throw new DiskException("cannot determine its free space", folder, e);
        }
    }
}
