package io.github.resnet4j.zoo.weights.names;

import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.files.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;

/**
 * A user's rules for names, read from a UTF-8 file with lines such as
 *
 * <pre>
 * # the blocks of stage 2 are stack2a, stack2b, …
 * stack([1-4])([a-z])\.(.+) -> layer$1.${2a}.$3
 * bnIn\.(.+)                -> bn1.$1
 * aux\..+                   -> -
 * </pre>
 *
 * <p>The left side is a Java regular expression for the whole name. The first line that matches applies; a name that no
 * line matches stays as it is. The right side is the new name, with {@code $1} to {@code $9} or {@code ${10}} for a
 * group, {@code ${1+1}} and {@code ${1-1}} for a group's number plus or minus something, {@code ${1a}} for the number
 * of a letter ({@code a} is 0), {@code ${1a+1}} for both, and {@code \$} for a dollar. A lone {@code -} leaves the
 * tensor out. Empty lines and lines that begin with {@code #} are ignored.
 *
 * <p>The rules come before the built-in ones, which see the new names, so a rule may simply remove a prefix.
 */
public final class NameMapping {
    /** No rules. */
    public static final NameMapping NONE = new NameMapping(Path.of("none"), List.of());

    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_LINES = 10_000;
    private static final int MAX_LINE = 1_000;
    private static final int MAX_PROBLEMS = 100;

    private final Path file;
    private final List<Rule> rules;

    /**
     * The outcome of applying the rules.
     *
     * @param renamed new name by old name, of all that a rule matched and kept
     * @param dropped by name, the line that left it out
     * @param unused lines whose rules matched nothing
     */
    record Renamed(Map<String, String> renamed, Map<String, Integer> dropped, List<Integer> unused) {}

    private NameMapping(Path file, List<Rule> rules) {
        this.file = file;
        this.rules = List.copyOf(rules);
    }

    /**
     * Reads rules.
     *
     * @throws BadNameMapException with all problems, line by line
     */
    public static NameMapping read(Path file) {
        byte[] bytes;
        if (Files.isDirectory(file)) {
            throw BadNameMapException.of(file, "is a folder; name a file of rules in it");
        }
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw BadNameMapException.of(file, "there is no such file");
        } catch (AccessDeniedException e) {
            throw BadNameMapException.of(file, "may not be read by this user; change its permissions");
        } catch (IOException e) {
            throw BadNameMapException.of(file, "cannot be read: " + FileProblem.reason(e));
        }
        if (bytes.length > MAX_BYTES) {
            throw BadNameMapException.of(
                    file, "is larger than " + MAX_BYTES + " bytes; a file of rules is far smaller");
        }
        try {
            return parse(
                    file,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) {
            throw BadNameMapException.of(file, "is not UTF-8 text; save it as UTF-8");
        }
    }

    /** Reads rules from text; {@code file} names it in messages. */
    static NameMapping parse(Path file, String text) {
        List<String> lines = text.lines().toList();
        if (lines.size() > MAX_LINES) {
            throw BadNameMapException.of(
                    file, "has " + lines.size() + " lines, more than the " + MAX_LINES + " allowed");
        }
        List<Rule> rules = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        Map<String, Integer> lineOf = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            int number = i + 1;
            String line = (i == 0 ? lines.get(i).replaceFirst("^\uFEFF", "") : lines.get(i)).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                if (line.length() > MAX_LINE) {
                    throw new IllegalArgumentException(
                            "has " + line.length() + " characters, more than the " + MAX_LINE + " allowed");
                }
                Rule rule = Rule.parse(number, line);
                Integer earlier = lineOf.putIfAbsent(rule.regex().pattern(), number);
                if (earlier != null) {
                    throw new IllegalArgumentException("the same regular expression as in line " + earlier
                            + ", which applies first; delete one of them");
                }
                rules.add(rule);
            } catch (IllegalArgumentException e) {
                problems.add(file + ":" + number + ": " + e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new BadNameMapException(problems.subList(0, Math.min(problems.size(), MAX_PROBLEMS)));
        }
        return new NameMapping(file, rules);
    }

    /**
     * Applies the rules.
     *
     * @throws BadNameMapException if a rule fails for one of the names or takes too long, or if two names become one
     */
    Renamed rename(Collection<String> names) {
        return rules.isEmpty()
                ? new Renamed(Map.of(), Map.of(), List.of())
                : Patience.with(file, patience -> rename(names, patience));
    }

    private Renamed rename(Collection<String> names, Patience patience) {
        Map<String, String> renamed = new LinkedHashMap<>();
        Map<String, Integer> dropped = new LinkedHashMap<>();
        Set<Integer> unused = new TreeSet<>();
        rules.forEach(rule -> unused.add(rule.line()));
        Map<String, String> taken = new HashMap<>();
        List<String> problems = new ArrayList<>();
        for (String name : names) {
            String becomes = name;
            int line = 0;
            for (Rule rule : rules) {
                Optional<Matcher> match = patience.match(rule, name);
                if (match.isEmpty()) {
                    continue;
                }
                line = rule.line();
                unused.remove(line);
                try {
                    becomes = rule.replacement().of(match.get());
                    renamed.put(name, becomes);
                } catch (IllegalArgumentException e) {
                    problems.add(at(line) + Printable.brief(name) + ": " + e.getMessage());
                }
                if (rule.replacement().drops()) {
                    renamed.remove(name);
                    dropped.put(name, line);
                }
                break;
            }
            String other = dropped.containsKey(name) ? null : taken.putIfAbsent(becomes, name);
            if (other != null) {
                problems.add(at(line) + Printable.brief(name) + " and " + Printable.brief(other) + " both become "
                        + Printable.brief(becomes));
            }
        }
        if (!problems.isEmpty()) {
            throw new BadNameMapException(problems.subList(0, Math.min(problems.size(), MAX_PROBLEMS)));
        }
        return new Renamed(renamed, dropped, List.copyOf(unused));
    }

    /** Where a rule stands, for people. */
    String line(int number) {
        return "line " + number + " of " + file;
    }

    private String at(int line) {
        return file + (line == 0 ? ": " : ":" + line + ": ");
    }
}
