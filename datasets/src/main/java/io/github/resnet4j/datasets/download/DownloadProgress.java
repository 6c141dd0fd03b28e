package io.github.resnet4j.datasets.download;

/** Told of bytes as they arrive, from the thread that fetches. */
@FunctionalInterface
public interface DownloadProgress {
    /** Tells nobody. */
    DownloadProgress SILENT = (done, total) -> {};

    /** {@code done} of {@code total} bytes are on disk; {@code done} falls back where a transfer starts over. */
    void bytes(long done, long total);
}
