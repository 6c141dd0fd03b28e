package io.github.resnet4j.bench;

/** A contestant died, hung, or answered nonsense; the message goes into its row of the table. */
final class ContestantException extends Exception {
    private static final long serialVersionUID = 1L;

    ContestantException(String message) {
        super(message);
    }
}
