package io.github.resnet4j.files;

/** Text from a file or a folder, made fit for a terminal, where an escape sequence is a command. */
public final class Printable {
    private static final int LONGEST = 120;
    private static final String HIDDEN = "[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}]";

    private Printable() {}

    /** {@code text} on one line: a question mark for each character that prints nothing or moves others. */
    public static String line(String text) {
        return text.replaceAll(HIDDEN, "?");
    }

    /** Like {@link #line}, cut to 120 characters: a megabyte is no message. */
    public static String brief(String text) {
        return line(text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text);
    }
}
