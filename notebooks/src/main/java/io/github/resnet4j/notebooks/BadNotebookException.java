package io.github.resnet4j.notebooks;

/** A file that is no notebook, or none that can be run here. The message is one line and names the file. */
public final class BadNotebookException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadNotebookException(String message) {
        super(message);
    }
}
