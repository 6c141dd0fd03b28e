package io.github.resnet4j.datasets.download;

import io.github.resnet4j.files.Digest;
import io.github.resnet4j.files.FileHash;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** A zip archive of one file, in which some publishers wrap their weights. */
final class ZippedFile {
    /** Weights hardly shrink; what grows more than this is made to fill disks. */
    private static final long MOST_GROWTH = 16;

    private static final int BUFFER = 1 << 16;

    private ZippedFile() {}

    /** The full hash of the only file in {@code archive}; empty if it is something else. */
    static Optional<FileHash> hash(Path archive, FileHash.Algorithm algorithm) throws IOException {
        Digest digest = algorithm.digest();
        OutputStream hashed = new OutputStream() {
            @Override
            public void write(int b) {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int count) {
                digest.add(bytes, from, count);
            }
        };
        return copy(archive, hashed) ? Optional.of(new FileHash(algorithm, digest.hex())) : Optional.empty();
    }

    /**
     * Writes the only file in {@code archive} to {@code out}.
     *
     * @return false if it is not such an archive, whatever was written until that showed
     * @throws IOException if the archive cannot be read or {@code out} cannot be written
     */
    static boolean copy(Path archive, OutputStream out) throws IOException {
        long left = MOST_GROWTH * Files.size(archive);
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            if (zip.size() != 1) {
                return false;
            }
            ZipEntry only = zip.entries().nextElement();
            byte[] buffer = new byte[BUFFER];
            try (InputStream in = zip.getInputStream(only)) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    left -= n;
                    if (left < 0) {
                        return false;
                    }
                    out.write(buffer, 0, n);
                }
            }
            return !only.isDirectory();
        } catch (ZipException e) {
            return false;
        }
    }
}
