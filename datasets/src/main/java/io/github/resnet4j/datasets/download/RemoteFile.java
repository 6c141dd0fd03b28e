package io.github.resnet4j.datasets.download;

import io.github.resnet4j.files.FileHash;

/**
 * A published file: where to get it, and how to verify the download.
 *
 * @param source where it is
 * @param size its size, as far as known
 * @param hash its hash, or the first digits of it
 * @param otherwise what a user without it can do instead, starting with a verb: "pass --data DIR"; ends the messages of
 *     failed downloads
 */
public record RemoteFile(Source source, Size size, FileHash hash, String otherwise) {
    /**
     * The size of a published file.
     *
     * @param bytes at least 1
     * @param exact whether it has so many bytes; else it has no more, and a server that sends more is cut off
     */
    public record Size(long bytes, boolean exact) {
        public Size {
            if (bytes <= 0) {
                throw new IllegalArgumentException("a file to download has at least 1 byte, not " + bytes);
            }
        }

        /** Published with the file. */
        public static Size exactly(long bytes) {
            return new Size(bytes, true);
        }

        /** Not published; more than {@code bytes} would be another file. */
        public static Size atMost(long bytes) {
            return new Size(bytes, false);
        }

        /** Whether a file of {@code count} bytes may be it. */
        boolean fits(long count) {
            return exact ? count == bytes : 0 < count && count <= bytes;
        }

        @Override
        public String toString() {
            return (exact ? "the published " : "at most ") + bytes;
        }
    }

    /** The file's name. */
    String name() {
        return source.fileName();
    }
}
