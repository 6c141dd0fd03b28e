package io.github.resnet4j.finetune.internal.checkpoint;

import io.github.resnet4j.files.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** What saving a checkpoint does to a disk, operation by operation, so that tests can lose power between any two. */
interface Disk {
    /** The disk of this machine. */
    Disk REAL = new Disk() {
        @Override
        public void createFolder(Path folder) throws IOException {
            Files.createDirectory(folder);
        }

        @Override
        public void append(Path file, ByteBuffer bytes) throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        }

        @Override
        public void force(Path path) throws IOException {
            AtomicFile.force(path);
        }

        @Override
        public void move(Path from, Path to) throws IOException {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        public void delete(Path path) throws IOException {
            Files.deleteIfExists(path);
        }
    };

    /**
     * Creates a folder and those above it that are missing. When this returns, their names would survive a loss of
     * power, and so would that of a folder which was there already.
     */
    default void createFolders(Path folder) throws IOException {
        List<Path> holders = new ArrayList<>();
        for (Path above = folder.toAbsolutePath().getParent(); above != null; above = above.getParent()) {
            holders.add(above);
            if (Files.isDirectory(above)) {
                break;
            }
        }
        Files.createDirectories(folder);
        for (Path holder : holders) {
            force(holder);
        }
    }

    void createFolder(Path folder) throws IOException;

    /** Adds bytes to a file, which is created if it is not there. */
    void append(Path file, ByteBuffer bytes) throws IOException;

    /** Returns once a file's content, or a folder's list of names, would survive a loss of power. */
    void force(Path path) throws IOException;

    /** Renames a file or folder in one step. */
    void move(Path from, Path to) throws IOException;

    /** Deletes a file or an empty folder, if it is there. */
    void delete(Path path) throws IOException;
}
