package io.github.resnet4j.files;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Files and folders that are either whole or absent. They are written under another name beside their place, forced to
 * disk, and moved into their place in one step. If anything fails, what was there before is as it was, and nothing else
 * is left.
 */
public final class AtomicFile {
    private static final int BUFFER = 1 << 16;

    private AtomicFile() {}

    /** Writes the bytes of a file. */
    @FunctionalInterface
    public interface Content {
        /** The stream is buffered; closing it is allowed and not needed. */
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes the files of a folder. */
    @FunctionalInterface
    public interface FolderContent {
        /** {@code folder} exists and is empty. */
        void writeTo(Path folder) throws IOException;
    }

    /** Replaces {@code file} by {@code text} in UTF-8; see {@link #write(Path, Content)}. */
    public static void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Replaces {@code file} by {@code bytes}; see {@link #write(Path, Content)}. */
    public static void write(Path file, byte[] bytes) throws IOException {
        write(file, out -> out.write(bytes));
    }

    /**
     * Replaces {@code file} by {@code content}. When this returns, it survives a loss of power.
     *
     * @param file in a folder that exists
     * @throws FileSystemException if it cannot be written; the message names the file and says why
     * @throws RuntimeException what {@code content} throws
     */
    public static void write(Path file, Content content) throws IOException {
        Path target = file.toAbsolutePath();
        if (Files.isDirectory(target)) {
            throw new FileSystemException(file.toString(), null, "is a folder; name a file in it");
        }
        Path part = part(target);
        try {
            writePart(part, content);
            moveInto(target, part);
        } catch (IOException e) {
            FileSystemException failure = unwritable(file, e);
            discard(part, failure);
            throw failure;
        } catch (RuntimeException | Error e) {
            discard(part, e);
            throw e;
        }
    }

    private static void writePart(Path part, Content content) throws IOException {
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER) {
                @Override
                public void close() throws IOException {
                    flush(); // the channel stays open: it is still to be forced to disk
                }
            };
            content.writeTo(out);
            out.flush();
            channel.force(true);
        }
    }

    /**
     * Makes {@code folder} with {@code content}.
     *
     * @param folder does not exist or is empty; its parent exists
     * @throws FileSystemException if it cannot be written; the message names the folder and says why
     * @throws RuntimeException what {@code content} throws
     */
    public static void writeFolder(Path folder, FolderContent content) throws IOException {
        Path target = folder.toAbsolutePath().normalize();
        Path part = part(target);
        try {
            Files.createDirectory(part);
            content.writeTo(part);
            try (Stream<Path> all = Files.walk(part)) {
                for (Path path : all.toList()) {
                    force(path);
                }
            }
            Files.deleteIfExists(target); // not every system puts a folder in place of another, even if it is empty
            moveInto(target, part);
        } catch (IOException e) {
            FileSystemException failure = unwritable(folder, e);
            discard(part, failure);
            throw failure;
        } catch (RuntimeException | Error e) {
            discard(part, e);
            throw e;
        }
    }

    private static void moveInto(Path target, Path part) throws IOException {
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        try {
            force(target.getParent());
        } catch (AccessDeniedException e) {
            // A folder that may be written but not listed. The file is in its place.
        }
    }

    private static void discard(Path part, Throwable failure) {
        try {
            deleteTree(part);
        } catch (IOException leftBehind) {
            failure.addSuppressed(leftBehind);
        }
    }

    /** Returns once a file's content, or a folder's list of names, would survive a loss of power. */
    public static void force(Path path) throws IOException {
        boolean folder = Files.isDirectory(path);
        if (folder && File.separatorChar != '/') {
            return; // Windows cannot open a folder, and keeps its entries without being asked
        }
        try (FileChannel channel =
                FileChannel.open(path, folder ? StandardOpenOption.READ : StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Deletes a file, or a folder and what is in it, if it is there. Links are deleted, not followed. */
    public static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static Path part(Path target) {
        return target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
    }

    /** Failures of the temporary sibling, said of the place itself. */
    private static FileSystemException unwritable(Path place, IOException failure) {
        Path parent = place.toAbsolutePath().getParent();
        String reason;
        if (!Files.exists(parent)) {
            reason = "the folder " + parent + " does not exist; create it first";
        } else if (!Files.isDirectory(parent)) {
            reason = parent + " is not a folder";
        } else if (failure instanceof AccessDeniedException) {
            reason = "permission denied; choose a folder you can write to";
        } else {
            reason = FileProblem.reason(failure);
        }
        FileSystemException named = new FileSystemException(place.toString(), null, "cannot be written: " + reason);
        named.initCause(failure);
        return named;
    }
}
