package io.github.resnet4j.zoo.weights.names;

import io.github.resnet4j.files.Printable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * One line of a table of names.
 *
 * @param line its number, from 1
 * @param regex for whole names
 * @param replacement what such names become
 */
record Rule(int line, Pattern regex, Replacement replacement) {
    private static final String ARROW = "->";

    /**
     * Parses {@code regex -> replacement}.
     *
     * @throws IllegalArgumentException if it is not that; says why
     */
    static Rule parse(int line, String text) {
        int arrow = text.indexOf(ARROW);
        if (arrow < 0) {
            throw new IllegalArgumentException("there is no ->; a rule is: regular expression -> name");
        }
        if (text.indexOf(ARROW, arrow + ARROW.length()) >= 0) {
            throw new IllegalArgumentException("there are two ->; put each rule on its own line");
        }
        String left = text.substring(0, arrow).strip();
        String right = text.substring(arrow + ARROW.length()).strip();
        if (left.isEmpty()) {
            throw new IllegalArgumentException("there is no regular expression before ->");
        }
        if (right.isEmpty()) {
            throw new IllegalArgumentException("there is no name after ->; to leave tensors out, write -> -");
        }
        Pattern regex = compile(left);
        return new Rule(line, regex, Replacement.parse(right, regex.matcher("").groupCount()));
    }

    private static Pattern compile(String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("not a regular expression: " + Printable.brief(e.getDescription())
                    + (e.getIndex() < 0 ? "" : ", at character " + (e.getIndex() + 1)));
        }
    }
}
