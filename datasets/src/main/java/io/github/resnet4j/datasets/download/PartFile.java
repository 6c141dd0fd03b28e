package io.github.resnet4j.datasets.download;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The bytes of a file that is not complete or not verified yet: {@code NAME.part} beside the target, and in
 * {@code NAME.part.tag} the validator ({@code ETag} or {@code Last-Modified}) of the version they belong to.
 */
final class PartFile implements AutoCloseable {
    private final Path target;
    private final Path path;
    private final Path tag;
    private final FileChannel channel;
    private long bytes;
    private boolean inOnePiece;

    /** Opens what an earlier attempt left, or an empty file. */
    PartFile(Path target) {
        this.target = target;
        path = sibling(target, ".part");
        tag = sibling(target, ".part.tag");
        try {
            channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            bytes = channel.size();
            channel.position(bytes);
        } catch (IOException e) {
            throw new DiskException("cannot write", path, e);
        }
    }

    static Path sibling(Path target, String suffix) {
        return target.resolveSibling(target.getFileName() + suffix);
    }

    Path path() {
        return path;
    }

    long bytes() {
        return bytes;
    }

    /** Whether all bytes came from one answer, so that no mixture of versions is possible. */
    boolean inOnePiece() {
        return inOnePiece;
    }

    /** The validator of the version the bytes belong to, if its server gave one. */
    Optional<String> validator() {
        try {
            return bytes > 0 && Files.isRegularFile(tag) && Files.size(tag) <= 1024
                    ? Optional.of(Files.readString(tag)).filter(text -> text.matches("[\\x20-\\x7e]+"))
                    : Optional.empty();
        } catch (IOException e) {
            // An unreadable tag is as good as none: the hash of the whole file decides.
            return Optional.empty();
        }
    }

    /** Goes back to the first byte, for an answer that holds the whole file. */
    void restart(Optional<String> validator) {
        try {
            channel.truncate(0);
            bytes = 0;
            inOnePiece = true;
            Files.deleteIfExists(tag);
            if (validator.isPresent()) {
                Files.writeString(tag, validator.get());
            }
        } catch (IOException e) {
            throw new DiskException("cannot write", path, e);
        }
    }

    /** The bytes that follow come from another answer than those at hand. */
    void resume() {
        inOnePiece = false;
    }

    void append(ByteBuffer data) {
        try {
            while (data.hasRemaining()) {
                bytes += channel.write(data);
            }
        } catch (IOException e) {
            throw new DiskException("cannot write beyond " + bytes + " bytes", path, e);
        }
    }

    /** Moves the verified bytes to the target in one step. */
    void publish() {
        try {
            channel.force(true);
            channel.close();
            Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
            Files.deleteIfExists(tag);
        } catch (IOException e) {
            throw new DiskException("cannot move it into place", path, e);
        }
    }

    /** Moves the only file in the verified zip archive to the target in one step. */
    void publishUnzipped() {
        Path unzipped = sibling(target, ".unzipped");
        try {
            channel.close();
            try (FileChannel out = FileChannel.open(
                    unzipped,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                ZippedFile.copy(path, Channels.newOutputStream(out));
                out.force(true);
            }
            Files.move(unzipped, target, StandardCopyOption.ATOMIC_MOVE);
            Files.delete(path);
            Files.deleteIfExists(tag);
        } catch (IOException e) {
            throw new DiskException("cannot unzip it into place", path, e);
        }
    }

    /**
     * Renames {@code file}, which is not the published one, to {@code NAME.bad} beside {@code target} for inspection.
     */
    static Path setAside(Path file, Path target) {
        Path bad = sibling(target, ".bad");
        try {
            Files.move(file, bad, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new DiskException("cannot move it aside", file, e);
        }
        return bad;
    }

    /** Sets the bytes aside as {@code NAME.bad}. */
    Path reject() {
        try {
            channel.close();
            Files.deleteIfExists(tag);
        } catch (IOException e) {
            throw new DiskException("cannot write", path, e);
        }
        return setAside(path, target);
    }

    /** Keeps what can be resumed; an empty file is not worth keeping. */
    @Override
    public void close() {
        try {
            channel.close();
            if (Files.exists(path) && Files.size(path) == 0) {
                Files.delete(path);
                Files.deleteIfExists(tag);
            }
        } catch (IOException e) {
            throw new DiskException("cannot write", path, e);
        }
    }
}
