package io.github.resnet4j.notebooks;

import java.util.OptionalInt;

/** A cell that does not compile, is incomplete, or threw an exception. The message is one line. */
public final class CellException extends Exception {
    private static final long serialVersionUID = 1;

    private final int line;

    /**
     * @param line within the cell, from 1; 0 if unknown
     * @param cause what the cell threw, or null
     */
    CellException(int line, String problem, Throwable cause) {
        super((line > 0 ? "line " + line + ": " : "") + problem, cause);
        this.line = line;
    }

    /** The line within the cell, from 1, if it is known. */
    public OptionalInt line() {
        return line > 0 ? OptionalInt.of(line) : OptionalInt.empty();
    }
}
