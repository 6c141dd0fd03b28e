package io.github.resnet4j.datasets.download;

import io.github.resnet4j.files.FileHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares a file with the published one: its size every time, its hash once. That the hash was right is remembered in
 * {@code .NAME.verified} beside the file, with what would be different if the file were: its size, its time and, where
 * the file system has one, its key (inode).
 */
final class Verified {
    private static final Logger log = LoggerFactory.getLogger(Verified.class);
    private static final int LONGEST_NOTE = 1024;

    private Verified() {}

    /**
     * How {@code target}, which may be remembered, differs from the published file.
     *
     * @throws DiskException if it cannot be read
     */
    static Optional<String> difference(RemoteFile file, Path target) {
        try {
            String note = note(file, target); // before the hash, so that a change meanwhile is noticed next time
            if (file.size().fits(Files.size(target)) && note.equals(noted(target))) {
                return Optional.empty();
            }
            Optional<String> difference = mismatch(file, target);
            if (difference.isEmpty()) {
                write(note, target);
            }
            return difference;
        } catch (IOException e) {
            throw new DiskException("cannot read", target, e);
        }
    }

    /** How {@code path} differs from the published file, by its size and hash as they are. */
    static Optional<String> mismatch(RemoteFile file, Path path) {
        try {
            long bytes = Files.size(path);
            if (!file.size().fits(bytes)) {
                return Optional.of(bytes + " bytes, not " + file.size());
            }
            FileHash found = file.hash().of(path);
            return file.hash().matches(found.hex())
                    ? Optional.empty()
                    : Optional.of(found + ", not the published " + file.hash());
        } catch (IOException e) {
            throw new DiskException("cannot read", path, e);
        }
    }

    /** Remembers {@code target} as it is now, whose hash was right a moment ago. */
    static void remember(RemoteFile file, Path target) {
        try {
            write(note(file, target), target);
        } catch (IOException e) {
            throw new DiskException("cannot read", target, e);
        }
    }

    private static String note(RemoteFile file, Path target) throws IOException {
        BasicFileAttributes now = Files.readAttributes(target, BasicFileAttributes.class);
        return file.hash() + " " + now.size() + " " + now.lastModifiedTime().to(TimeUnit.NANOSECONDS) + " "
                + now.fileKey() + "\n";
    }

    private static String noted(Path target) {
        Path path = path(target);
        try {
            return Files.isRegularFile(path) && Files.size(path) <= LONGEST_NOTE ? Files.readString(path) : "";
        } catch (IOException e) {
            log.debug("{} cannot be read", path, e);
            return "";
        }
    }

    /** In a cache that cannot be written the file is hashed at every use. */
    private static void write(String note, Path target) {
        Path path = path(target);
        try {
            Files.writeString(path, note);
        } catch (IOException e) {
            log.debug("{} cannot be written", path, e);
        }
    }

    private static Path path(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".verified");
    }
}
