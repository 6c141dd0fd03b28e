package io.github.resnet4j.bench;

/** A contestant died, hung, or said what it should not; the message is what its row of the table says. */
final class ContestantException extends Exception {
    private static final long serialVersionUID = 1L;

    ContestantException(String message) {
        super(message);
    }
}
