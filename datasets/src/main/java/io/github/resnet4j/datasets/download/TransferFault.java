package io.github.resnet4j.datasets.download;

import java.time.Duration;

/** Why one attempt to transfer a file failed, and whether another may succeed. */
final class TransferFault extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean worthRetrying;
    private final boolean wrongContent;
    private final Duration wait;

    private TransferFault(String problem, Throwable cause, boolean worthRetrying, boolean wrongContent, Duration wait) {
        super(problem, cause);
        this.worthRetrying = worthRetrying;
        this.wrongContent = wrongContent;
        this.wait = wait;
    }

    /** A passing fault of the network or the server. */
    static TransferFault passing(String problem, Throwable cause) {
        return new TransferFault(problem, cause, true, false, Duration.ZERO);
    }

    /** A passing fault; the server asks to be left alone for {@code wait}, or names no time (zero). */
    static TransferFault passing(String problem, Duration wait) {
        return new TransferFault(problem, null, true, false, wait);
    }

    /** The server says so for certain. */
    static TransferFault lasting(String problem, Throwable cause) {
        return new TransferFault(problem, cause, false, false, Duration.ZERO);
    }

    /** What is sent is not the file; an attempt from the first byte may do better. */
    static TransferFault wrongContent(String problem) {
        return new TransferFault(problem, null, true, true, Duration.ZERO);
    }

    /** The whole file came from one answer, and is not the published one. */
    static TransferFault wrongFile(String problem) {
        return new TransferFault(problem, null, false, true, Duration.ZERO);
    }

    boolean worthRetrying() {
        return worthRetrying;
    }

    /** At least this long before the next attempt. */
    Duration serverWait() {
        return wait;
    }

    /** The fault as the caller sees it, once nothing more is tried. */
    DownloadException asFailure(String where, String advice) {
        String message = where + ": " + getMessage() + "; " + advice;
        return wrongContent ? new IntegrityException(message, this) : new NetworkException(message, this);
    }
}
