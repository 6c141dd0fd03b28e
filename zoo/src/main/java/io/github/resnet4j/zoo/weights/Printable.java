package io.github.resnet4j.zoo.weights;

/** Text from a file, made fit for a terminal, where an escape sequence is a command and a megabyte is no message. */
public final class Printable {
    private static final int LONGEST = 120;

    private Printable() {}

    /** {@code text} on one line of at most 120 characters, control characters as question marks. */
    public static String text(String text) {
        String cut = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
        return cut.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}]", "?");
    }
}
