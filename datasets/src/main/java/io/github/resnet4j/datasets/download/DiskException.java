package io.github.resnet4j.datasets.download;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** The cache folder cannot take the files: read-only, full, or not a folder. */
public final class DiskException extends DownloadException {
    private static final long serialVersionUID = 1L;

    DiskException(String message) {
        super(message);
    }

    /** {@code action} (such as "cannot write") failed on {@code path}. */
    DiskException(String action, Path path, IOException cause) {
        super(
                path + ": " + action + " (" + reason(cause) + "); free some space or make it writable, or set "
                        + CacheFolder.VARIABLE + " to another folder",
                cause);
    }

    private static String reason(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return "access denied";
        }
        // A FileSystemException's message repeats the path; its reason does not.
        String text = cause instanceof FileSystemException failure ? failure.getReason() : cause.getMessage();
        return text == null ? cause.getClass().getSimpleName() : text;
    }
}
