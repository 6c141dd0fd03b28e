package io.github.resnet4j.datasets.download;

/** A published file: where it is, and how to know that what came is it. */
public record RemoteFile(Source source, long bytes, Checksum checksum) {
    public RemoteFile {
        if (bytes <= 0) {
            throw new IllegalArgumentException(
                    source.fileName() + ": a file to fetch has at least 1 byte, not " + bytes);
        }
    }
}
