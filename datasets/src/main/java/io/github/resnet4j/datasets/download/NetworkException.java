package io.github.resnet4j.datasets.download;

/** The source cannot be reached, or does not deliver the file. */
public final class NetworkException extends DownloadException {
    private static final long serialVersionUID = 1L;

    NetworkException(String message, Throwable cause) {
        super(message, cause);
    }

    NetworkException(String message) {
        super(message);
    }
}
