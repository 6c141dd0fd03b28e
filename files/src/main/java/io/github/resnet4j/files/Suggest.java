package io.github.resnet4j.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** "Did you mean ...?": the known name nearest to a mistyped one. */
public final class Suggest {
    /** Files of a folder that are considered. */
    private static final int MOST_NEIGHBOURS = 10_000;

    private Suggest() {}

    /**
     * The file or folder nearest to a path that does not exist: the longest part of the path that does, with the nearest name
     * of what is in it, also where that differs in its extension alone. Empty where there is none, or the folder cannot be listed.
     */
    public static Optional<Path> nearest(Path missing) {
        Path there = missing.toAbsolutePath().normalize();
        Path first = there;
        while (there != null && !Files.exists(there)) {
            first = there;
            there = there.getParent();
        }
        if (there == null || first.getFileName() == null) {
            return Optional.empty();
        }
        String wanted = first.getFileName().toString();
        Path folder = there;
        try (Stream<Path> neighbours = Files.list(folder)) {
            List<String> names = neighbours
                    .limit(MOST_NEIGHBOURS)
                    .map(neighbour -> neighbour.getFileName().toString())
                    .sorted()
                    .toList();
            return names.stream()
                    .filter(name -> stem(name).equals(stem(wanted)))
                    .findFirst()
                    .or(() -> nearest(wanted, names))
                    .map(folder::resolve);
        } catch (IOException | UncheckedIOException | InvalidPathException e) {
            return Optional.empty(); // who cannot list it can still read what it holds
        }
    }

    private static String stem(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    /**
     * The first candidate that continues {@code word} after a hyphen, as {@code resnet20-cifar} does {@code resnet20}; or
     * the first that is the same up to a hyphen or its end but for hyphens, underscores and dots, as it is for {@code
     * resnet-20}. Where none is, the one with the fewest typing errors between it and the word: insertions, deletions, replacements and
     * swaps of neighbours (restricted Damerau-Levenshtein distance), upper and lower case being the same. Among equals
     * the first. Empty where every candidate is further than a third of the shorter of the two names, and than one
     * error.
     */
    public static Optional<String> nearest(String word, Collection<String> candidates) {
        String wanted = word.toLowerCase(Locale.ROOT);
        if (wanted.matches(".*[^-]")) { // "-" is no beginning of an option
            Optional<String> whole = candidates.stream()
                    .filter(candidate -> candidate.toLowerCase(Locale.ROOT).startsWith(wanted + "-"))
                    .findFirst();
            if (whole.isPresent()) {
                return whole;
            }
            Optional<String> alike = candidates.stream()
                    .filter(candidate -> continues(candidate.toLowerCase(Locale.ROOT), wanted))
                    .findFirst();
            if (alike.isPresent()) {
                return alike;
            }
        }
        Optional<String> best = Optional.empty();
        int bestDistance = Integer.MAX_VALUE;
        for (String candidate : candidates) {
            int allowed = Math.max(1, Math.min(wanted.length(), candidate.length()) / 3);
            // The difference in length is a lower bound: it keeps a very long word from costing anything.
            if (Math.abs(wanted.length() - candidate.length()) > allowed) {
                continue;
            }
            int distance = distance(wanted, candidate.toLowerCase(Locale.ROOT));
            if (distance <= allowed && distance < bestDistance) {
                best = Optional.of(candidate);
                bestDistance = distance;
            }
        }
        return best;
    }

    /** Whether {@code candidate} is {@code word} up to a hyphen or its end, but for separators. */
    private static boolean continues(String candidate, String word) {
        int i = 0;
        for (int j = 0; j < word.length(); j++) {
            if (isSeparator(word, j)) {
                continue;
            }
            while (i < candidate.length() && isSeparator(candidate, i)) {
                i++;
            }
            if (i == candidate.length() || candidate.charAt(i) != word.charAt(j)) {
                return false;
            }
            i++;
        }
        return i > 0 && (i == candidate.length() || candidate.charAt(i) == '-');
    }

    /** A hyphen, underscore or dot that does not keep two numbers apart. */
    private static boolean isSeparator(String name, int at) {
        return "-_.".indexOf(name.charAt(at)) >= 0
                && !(at > 0
                        && at + 1 < name.length()
                        && Character.isDigit(name.charAt(at - 1))
                        && Character.isDigit(name.charAt(at + 1)));
    }

    private static int distance(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replace, Math.min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            int[] spare = beforeLast;
            beforeLast = last;
            last = row;
            row = spare;
        }
        return last[b.length()];
    }
}
