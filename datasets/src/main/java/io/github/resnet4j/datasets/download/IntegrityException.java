package io.github.resnet4j.datasets.download;

/** A downloaded file is not the published one, or an archive is damaged or unsafe to extract. */
public final class IntegrityException extends DownloadException {
    private static final long serialVersionUID = 1L;

    IntegrityException(String message, Throwable cause) {
        super(message, cause);
    }

    IntegrityException(String message) {
        super(message);
    }
}
