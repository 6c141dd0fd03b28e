package io.github.resnet4j.datasets.download;

import java.time.Duration;

/** Why one attempt to transfer a file failed, and whether another may succeed. */
final class TransferFault extends Exception {
    private static final long serialVersionUID = 1L;

    /** What follows from a fault. */
    private enum Kind {
        PASSING,
        LASTING,
        NO_SUCH_FILE,
        WRONG_CONTENT,
        WRONG_FILE
    }

    private final Kind kind;
    private final Duration wait;

    private TransferFault(String problem, Throwable cause, Kind kind, Duration wait) {
        super(problem, cause);
        this.kind = kind;
        this.wait = wait;
    }

    /** A passing fault of the network or the server. */
    static TransferFault passing(String problem, Throwable cause) {
        return new TransferFault(problem, cause, Kind.PASSING, Duration.ZERO);
    }

    /** A passing fault; the server asks to be left alone for {@code wait}, or names no time (zero). */
    static TransferFault passing(String problem, Duration wait) {
        return new TransferFault(problem, null, Kind.PASSING, wait);
    }

    /** The server says so for certain. */
    static TransferFault lasting(String problem, Throwable cause) {
        return new TransferFault(problem, cause, Kind.LASTING, Duration.ZERO);
    }

    /** The file is not where it was asked for; it may be elsewhere. */
    static TransferFault noSuchFile(String problem) {
        return new TransferFault(problem, null, Kind.NO_SUCH_FILE, Duration.ZERO);
    }

    /** What is sent is not the file; an attempt from the first byte may do better. */
    static TransferFault wrongContent(String problem) {
        return new TransferFault(problem, null, Kind.WRONG_CONTENT, Duration.ZERO);
    }

    /** The whole file came from one answer, and is not the published one. */
    static TransferFault wrongFile(String problem) {
        return new TransferFault(problem, null, Kind.WRONG_FILE, Duration.ZERO);
    }

    boolean worthRetrying() {
        return kind == Kind.PASSING || kind == Kind.WRONG_CONTENT;
    }

    boolean isNoSuchFile() {
        return kind == Kind.NO_SUCH_FILE;
    }

    /** At least this long before the next attempt. */
    Duration serverWait() {
        return wait;
    }

    /** The fault as the caller sees it, once nothing more is tried. */
    DownloadException asFailure(String where, String advice) {
        String message = where + ": " + getMessage() + "; " + advice;
        boolean another = kind == Kind.WRONG_CONTENT || kind == Kind.WRONG_FILE;
        return another ? new IntegrityException(message, this) : new NetworkException(message, this);
    }
}
