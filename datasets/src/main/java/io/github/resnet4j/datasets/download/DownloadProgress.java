package io.github.resnet4j.datasets.download;

/** Receives the number of bytes as they arrive, on the downloading thread. */
@FunctionalInterface
public interface DownloadProgress {
    /** Ignores progress. */
    DownloadProgress SILENT = (done, total) -> {};

    /** The total if neither the publisher nor the server says how large the file is. */
    long UNKNOWN = -1;

    /**
     * {@code done} of {@code total} bytes are on disk; {@code done} falls back where a transfer starts over.
     *
     * @param done bytes so far
     * @param total bytes in all, or {@link #UNKNOWN}; the same for all bytes of one response
     */
    void bytes(long done, long total);
}
