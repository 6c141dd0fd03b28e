package io.github.resnet4j.zoo.weights.names;

import io.github.resnet4j.files.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The right-hand side of a rule; see {@link NameMapping} for how it is written. */
final class Replacement {
    private static final String NOTHING = "-";
    private static final Pattern REFERENCE =
            Pattern.compile("\\$(?:(?<digit>\\d)|\\{(?<group>\\d{1,3})(?<letter>a?)(?<shift>[+-]\\d{1,4})?})");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final Pattern LETTER = Pattern.compile("[a-z]");

    private final List<Part> parts;

    private sealed interface Part {
        record Text(String text) implements Part {}

        record Group(int group) implements Part {}

        record Count(int group, boolean letter, int shift) implements Part {}
    }

    private Replacement(List<Part> parts) {
        this.parts = parts;
    }

    /**
     * Parses a right-hand side.
     *
     * @param groups how many groups the regular expression has
     * @throws IllegalArgumentException if it is not one; says why
     */
    static Replacement parse(String text, int groups) {
        if (text.equals(NOTHING)) {
            return new Replacement(List.of());
        }
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        Matcher reference = REFERENCE.matcher(text);
        for (int at = 0; at < text.length(); ) {
            char c = text.charAt(at);
            if (c == '$') {
                if (!reference.region(at, text.length()).lookingAt()) {
                    throw new IllegalArgumentException(
                            "\"$\" must be followed by a group, as in $1, ${1-1} or ${1a}; write a literal"
                                    + " dollar as \\$");
                }
                parts.add(new Part.Text(literal.toString()));
                literal.setLength(0);
                parts.add(part(reference, groups));
                at = reference.end();
                continue;
            }
            if (c == '\\') {
                at++;
                if (at == text.length() || "\\$".indexOf(text.charAt(at)) < 0) {
                    throw new IllegalArgumentException(
                            "a backslash may only precede $ or \\; write a group as $1 and a dot as a plain dot");
                }
                c = text.charAt(at);
            }
            if (Character.isWhitespace(c)) {
                throw new IllegalArgumentException(
                        "a name has no spaces; put comments on lines of their own, starting with #");
            }
            literal.append(c);
            at++;
        }
        parts.add(new Part.Text(literal.toString()));
        return new Replacement(List.copyOf(parts));
    }

    private static Part part(Matcher reference, int groups) {
        String digit = reference.group("digit");
        int group = Integer.parseInt(digit == null ? reference.group("group") : digit);
        if (group > groups) {
            throw new IllegalArgumentException(reference.group() + " refers to group " + group
                    + ", the regular expression has " + (groups == 0 ? "none; groups are in parentheses" : groups));
        }
        boolean letter = digit == null && !reference.group("letter").isEmpty();
        String shift = digit == null ? reference.group("shift") : null;
        return letter || shift != null
                ? new Part.Count(group, letter, shift == null ? 0 : Integer.parseInt(shift))
                : new Part.Group(group);
    }

    /** Whether it leaves the tensor out. */
    boolean drops() {
        return parts.isEmpty();
    }

    /**
     * The name that a match becomes.
     *
     * @throws IllegalArgumentException if a group to count with is no number, or no letter; says which
     */
    String of(MatchResult match) {
        StringBuilder name = new StringBuilder();
        for (Part part : parts) {
            if (part instanceof Part.Text literal) {
                name.append(literal.text());
            } else if (part instanceof Part.Group g) {
                name.append(text(match, g.group()));
            } else if (part instanceof Part.Count count) {
                name.append(number(text(match, count.group()), count));
            }
        }
        return name.toString();
    }

    private static String text(MatchResult match, int group) {
        String text = match.group(group);
        return text == null ? "" : text;
    }

    private static int number(String text, Part.Count count) {
        if (!(count.letter() ? LETTER : NUMBER).matcher(text).matches()) {
            throw new IllegalArgumentException("group " + count.group() + " is \"" + Printable.brief(text)
                    + "\" there, " + (count.letter() ? "not a letter from a to z" : "not a number"));
        }
        int number = (count.letter() ? text.charAt(0) - 'a' : Integer.parseInt(text)) + count.shift();
        if (number < 0) {
            throw new IllegalArgumentException("group " + count.group() + " is \"" + Printable.brief(text)
                    + "\" there, which plus " + count.shift() + " is negative");
        }
        return number;
    }
}
