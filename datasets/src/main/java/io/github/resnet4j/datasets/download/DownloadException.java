package io.github.resnet4j.datasets.download;

/** A file that could not be downloaded: one line that says what, where, and what to do. */
public abstract sealed class DownloadException extends RuntimeException
        permits NetworkException, IntegrityException, DiskException {
    private static final long serialVersionUID = 1L;

    DownloadException(String message) {
        super(message);
    }

    DownloadException(String message, Throwable cause) {
        super(message, cause);
    }
}
