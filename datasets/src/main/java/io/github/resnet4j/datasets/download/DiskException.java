package io.github.resnet4j.datasets.download;

import io.github.resnet4j.files.FileProblem;
import java.io.IOException;
import java.nio.file.Path;

/** The cache folder cannot take the files: read-only, full, or not a folder. */
public final class DiskException extends DownloadException {
    private static final long serialVersionUID = 1L;

    DiskException(String message) {
        super(message);
    }

    /** {@code action} (such as "cannot write") failed on {@code path}. */
    public DiskException(String action, Path path, IOException cause) {
        super(
                path + ": " + action + " (" + FileProblem.reason(cause)
                        + "); free some space or make it writable, or set " + CacheFolder.VARIABLE
                        + " to another folder",
                cause);
    }
}
