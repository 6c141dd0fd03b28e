package io.github.resnet4j.finetune.internal.features;

import io.github.resnet4j.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder with the features of all data sets and networks, each in a folder of its own, which does not grow beyond a
 * limit. Processes may share it: what a process has opened it can read to the end although another one deletes it, and what
 * is being written is not deleted.
 *
 * @param root the folder, which may not exist yet
 * @param mostBytes that all of it may take up
 */
public record FeatureCache(Path root, long mostBytes) {
    /** So long nothing is deleted after it was last used: a folder does not change while its next file is computed. */
    private static final Duration IN_USE = Duration.ofHours(1);

    /** A folder of the cache's, and no other that somebody put there. */
    private static final Pattern KEY = Pattern.compile("[0-9a-f]{64}");

    /** What is in the cache, and when it was last used. */
    private record Entry(Path folder, long bytes, Instant used) {}

    /**
     * The folder of some features, for which those that were not used for longest make room.
     *
     * @param key names them
     * @param bytes that they take up, with what is there already
     * @return empty if there is no room
     * @throws IOException if the cache cannot be read or written
     */
    public Optional<Path> folder(String key, long bytes) throws IOException {
        if (bytes > mostBytes) {
            return Optional.empty();
        }
        Path folder = root.resolve(key);
        Files.createDirectories(folder);
        deleteRemains(folder);
        List<Entry> others = others(folder);
        long total = others.stream().mapToLong(Entry::bytes).sum() + bytes;
        Instant old = Instant.now().minus(IN_USE);
        for (Entry entry : others) {
            if (total > mostBytes && entry.used().isBefore(old)) {
                delete(entry.folder());
                total -= entry.bytes();
            }
        }
        return total > mostBytes ? Optional.empty() : Optional.of(folder);
    }

    /** The longest unused first. */
    private List<Entry> others(Path own) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (Stream<Path> folders = Files.list(root)) {
            for (Path folder :
                    folders.filter(each -> !each.equals(own) && isKey(each)).toList()) {
                try {
                    entries.add(new Entry(folder, bytes(folder), used(folder)));
                } catch (NoSuchFileException deleted) {
                    continue; // by another process, this moment
                }
            }
        }
        entries.sort(Comparator.comparing(Entry::used));
        return entries;
    }

    private static long bytes(Path folder) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    private static boolean isKey(Path folder) {
        return KEY.matcher(folder.getFileName().toString()).matches() && Files.isDirectory(folder);
    }

    private static Instant used(Path path) throws IOException {
        return Files.getLastModifiedTime(path).toInstant();
    }

    /** What a process was writing when it was killed. */
    private static void deleteRemains(Path folder) throws IOException {
        Instant old = Instant.now().minus(IN_USE);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".part")).toList()) {
                if (used(file).isBefore(old)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try {
            AtomicFile.deleteTree(folder);
        } catch (NoSuchFileException deleted) {
            // by another process, at the same time
        }
    }
}
