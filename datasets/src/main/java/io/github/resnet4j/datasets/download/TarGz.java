package io.github.resnet4j.datasets.download;

import io.github.resnet4j.files.AtomicFile;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Extracts untrusted {@code .tar.gz} archives: plain files and folders only, all of them or none. */
final class TarGz {
    /** What one header may take: a long name or PAX record is read whole into memory. */
    private static final long HEADER_BYTES = 1 << 16;

    /** What may follow the last entry: the padding of large tape blocks. */
    private static final long PADDING_BYTES = 1 << 20;

    private static final int MAX_NAME_BYTES = 255;
    private static final int MAX_PATH_BYTES = 4096;

    /** Devices of Windows, whatever their extension. */
    private static final Pattern DEVICE = Pattern.compile("(?i)(CON|PRN|AUX|NUL|(COM|LPT)[0-9¹²³]) *(\\..*)?");

    private final Path archive;
    private final Path folder;
    private final Limits limits;
    private final Set<String> files = new HashSet<>();
    private final Set<String> folders = new HashSet<>();
    private final byte[] buffer = new byte[1 << 16];
    private long bytes;
    private int entries;

    /** What an archive may hold at most: bytes of all files together, and entries. */
    record Limits(long bytes, int entries) {}

    private TarGz(Path archive, Path folder, Limits limits) {
        this.archive = archive;
        this.folder = folder.toAbsolutePath().normalize();
        this.limits = limits;
    }

    /**
     * Replaces the folder {@code into} by what {@code archive} holds. It is extracted to {@code INTO.extracting} and then
     * renamed, so {@code into} is never incomplete. The caller holds the {@link TargetLock} of {@code into}.
     *
     * @throws IntegrityException for an archive that is damaged, over the limits, or holds a link, a device, a path that
     *     leads out of the folder, or one path twice
     * @throws DiskException if the folder cannot be written
     */
    static void extract(Path archive, Path into, Limits limits) {
        Path work = PartFile.sibling(into, ".extracting");
        deleteTree(work);
        try {
            new TarGz(archive, work, limits).run();
            deleteTree(into);
            move(work, into);
        } finally {
            deleteTree(work);
        }
    }

    private void run() {
        createFolder(folder);
        try (InputStream file = Files.newInputStream(archive);
                Budget in = new Budget(new GzipStream(file));
                TarArchiveInputStream tar = new TarArchiveInputStream(in, "UTF-8")) {
            for (TarArchiveEntry entry = next(tar, in); entry != null; entry = next(tar, in)) {
                extract(entry, tar, in);
            }
            // To the end, where the checksum of the gzip stream is.
            in.allow(PADDING_BYTES);
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new IntegrityException(
                    archive + ": not a complete .tar.gz (" + e.getMessage() + "); delete it and fetch it again", e);
        }
    }

