package io.github.resnet4j.datasets.download;

/** Told of bytes as they arrive, from the thread that fetches. */
@FunctionalInterface
public interface DownloadProgress {
    /** Tells nobody. */
    DownloadProgress SILENT = (done, total) -> {};

    /** In place of the total where neither the publisher nor the server says how large the file is. */
    long UNKNOWN = -1;

    /**
     * {@code done} of {@code total} bytes are on disk; {@code done} falls back where a transfer starts over.
     *
     * @param done bytes so far
     * @param total bytes in all, or {@link #UNKNOWN}; the same for all bytes of one answer
     */
    void bytes(long done, long total);
}
