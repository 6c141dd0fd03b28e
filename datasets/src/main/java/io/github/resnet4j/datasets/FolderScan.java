package io.github.resnet4j.datasets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Folders and images below a root, in the order of Python's {@code sorted}, whatever the locale and the order of the file
 * system. Symbolic links are followed inside the boundary only, and no folder is entered twice on one walk, so that loops
 * end.
 */
final class FolderScan {
    private static final Set<String> IMAGES = Set.of("jpg", "jpeg", "png", "bmp", "gif");
    private static final Set<String> NOISE = Set.of("thumbs.db", "desktop.ini", "__macosx");
    private static final int LONGEST_EXTENSION = 8;

    private final Path boundary;
    private final Map<String, Integer> skipped = new TreeMap<>();

    /** A file or folder: its name (or path, {@code /} between the parts), where it is, its size. */
    record Entry(String name, Path path, long bytes) {
        static final Comparator<Entry> BY_NAME = Comparator.comparing(Entry::name, FolderScan::byCodePoint);
    }

    private record Listing(List<Entry> folders, List<Entry> files) {}

    /** @param boundary the folder outside which nothing is read */
    FolderScan(Path boundary) throws IOException {
        this.boundary = boundary.toRealPath();
    }

    /** The visible folders in {@code dir}. */
    List<Entry> folders(Path dir) throws IOException {
        List<Entry> folders = list(dir).folders();
        folders.sort(Entry.BY_NAME);
        return folders;
    }

    /** The images in {@code dir} itself. */
    List<Entry> images(Path dir) throws IOException {
        return images(list(dir).files());
    }

    /**
     * The images in {@code folder} and below, named by their path that begins with the folder's name: folder by folder in
     * the order of the paths, as {@code sorted(os.walk(folder))} has it.
     */
    List<Entry> imagesBelow(Entry folder) throws IOException {
        Map<String, List<Entry>> byFolder = new TreeMap<>(FolderScan::byCodePoint);
        walk(folder.name(), folder.path(), byFolder, new HashSet<>());
        List<Entry> images = new ArrayList<>();
        byFolder.forEach((path, files) -> {
            for (Entry file : images(files)) {
                images.add(new Entry(path + '/' + file.name(), file.path(), file.bytes()));
            }
        });
        return images;
    }

    /** What was passed over since the last call, by extension or reason. */
    Map<String, Integer> takeSkipped() {
        Map<String, Integer> taken = new TreeMap<>(skipped);
        skipped.clear();
        return taken;
    }

    /** The order of Python strings. It differs from Java's beyond U+FFFF. */
    static int byCodePoint(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                return Character.isSurrogate(x) == Character.isSurrogate(y)
                        ? Character.compare(x, y)
                        : Boolean.compare(Character.isSurrogate(x), Character.isSurrogate(y));
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    private void walk(String name, Path dir, Map<String, List<Entry>> byFolder, Set<Path> entered) throws IOException {
        if (!entered.add(dir.toRealPath())) {
            count("folder linked again");
            return;
        }
        Listing listing = list(dir);
        byFolder.put(name, listing.files());
        listing.folders().sort(Entry.BY_NAME);
        for (Entry folder : listing.folders()) {
            walk(name + '/' + folder.name(), folder.path(), byFolder, entered);
        }
    }

    private List<Entry> images(List<Entry> files) {
        List<Entry> images = new ArrayList<>();
        for (Entry file : files) {
            String extension = extension(file.name());
            if (IMAGES.contains(extension)) {
                images.add(file);
            } else {
                count(extension.isEmpty() || extension.length() > LONGEST_EXTENSION ? "other file" : '.' + extension);
            }
        }
        images.sort(Entry.BY_NAME);
        return images;
    }

    private Listing list(Path dir) throws IOException {
        Listing listing = new Listing(new ArrayList<>(), new ArrayList<>());
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(dir)) {
            for (Path path : entries) {
                String name = name(path);
                if (!name.startsWith(".") && !NOISE.contains(name.toLowerCase(Locale.ROOT))) {
                    add(listing, name, path);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return listing;
    }

    private void add(Listing listing, String name, Path path) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isSymbolicLink()) {
            Path target;
            try {
                target = path.toRealPath();
            } catch (IOException e) {
                count("broken link");
                return;
            }
            if (!target.startsWith(boundary)) {
                count("link out of the folder");
                return;
            }
            attributes = Files.readAttributes(target, BasicFileAttributes.class);
        }
        if (attributes.isDirectory()) {
            listing.folders().add(new Entry(name, path, 0));
        } else if (attributes.isRegularFile()) {
            listing.files().add(new Entry(name, path, attributes.size()));
        } else {
            // A pipe would block its reader for ever.
            count("pipe or device");
        }
    }

    private void count(String reason) {
        skipped.merge(reason, 1, Integer::sum);
    }

    private static String extension(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    /**
     * The name as UTF-8 even where the locale is not (LANG=C, the default in containers, makes Java 17 decode names as
     * ASCII): a path's URI carries the very bytes.
     */
    private static String name(Path path) {
        String name = path.getFileName().toString();
        if (name.indexOf('\uFFFD') < 0) {
            return name;
        }
        String raw = URI.create(path.toUri().toString().replaceAll("/$", "")).getRawPath();
        byte[] latin1 = raw.substring(raw.lastIndexOf('/') + 1).getBytes(StandardCharsets.ISO_8859_1);
        byte[] bytes = new byte[latin1.length];
        int length = 0;
        for (int i = 0; i < latin1.length; i++) {
            if (latin1[i] == '%') {
                bytes[length++] = (byte) Integer.parseInt(new String(latin1, i + 1, 2, StandardCharsets.US_ASCII), 16);
                i += 2;
            } else {
                bytes[length++] = latin1[i];
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