    private TarArchiveEntry next(TarArchiveInputStream tar, Budget in) throws IOException {
        in.allow(HEADER_BYTES);
        try {
            return tar.getNextEntry();
        } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
            throw new IOException("bad header: " + e.getMessage(), e);
        }
    }

    private void extract(TarArchiveEntry entry, TarArchiveInputStream tar, Budget in) throws IOException {
        if (++entries > limits.entries()) {
            throw refused("more than " + limits.entries() + " entries");
        }
        String name = checkedName(entry.getName());
        requirePlain(entry, name);
        if (name.isEmpty()) {
            return;
        }
        Path path = resolve(name);
        if (entry.isDirectory()) {
            claimFolders(name);
            createFolder(path);
            return;
        }
        if (entry.getSize() > limits.bytes() - bytes) {
            throw refused("more than " + limits.bytes() + " bytes when extracted");
        }
        bytes += entry.getSize();
        claimFile(name);
        createFolder(path.getParent());
        in.allow(entry.getSize() + HEADER_BYTES);
        write(tar, entry, path);
    }

    private void requirePlain(TarArchiveEntry entry, String name) {
        byte flag = entry.getLinkFlag();
        boolean plain =
                flag == TarConstants.LF_NORMAL || flag == TarConstants.LF_OLDNORM || flag == TarConstants.LF_DIR;
        if (!plain || entry.isSparse()) {
            throw refused("\"" + name + "\" is a link, a device or another special entry");
        }
        if (entry.getSize() < 0 || name.isEmpty() && !entry.isDirectory()) {
            throw refused("an entry without a name or size");
        }
    }

    /** The entry's path below the folder, parts joined by single slashes; empty for the folder itself. */
    private String checkedName(String given) {
        // Not quoted in messages before it is known to be printable.
        if (given.getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES
                || given.chars().anyMatch(c -> Character.isISOControl(c) || c == '\\' || c == ':')) {
            throw refused(
                    "an entry's name is longer than " + MAX_PATH_BYTES + " bytes or has a control character, \\ or :");
        }
        if (given.startsWith("/")) {
            throw refused("\"" + given + "\" is an absolute path");
        }
        StringBuilder name = new StringBuilder();
        for (String part : given.split("/")) {
            if (part.equals("..")) {
                throw refused("\"" + given + "\" leads out of its folder");
            }
            if (part.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
                throw refused("a name of more than " + MAX_NAME_BYTES + " bytes");
            }
            // Refused everywhere: an archive that is accepted means the same on every system.
            boolean cut = part.endsWith(" ") || part.endsWith(".") && !part.equals(".");
            if (cut || DEVICE.matcher(part).matches()) {
                throw refused("\"" + given + "\" is not a valid file name on Windows");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                name.append(name.isEmpty() ? "" : "/").append(part);
            }
        }
        return name.toString();
    }

    private Path resolve(String name) {
        try {
            Path path = folder.resolve(name).normalize();
            if (path.startsWith(folder)) {
                return path;
            }
        } catch (InvalidPathException e) {
            throw new IntegrityException(archive + ": \"" + name + "\" is not a valid path on this system; refused", e);
        }
        throw refused("\"" + name + "\" leads out of its folder");
    }

    private void claimFile(String name) {
        String key = key(name);
        if (folders.contains(key) || !files.add(key)) {
            throw refused("\"" + name + "\" occurs twice (or differs only in case)");
        }
        int slash = name.lastIndexOf('/');
        if (slash > 0) {
            claimFolders(name.substring(0, slash));
        }
    }

    private void claimFolders(String name) {
        for (int end = name.length(); end > 0; end = name.lastIndexOf('/', end - 1)) {
            String key = key(name.substring(0, end));
            if (files.contains(key)) {
                throw refused("\"" + name.substring(0, end) + "\" is both a file and a folder");
            }
            folders.add(key);
        }
    }

    /** Equal for names that are one file on some system. */
    private static String key(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    }

    private void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path path) throws IOException {
        try (OutputStream out = open(path)) {
            long left = entry.getSize();
            while (left > 0) {
                int n = tar.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (n < 0) {
                    throw new IOException("it ends within \"" + entry.getName() + "\"");
                }
                write(out, n, path);
                left -= n;
            }
        }
    }

    private static OutputStream open(Path path) {
        try {
            return Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new DiskException("cannot write", path, e);
        }
    }

    private void write(OutputStream out, int n, Path path) {
        try {
            out.write(buffer, 0, n);
        } catch (IOException e) {
            throw new DiskException("cannot write", path, e);
        }
    }

    private static void createFolder(Path path) {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new DiskException("cannot create the folder", path, e);
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new DiskException("cannot move it into place", from, e);
        }
    }

    /** Deletes a folder and what is in it; links are deleted, not followed. */
    private static void deleteTree(Path root) {
        try {
            AtomicFile.deleteTree(root);
        } catch (IOException e) {
            throw new DiskException("cannot delete", root, e);
        }
    }

    private IntegrityException refused(String problem) {
        return new IntegrityException(archive + ": " + problem + "; refused, nothing was extracted");
    }

    /** A stream that may be read only so far before the next allowance. */
    private static final class Budget extends FilterInputStream {
        private long left = HEADER_BYTES;

        Budget(InputStream in) {
            super(in);
        }

        void allow(long bytes) {
            left = bytes;
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            spend(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int n = super.read(target, offset, length);
            spend(n);
            return n;
        }

        @Override
        public long skip(long count) throws IOException {
            long n = super.skip(count);
            spend(n);
            return n;
        }

        private void spend(long used) throws IOException {
            left -= Math.max(0, used);
            if (left < 0) {
                throw new IOException("a header or the end is longer than any real one");
            }
        }
    }
}
