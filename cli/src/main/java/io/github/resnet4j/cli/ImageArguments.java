package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.FolderOptions;
import io.github.resnet4j.datasets.ImageFiles;
import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.files.Suggest;
import io.github.resnet4j.finetune.UsageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The images that a command is given: files, folders, patterns, and paths on the standard input. */
final class ImageArguments {
    private static final int MOST_NAMED = 20;
    /** Names of a folder that a mistyped one is compared with. */
    private static final String STANDARD_INPUT = "-";

    private static final Pattern ADDRESS = Pattern.compile("\\p{Alpha}[\\w+.-]*:/.*");

    @Parameters(
            arity = "1..*",
            paramLabel = "IMAGE",
            description =
                    "Image files, folders to search for images, quoted patterns such as 'photos/**/*.jpg', or - for"
                            + " paths on the standard input, one per line.")
    private List<String> arguments;

    @Mixin
    private FolderReading reading;

    /** The options for folders; also says how large an image may be. */
    FolderOptions folders() {
        return reading.options();
    }

    /**
     * All images: the files that are named, whatever they are called, and the images in folders. A file that is named more
     * than once counts once.
     *
     * @param unreadable receives what does not exist, and folders without images
     * @throws UsageException naming all arguments that cannot be files, before anything is read
     */
    List<Path> files(Unreadable unreadable) {
        return files(named(), unreadable);
    }

    /** The same of what is {@link #named}. */
    List<Path> files(List<Path> named, Unreadable unreadable) {
        return distinct(found(named, unreadable));
    }

    /**
     * The files and folders as they are named, whatever is in them.
     *
     * @throws UsageException naming all arguments that cannot be files
     */
    List<Path> named() {
        List<String> problems = new ArrayList<>();
        List<Path> named = new ArrayList<>();
        arguments.forEach(argument -> add(argument, named, problems));
        if (!problems.isEmpty()) {
            int more = problems.size() - MOST_NAMED;
            throw new UsageException(problems.stream().limit(MOST_NAMED).collect(Collectors.joining("; "))
                    + (more > 0 ? "; and " + more + " more" : ""));
        }
        return named;
    }

    private static void add(String argument, List<Path> named, List<String> problems) {
        if (argument.equals(STANDARD_INPUT)) {
            addStandardInput(named, problems);
            return;
        }
        boolean there = exists(argument);
        try {
            if (!there && ADDRESS.matcher(argument).matches()) {
                problems.add(argument + ": cannot read from a URL; download the image first and name the file");
            } else if (!there && Glob.isPattern(argument)) {
                List<Path> matching = Glob.expand(argument);
                if (matching.isEmpty()) {
                    problems.add(argument + ": no file matches");
                }
                named.addAll(matching);
            } else {
                named.add(Path.of(argument)); // that it does not exist is said with what else cannot be read
            }
        } catch (InvalidPathException e) {
            problems.add(argument + ": not a valid file name: " + e.getReason());
        } catch (PatternSyntaxException e) {
            problems.add(argument + ": not a pattern: " + e.getDescription());
        } catch (IOException e) {
            problems.add(argument + ": " + FileProblem.describe(e));
        }
    }

    private static boolean exists(String name) {
        try {
            return Files.exists(Path.of(name), LinkOption.NOFOLLOW_LINKS);
        } catch (InvalidPathException e) {
            return false; // Windows has no names with stars
        }
    }

    /** Lines are paths as they are: what prints them does not quote, and a bracket in a name is no pattern. */
    private static void addStandardInput(List<Path> named, List<String> problems) {
        Charset names = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        int before = named.size();
        try {
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, names));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    named.add(Path.of(line));
                }
            }
        } catch (InvalidPathException e) {
            problems.add("-: \"" + e.getInput() + "\" is not a valid file name: " + e.getReason());
            return;
        } catch (IOException e) {
            problems.add("-: the standard input cannot be read: " + FileProblem.reason(e));
            return;
        }
        if (named.size() == before) {
            problems.add("-: the standard input names no image; write one path per line to it");
        }
    }

    private List<Path> found(List<Path> named, Unreadable unreadable) {
        List<Path> files = new ArrayList<>();
        for (Path path : named) {
            if (!Files.isDirectory(path)) {
                if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                    files.add(path);
                } else {
                    unreadable.add(missing(path));
                }
                continue;
            }
            try {
                ImageFiles found = ImageFiles.below(path, folders());
                if (!found.passedOver().isEmpty()) {
                    Terminal.view(true).line(path + ": passed over " + found.passedOver());
                }
                files.addAll(found.files());
            } catch (BadDataException e) {
                unreadable.add(e.getMessage());
            }
        }
        return files;
    }

    private static List<Path> distinct(List<Path> files) {
        Map<Path, Path> distinct = new LinkedHashMap<>();
        files.forEach(file -> distinct.putIfAbsent(file.toAbsolutePath().normalize(), file));
        int twice = files.size() - distinct.size();
        if (twice > 0) {
            Terminal.view(true)
                    .line(twice + (twice == 1 ? " image is" : " images are")
                            + " named more than once: each counts once");
        }
        return new ArrayList<>(distinct.values());
    }

    /** That a path does not exist, and the nearest one that does. */
    static String missing(Path path) {
        return path + ": does not exist"
                + Suggest.nearest(path)
                        .map(near -> "; did you mean " + said(path, near) + "?")
                        .orElse("");
    }

    /** A path as the user writes paths: relative where {@code like} is. */
    private static Path said(Path like, Path path) {
        Path here = Path.of("").toAbsolutePath();
        return !like.isAbsolute() && path.startsWith(here) ? here.relativize(path) : path;
    }
}
