package io.github.resnet4j.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;

/**
 * A pattern of paths that the shell left alone because it is quoted: {@code photos/**}{@code /*.jpg}. As in a shell, {@code *},
 * {@code ?}, <code>[…]</code> and <code>{a,b}</code> stand for parts of one name, {@code **} for any number of folders, none
 * included, and hidden names are found by what begins with a dot. {@code **} does not follow links.
 */
final class Glob {
    private static final String ANY_FOLDERS = "**";

    private Glob() {}

    /** Whether a name has anything that makes it a pattern. */
    static boolean isPattern(String name) {
        return name.matches(".*[*?\\[{].*");
    }

    /**
     * What matches, files and folders, in the order of their names.
     *
     * @throws PatternSyntaxException if it is no pattern
     * @throws IOException if a folder cannot be listed
     */
    static List<Path> expand(String pattern) throws IOException {
        List<String> parts = List.of(pattern.replace(File.separatorChar, '/').split("/+"));
        boolean absolute = pattern.startsWith("/");
        TreeSet<Path> found = new TreeSet<>();
        try {
            expand(Path.of(absolute ? "/" : ""), parts.subList(absolute ? 1 : 0, parts.size()), found);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return new ArrayList<>(found);
    }

    private static void expand(Path folder, List<String> parts, TreeSet<Path> found) throws IOException {
        if (parts.isEmpty()) {
            found.add(folder);
            return;
        }
        String part = parts.get(0);
        List<String> rest = parts.subList(1, parts.size());
        if (part.equals(ANY_FOLDERS)) {
            if (rest.isEmpty()) {
                found.add(folder); // everything below
                return;
            }
            expand(folder, rest, found);
            for (Path below : matching(folder, "*")) {
                if (Files.isDirectory(below, LinkOption.NOFOLLOW_LINKS)) {
                    expand(below, parts, found);
                }
            }
        } else if (!isPattern(part)) {
            Path named = folder.resolve(part);
            if (rest.isEmpty() ? Files.exists(named) : Files.isDirectory(named)) {
                expand(named, rest, found);
            }
        } else {
            for (Path named : matching(folder, part)) {
                if (rest.isEmpty() || Files.isDirectory(named)) {
                    expand(named, rest, found);
                }
            }
        }
    }

    private static List<Path> matching(Path folder, String part) throws IOException {
        List<Path> matching = new ArrayList<>();
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder, part)) {
            for (Path path : names) {
                boolean hidden = path.getFileName().toString().startsWith(".");
                if (!hidden || part.startsWith(".")) {
                    matching.add(path);
                }
            }
        }
        return matching;
    }
}
