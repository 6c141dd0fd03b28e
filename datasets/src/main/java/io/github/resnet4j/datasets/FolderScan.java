package io.github.resnet4j.datasets;

import io.github.resnet4j.files.FileProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Folders and images, or files of another {@link Kind}, below a root, in the order of Python's {@code sorted}, whatever the locale and the order of the file
 * system. Everything that looks for images follows these rules:
 *
 * <ul>
 *   <li>images are JPEG, PNG, BMP and GIF by extension, in either case;
 *   <li>hidden entries, {@code Thumbs.db}, {@code desktop.ini} and {@code __MACOSX} are passed over;
 *   <li>so are the output folders of runs, whose charts are not data;
 *   <li>symbolic links are followed inside the boundaries, and out of them if allowed; never to a folder that holds the
 *       link, and into no folder twice on one walk.
 * </ul>
 *
 * Whatever is passed over is counted. Folders that are nested more than {@value #MOST_LEVELS} levels deep are refused: they
 * are a mistake, and every level makes the paths below it slower to resolve.
 */
final class FolderScan {
    static final String OUTPUT = "output folder of a run";
    static final String AGAIN = "folder already linked";
    static final String UNKNOWN = "other file";
    static final String SPECIAL = "pipe or device";

    /** Levels of folders below the one that is walked. */
    static final int MOST_LEVELS = 64;

    private static final Set<String> NOISE = Set.of("thumbs.db", "desktop.ini", "__macosx");
    /** A run's folder holds this and one of the following. */
    private static final String RUN = "config.yaml";

    private static final List<String> RUN_OUTPUT =
            List.of("model.zip", "checkpoints", "log.csv", "provenance.json", "report.html");
    private static final int LONGEST_EXTENSION = 8;

    /** What is looked for, by the extensions of its files. */
    enum Kind {
        IMAGES("image", "jpg", "jpeg", "png", "bmp", "gif"),
        SOUNDS("sound", "wav", "flac");

        private final String one;
        private final Set<String> extensions;

        Kind(String one, String... extensions) {
            this.one = one;
            this.extensions = Set.of(extensions);
        }

        boolean includes(String extension) {
            return extensions.contains(extension);
        }
    }

    private final Kind kind;
    private final boolean followLinks;
    private final List<Path> boundaries = new ArrayList<>();
    private PassedOver passedOver = new PassedOver();
    private boolean followed;

    /** A file or folder: its name (or path, {@code /} between the parts), where it is, its size. */
    record Entry(String name, Path path, long bytes) {
        static final Comparator<Entry> BY_NAME = Comparator.comparing(Entry::name, FolderScan::byCodePoint);
    }

    /** Why a link is not followed. */
    enum Obstacle {
        BROKEN("broken link", "repair or remove it"),
        OUT("link out of the data", "replace it by its target, or follow links (--follow-links)"),
        UP("link to a folder that holds it", "remove it");

        private final String reason;
        private final String remedy;

        Obstacle(String reason, String remedy) {
            this.reason = reason;
            this.remedy = remedy;
        }

        String reason() {
            return reason;
        }

        String remedy() {
            return remedy;
        }
    }

    /**
     * A link that is not followed.
     *
     * @param target what it names, as written
     * @param folder whether a folder may be behind it
     */
    record Blocked(String name, Obstacle obstacle, String target, boolean folder) {}

    /** The visible entries of one folder: folders in order, files as they come. */
    record Level(List<Entry> folders, List<Entry> files, List<Blocked> blocked) {}

    /**
     * Looks for images.
     *
     * @param boundaries folders outside which no link leads, unless {@code followLinks}
     */
    FolderScan(boolean followLinks, Path... boundaries) throws IOException {
        this(Kind.IMAGES, followLinks, boundaries);
    }

    /** Looks for files of this kind. */
    FolderScan(Kind kind, boolean followLinks, Path... boundaries) throws IOException {
        this.kind = kind;
        this.followLinks = followLinks;
        for (Path boundary : boundaries) {
            this.boundaries.add(boundary.toRealPath());
        }
    }

    /** The folders of classes or parts in {@code dir}, and what is beside them; counts hidden and run folders only. */
    Level level(Path dir) throws IOException {
        Level level = list(dir);
        for (Iterator<Entry> folders = level.folders().iterator(); folders.hasNext(); ) {
            Entry folder = folders.next();
            if (isOutput(folder.path())) {
                passedOver.add(OUTPUT, folder.name());
                folders.remove();
            }
        }
        return level;
    }

    /** The images among {@code files}, in order; the others are counted. */
    List<Entry> images(List<Entry> files) {
        List<Entry> images = new ArrayList<>();
        for (Entry file : files) {
            String extension = extension(file.name());
            if (kind.includes(extension)) {
                images.add(file);
            } else {
                passedOver.add(
                        extension.isEmpty() || extension.length() > LONGEST_EXTENSION ? UNKNOWN : '.' + extension);
            }
        }
        images.sort(Entry.BY_NAME);
        return images;
    }

    /**
     * The images in {@code folder} and below, named by their path that begins with the folder's name: folder by folder in
     * the order of the paths, as {@code sorted(os.walk(folder))} has it.
     */
    List<Entry> imagesBelow(Entry folder) throws IOException {
        Map<String, List<Entry>> byFolder = new TreeMap<>(FolderScan::byCodePoint);
        walk(folder, folder, 0, byFolder, new HashSet<>());
        List<Entry> images = new ArrayList<>();
        byFolder.forEach((path, files) -> {
            for (Entry file : images(files)) {
                images.add(new Entry(below(path, file.name()), file.path(), file.bytes()));
            }
        });
        return images;
    }

    /** Counts an entry that the caller passes over. */
    void note(String reason, String name) {
        passedOver.add(reason, name);
    }

    /** Whether any link was followed, so that two names may be one file. */
    boolean followedLinks() {
        return followed;
    }

    /** What was passed over since the last call. */
    PassedOver takePassedOver() {
        PassedOver taken = passedOver;
        passedOver = new PassedOver();
        return taken;
    }

    /** The failure to list {@code root} or something below it. */
    static BadDataException unlisted(Path root, IOException failure) {
        Path where =
                failure instanceof FileSystemException file && file.getFile() != null ? Path.of(file.getFile()) : root;
        return new BadDataException(where, "cannot be listed: " + FileProblem.reason(failure), failure);
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

    private void walk(Entry top, Entry folder, int level, Map<String, List<Entry>> byFolder, Set<Path> entered)
            throws IOException {
        String name = folder.name();
        Path dir = folder.path();
        if (level > MOST_LEVELS) {
            throw new BadDataException(
                    top.path(),
                    "has folders nested more than " + MOST_LEVELS + " levels deep: move the " + kind.one
                            + "s up, or remove the folders");
        }
        if (!entered.add(dir.toRealPath())) {
            passedOver.add(AGAIN, name);
            return;
        }
        Level entries = list(dir);
        byFolder.put(name, entries.files());
        for (Blocked link : entries.blocked()) {
            passedOver.add(link.obstacle().reason(), below(name, link.name()));
        }
        for (Entry inner : entries.folders()) {
            Entry below = new Entry(below(name, inner.name()), inner.path(), 0);
            if (isRun(below.path())) {
                passedOver.add(OUTPUT, below.name());
            } else {
                walk(top, below, level + 1, byFolder, entered);
            }
        }
    }

    private static String below(String folder, String name) {
        return folder.isEmpty() ? name : folder + '/' + name;
    }

    /** Whether {@code dir} is a run's folder or holds nothing but these. */
    private boolean isOutput(Path dir) throws IOException {
        if (isRun(dir)) {
            return true;
        }
        boolean runs = false;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(dir)) {
            for (Path entry : entries) {
                boolean folder = Files.isDirectory(entry);
                if (folder ? !isRun(entry) : kind.includes(extension(name(entry)))) {
                    return false;
                }
                runs |= folder;
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return runs;
    }

    private static boolean isRun(Path dir) {
        return Files.isRegularFile(dir.resolve(RUN))
                && RUN_OUTPUT.stream().map(dir::resolve).anyMatch(Files::exists);
    }

    private Level list(Path dir) throws IOException {
        Level level = new Level(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Path real = dir.toRealPath();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(dir)) {
            for (Path path : entries) {
                String name = name(path);
                if (!name.startsWith(".") && !NOISE.contains(name.toLowerCase(Locale.ROOT))) {
                    add(level, name, path, real);
                } else if (kind.includes(extension(name)) || Files.isDirectory(path)) {
                    passedOver.add("hidden " + kind.one + " or folder");
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        level.folders().sort(Entry.BY_NAME);
        return level;
    }

    private void add(Level level, String name, Path path, Path dir) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isSymbolicLink()) {
            String written = Files.readSymbolicLink(path).toString();
            Path target;
            try {
                target = path.toRealPath();
            } catch (IOException e) {
                level.blocked()
                        .add(new Blocked(
                                name, Obstacle.BROKEN, written, extension(name).isEmpty()));
                return;
            }
            attributes = Files.readAttributes(target, BasicFileAttributes.class);
            if (attributes.isDirectory() && dir.startsWith(target)) {
                level.blocked().add(new Blocked(name, Obstacle.UP, written, true));
                return;
            }
            if (!followLinks && boundaries.stream().noneMatch(target::startsWith)) {
                level.blocked().add(new Blocked(name, Obstacle.OUT, written, attributes.isDirectory()));
                return;
            }
            followed = true;
        }
        if (attributes.isDirectory()) {
            level.folders().add(new Entry(name, path, 0));
        } else if (attributes.isRegularFile()) {
            level.files().add(new Entry(name, path, attributes.size()));
        } else {
            // A pipe would block its reader for ever.
            passedOver.add(SPECIAL, name);
        }
    }

    private static String extension(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    /**
     * The name as UTF-8 even where the locale is not (LANG=C, the default in containers, makes Java 17 decode names as
     * ASCII): a path's URI carries the very bytes.
     */
    static String name(Path path) {
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
