package io.github.resnet4j.serving.internal.model;

import io.github.resnet4j.files.FileHash;
import io.github.resnet4j.finetune.model.BatchQueue;
import io.github.resnet4j.serving.ModelEntry;
import io.github.resnet4j.serving.ServerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A model by its name and version: the replica that answers now, and what becomes of its file. */
public final class ServedModel implements AutoCloseable {
    private static final long STUCK = 30_000_000_000L;

    private final ModelEntry entry;
    private final ServerOptions options;
    private final Events events;
    private volatile Optional<Replica> current = Optional.empty();
    private volatile Optional<String> hash = Optional.empty();
    private volatile Optional<String> problem = Optional.empty();
    /** Used by the thread that loads only. */
    private Optional<Signature> loaded = Optional.empty();
    /** The file as the last look found it: one that is still being written changes from look to look. */
    private Optional<Signature> seen = Optional.empty();

    /** Hears what happens to models. */
    public interface Events {
        /** A batch ran, as {@link Replica.BatchListener#ran}. */
        void ran(ServedModel model, List<Long> waited, long took);

        /** A file was loaded and answers from now on. */
        void loaded(ServedModel model, boolean again);

        /** A changed file was refused; the one before it goes on. */
        void refused(ServedModel model, String problem);
    }

    /** How a file looks from outside: what changes when its content does. */
    private record Signature(long modified, long size, Object key) {
        static Optional<Signature> of(Path file) {
            try {
                BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
                return Optional.of(new Signature(
                        found.lastModifiedTime().toMillis(), found.size(), String.valueOf(found.fileKey())));
            } catch (IOException e) {
                return Optional.empty(); // between the deletion of the old and the arrival of the new
            }
        }
    }

    /** Places in the queue of the replica that will answer. */
    public record Lease(Replica replica, BatchQueue<Work, Answer>.Places places) implements AutoCloseable {
        /** Gives back the places that are not used. */
        @Override
        public void close() {
            places.close();
        }
    }

    ServedModel(ModelEntry entry, ServerOptions options, Events events) {
        this.entry = entry;
        this.options = options;
        this.events = events;
    }

    public String name() {
        return entry.name();
    }

    public int version() {
        return entry.version();
    }

    /** {@code NAME:VERSION}. */
    public String label() {
        return entry.name() + ":" + entry.version();
    }

    /** The replica that answers; empty before the first loading. */
    public Optional<Replica> replica() {
        return current;
    }

    /** SHA-256 of the file that answers. */
    public Optional<String> hash() {
        return hash;
    }

    /** Why the file that lies there now is not the one that answers. */
    public Optional<String> problem() {
        return problem;
    }

    /**
     * Reserves places for images.
     *
     * @return empty if the queue is full
     * @throws IllegalStateException if nothing is loaded
     */
    public Optional<Lease> lease(int images) {
        while (true) {
            Replica replica = current.orElseThrow(() -> new IllegalStateException(label() + " is not loaded"));
            try {
                return replica.queue().tryReserve(images).map(places -> new Lease(replica, places));
            } catch (BatchQueue.ClosedException e) {
                if (current.filter(now -> now == replica).isPresent()) {
                    throw e; // closed for good, not replaced
                }
            }
        }
    }

    /** Loads the model for the first time. */
    void load() {
        loaded = entry.file().flatMap(Signature::of);
        swap(false);
    }

    /**
     * Loads the file again if it has changed since, and not just now; or if the replica is broken.
     *
     * @return whether there was something to do
     */
    boolean reload() {
        boolean broken = current.filter(Replica::isBroken).isPresent();
        if (!broken && !hasChanged()) {
            return false;
        }
        loaded = entry.file().flatMap(Signature::of);
        try {
            swap(true);
            problem = Optional.empty();
        } catch (RuntimeException | Error e) { // also too little memory: the old one goes on
            problem = Optional.of(withoutFolder(String.valueOf(e.getMessage())));
            events.refused(this, problem.get());
        }
        return true;
    }

    /** Clients need not know where files lie. */
    private String withoutFolder(String message) {
        return entry.file()
                .flatMap(file -> Optional.ofNullable(file.getParent()))
                .map(folder -> message.replace(folder + folder.getFileSystem().getSeparator(), ""))
                .orElse(message);
    }

    private boolean hasChanged() {
        Optional<Signature> now = entry.file().flatMap(Signature::of);
        boolean settled = now.equals(seen);
        seen = now;
        return now.isPresent() && settled && !now.equals(loaded);
    }

    private void swap(boolean again) {
        Optional<String> read = entry.file().map(ServedModel::sha256);
        Replica next =
                Replica.load(label(), entry.source().get(), options, (waited, took) -> events.ran(this, waited, took));
        Optional<Replica> before = current;
        current = Optional.of(next);
        hash = read;
        before.ifPresent(Replica::close);
        events.loaded(this, again);
    }

    private static String sha256(Path file) {
        try {
            return FileHash.Algorithm.SHA_256.of(file).hex();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether its thread has been at one batch for so long that it will hardly come back. */
    public boolean isStuck() {
        OptionalLong running = current.map(replica -> replica.queue().running()).orElse(OptionalLong.empty());
        return running.isPresent() && running.getAsLong() > STUCK;
    }

    @Override
    public void close() {
        current.ifPresent(Replica::close);
    }
}
