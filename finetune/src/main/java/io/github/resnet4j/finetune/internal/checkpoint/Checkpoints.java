package io.github.resnet4j.finetune.internal.checkpoint;

import io.github.resnet4j.files.Digest;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.CheckpointException;
import io.github.resnet4j.finetune.train.NonFiniteException;
import io.github.resnet4j.finetune.train.Position;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one training run:
 *
 * <pre>
 * checkpoints/ckpt-000000391/parameters.f32    little-endian floats
 *                            velocity.f32      or what else the optimiser remembers
 *                            manifest.json     position, identity, size and SHA-256 of everything
 * </pre>
 *
 * A checkpoint is written aside as {@code tmp-…}, forced to disk, read back, and then renamed; older ones go only after
 * the new name is on disk too. Whatever ends the process or the machine, and whenever, the newest checkpoint that
 * verifies is complete. Names come from the iteration, never from a clock; a second one of the same iteration is
 * {@code ckpt-000000391.1}.
 *
 * <p>Not safe for use by several threads or processes: hold the {@link RunLock} of the run.
 */
public final class Checkpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final String PARAMETERS = "parameters.f32";
    private static final String FLOATS = ".f32";
    private static final String MANIFEST = "manifest.json";
    private static final String TEMPORARY = "tmp-";
    private static final Pattern NAME = Pattern.compile("ckpt-(\\d{9,18})(?:\\.([1-9]\\d{0,8}))?");
    private static final int MAX_MANIFEST = 1 << 20;
    private static final int CHUNK = 1 << 20;

    private final Path folder;
    private final int keep;
    private final Disk disk;

    /** By name: whether a checkpoint was found whole, as far as anybody asked. */
    private final Map<String, Boolean> verified = new HashMap<>();

    private record Generation(Path path, long iteration, int revision) {
        String name() {
            return path.getFileName().toString();
        }
    }

    /**
     * Opens the folder of a run's checkpoints, creates it if needed, and removes what an interrupted save left there.
     *
     * @param folder usually {@code runs/NAME/checkpoints}
     * @param keep how many to keep, at least 1; 2 survive the loss of the newest
     * @throws CheckpointException if the folder cannot be written to
     */
    public Checkpoints(Path folder, int keep) {
        this(folder, keep, Disk.REAL);
    }

    Checkpoints(Path folder, int keep, Disk disk) {
        if (keep < 1) {
            throw new IllegalArgumentException("at least 1 checkpoint must be kept, got " + keep);
        }
        this.folder = folder.toAbsolutePath();
        this.keep = keep;
        this.disk = disk;
        try {
            disk.createFolders(this.folder);
            for (Path path : list()) {
                if (path.getFileName().toString().startsWith(TEMPORARY)) {
                    discard(path);
                }
            }
        } catch (IOException e) {
            throw new CheckpointException(folder + ": cannot store checkpoints here", e);
        }
    }

    /**
     * Saves a state. When this returns, it survives a loss of power; older checkpoints may be gone by then, but
     * {@code keep} whole ones are there.
     *
     * @throws NonFiniteException if a value is NaN or infinite; nothing is written
     * @throws CheckpointException if the disk is full or fails; earlier checkpoints are as before
     * @throws IllegalStateException if there is a whole checkpoint of a later iteration: another run's state, which this
     *     one would hide behind
     */
    public void save(Snapshot snapshot) {
        requireFinite("parameter", snapshot.parameters());
        snapshot.state().forEach(Checkpoints::requireFinite);
        long iteration = snapshot.position().iteration();
        Path temporary = null;
        try {
            int revision = 0;
            for (Generation other : generations()) {
                if (other.iteration() > iteration && isWhole(other)) {
                    throw new IllegalStateException(other.path() + " is later than iteration " + iteration
                            + "; resume from it or train into another folder");
                }
                if (other.iteration() == iteration) {
                    revision = Math.max(revision, other.revision() + 1);
                }
            }
            String name = String.format(Locale.ROOT, "ckpt-%09d", iteration) + (revision == 0 ? "" : "." + revision);
            temporary = folder.resolve(TEMPORARY + name);
            discard(temporary);
            write(temporary, snapshot);
            verify(temporary);
            disk.move(temporary, folder.resolve(name));
            disk.force(folder);
            verified.put(name, true);
        } catch (IOException e) {
            discardIfPossible(temporary);
            throw new CheckpointException(
                    folder + ": iteration " + iteration + " was not saved, earlier checkpoints are intact", e);
        }
        prune();
    }

    /**
     * The newest state that is exactly as it was saved.
     *
     * @param warnings receives one line, with its path, for every checkpoint that is not intact
     */
    public Optional<Snapshot> newestValid(Consumer<String> warnings) {
        try {
            for (Generation generation : generations()) {
                try {
                    Snapshot snapshot = read(generation);
                    verified.put(generation.name(), true);
                    return Optional.of(snapshot);
                } catch (IOException e) {
                    verified.put(generation.name(), false);
                    warnings.accept(generation.path() + ": " + reason(e) + "; skipped");
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new CheckpointException(folder + ": cannot be listed", e);
        }
    }

    private void write(Path temporary, Snapshot snapshot) throws IOException {
        disk.createFolder(temporary);
        Map<String, Manifest.Content> files = new TreeMap<>();
        files.put(PARAMETERS, write(temporary.resolve(PARAMETERS), snapshot.parameters()));
        for (Map.Entry<String, FloatBuffer> array : snapshot.state().entrySet()) {
            String file = array.getKey() + FLOATS;
            files.put(file, write(temporary.resolve(file), array.getValue()));
        }
        Path manifest = temporary.resolve(MANIFEST);
        disk.append(manifest, ByteBuffer.wrap(Manifest.of(snapshot, files).toBytes()));
        disk.force(manifest);
        disk.force(temporary);
    }

    private Manifest.Content write(Path file, FloatBuffer values) throws IOException {
        Digest digest = Digest.sha256();
        FloatBuffer rest = values.duplicate();
        ByteBuffer chunk = chunkOf(4L * values.remaining());
        do {
            int count = Math.min(rest.remaining(), CHUNK / 4);
            chunk.clear().asFloatBuffer().put(rest.slice(rest.position(), count));
            rest.position(rest.position() + count);
            chunk.limit(4 * count);
            digest.add(chunk.array(), 0, 4 * count);
            disk.append(file, chunk);
        } while (rest.hasRemaining());
        disk.force(file);
        return new Manifest.Content(4L * values.remaining(), digest.hex());
    }

    private Snapshot read(Generation generation) throws IOException {
        Manifest manifest = manifest(generation.path());
        if (manifest.iteration() != generation.iteration()) {
            throw new IOException("the manifest is of iteration " + manifest.iteration());
        }
        FloatBuffer parameters = values(generation.path(), PARAMETERS, manifest);
        Map<String, FloatBuffer> state = new TreeMap<>();
        for (String file : arrays(manifest)) {
            state.put(file.substring(0, file.length() - FLOATS.length()), values(generation.path(), file, manifest));
        }
        try {
            Position position = new Position(manifest.iteration(), manifest.epoch(), manifest.batch());
            return new Snapshot(position, manifest.progress(), parameters, state, manifest.identity());
        } catch (IllegalArgumentException e) {
            throw new IOException("the manifest is invalid: " + e.getMessage(), e);
        }
    }

    private static FloatBuffer values(Path checkpoint, String name, Manifest manifest) throws IOException {
        long count = content(checkpoint, name, manifest).bytes() / 4;
        FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(count));
        hash(checkpoint, name, manifest, chunk -> values.put(chunk.asFloatBuffer()));
        return values.flip();
    }

    private boolean isWhole(Generation generation) {
        return verified.computeIfAbsent(generation.name(), name -> {
            try {
                verify(generation.path());
                return true;
            } catch (IOException e) {
                LOG.warn("{}: {}", generation.path(), reason(e));
                return false;
            }
        });
    }

    private static void verify(Path checkpoint) throws IOException {
        Manifest manifest = manifest(checkpoint);
        List<String> files = new ArrayList<>(arrays(manifest));
        files.add(PARAMETERS);
        for (String name : files) {
            content(checkpoint, name, manifest);
            hash(checkpoint, name, manifest, chunk -> {});
        }
    }

    /** The files of the state, which are nowhere but in the checkpoint's own folder. */
    private static List<String> arrays(Manifest manifest) throws IOException {
        List<String> files = new ArrayList<>(manifest.files().keySet());
        files.remove(PARAMETERS);
        for (String file : files) {
            if (!file.endsWith(FLOATS) || !Snapshot.isName(file.substring(0, file.length() - FLOATS.length()))) {
                throw new IOException("the manifest has a file that no checkpoint has: " + Printable.line(file));
            }
        }
        return files;
    }

    private static Manifest manifest(Path checkpoint) throws IOException {
        Path file = checkpoint.resolve(MANIFEST);
        if (Files.size(file) > MAX_MANIFEST) {
            throw new IOException("the manifest is larger than " + MAX_MANIFEST + " bytes");
        }
        return Manifest.read(Files.readAllBytes(file));
    }

    /** What a file should be, once the real one is known to have that size: memory may be taken for it. */
    private static Manifest.Content content(Path checkpoint, String name, Manifest manifest) throws IOException {
        Manifest.Content content = manifest.files().get(name);
        if (content == null) {
            throw new IOException("the manifest does not know " + name);
        }
        long bytes = Files.size(checkpoint.resolve(name));
        if (bytes != content.bytes()) {
            throw new IOException(name + " has " + bytes + " bytes instead of " + content.bytes());
        }
        if (bytes % 4 != 0 || bytes / 4 > Integer.MAX_VALUE) {
            throw new IOException(name + " has " + bytes + " bytes, which no array of floats has");
        }
        return content;
    }

    private static void hash(Path checkpoint, String name, Manifest manifest, Consumer<ByteBuffer> each)
            throws IOException {
        Manifest.Content content = manifest.files().get(name);
        Digest digest = Digest.sha256();
        ByteBuffer chunk = chunkOf(content.bytes());
        try (FileChannel channel = FileChannel.open(checkpoint.resolve(name))) {
            for (long rest = content.bytes(); rest > 0; rest -= chunk.limit()) {
                chunk.clear().limit((int) Math.min(CHUNK, rest));
                while (chunk.hasRemaining()) {
                    if (channel.read(chunk) < 0) {
                        throw new IOException(name + " is cut short");
                    }
                }
                chunk.flip();
                digest.add(chunk.array(), 0, chunk.limit());
                each.accept(chunk);
            }
        }
        if (!digest.hex().equals(content.sha256())) {
            throw new IOException(name + " is damaged (checksum)");
        }
    }

    private static ByteBuffer chunkOf(long bytes) {
        return ByteBuffer.allocate((int) Math.min(CHUNK, bytes)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Deletes what is older than the {@code keep}-th whole checkpoint; those of an earlier process are verified once. */
    private void prune() {
        int whole = 0;
        try {
            for (Generation generation : generations()) {
                if (whole >= keep) {
                    // Renamed in one step, so that no reader finds half of it.
                    Path temporary = folder.resolve(TEMPORARY + generation.name());
                    disk.move(generation.path(), temporary);
                    discard(temporary);
                    verified.remove(generation.name());
                } else if (isWhole(generation)) {
                    whole++;
                }
            }
        } catch (IOException e) {
            LOG.warn("{}: old checkpoints cannot be removed: {}", folder, reason(e));
        }
    }

    /** The checkpoints by their names alone, newest first. */
    private List<Generation> generations() throws IOException {
        List<Generation> found = new ArrayList<>();
        for (Path path : list()) {
            Matcher name = NAME.matcher(path.getFileName().toString());
            if (name.matches()) {
                int revision = name.group(2) == null ? 0 : Integer.parseInt(name.group(2));
                found.add(new Generation(path, Long.parseLong(name.group(1)), revision));
            }
        }
        found.sort(Comparator.comparingLong(Generation::iteration)
                .thenComparingInt(Generation::revision)
                .reversed());
        return found;
    }

    private List<Path> list() throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void discard(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> paths = Files.walk(path)) {
            deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path each : deepestFirst) {
            disk.delete(each);
        }
    }

    private void discardIfPossible(Path temporary) {
        try {
            if (temporary != null) {
                discard(temporary);
            }
        } catch (IOException e) {
            LOG.warn("{}: cannot be removed: {}", temporary, reason(e));
        }
    }

    private static void requireFinite(String what, FloatBuffer values) {
        for (int i = 0; i < values.limit(); i++) {
            if (!Float.isFinite(values.get(i))) {
                throw new NonFiniteException("not saved: " + what + " " + i + " is " + values.get(i));
            }
        }
    }

    private static String reason(IOException e) {
        return e instanceof NoSuchFileException missing
                ? Path.of(missing.getFile()).getFileName() + " is missing"
                : e.getMessage();
    }
}
