package io.github.resnet4j.datasets.download;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Writes {@code .tar.gz} archives, decent ones and others. */
final class TestArchives {
    /** Writes some entries. */
    @FunctionalInterface
    interface Entries {
        void to(TarArchiveOutputStream tar) throws IOException;
    }

    private TestArchives() {}

    static byte[] tarGz(Entries entries) throws IOException {
        return gzip(tar(entries));
    }

    static byte[] tar(Entries entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
            entries.to(tar);
        }
        return bytes.toByteArray();
    }

    static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    static Entries file(String name, byte[] content) {
        return tar -> {
            TarArchiveEntry entry = new TarArchiveEntry(name, true);
            entry.setSize(content.length);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        };
    }

    static Entries special(String name, byte type, String link) {
        return tar -> {
            TarArchiveEntry entry = new TarArchiveEntry(name, type);
            entry.setLinkName(link);
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        };
    }

    static Entries all(Entries... parts) {
        return tar -> {
            for (Entries part : parts) {
                part.to(tar);
            }
        };
    }
}
