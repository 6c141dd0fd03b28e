package io.github.resnet4j.datasets.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.files.FileHash;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the cache is compared at every use. */
final class VerifiedTest {
    private static final byte[] RIGHT = "the published bytes".getBytes();
    private static final byte[] WRONG =
            "others, just as many".substring(0, RIGHT.length).getBytes();

    @TempDir
    Path folder;

    private RemoteFile file;
    private Path target;
    private DownloadOptions options;

    @BeforeEach
    void fetchOnce() throws IOException {
        Path mirror = Files.createDirectory(folder.resolve("mirror"));
        Path published = Files.write(mirror.resolve("a.pth"), RIGHT);
        FileHash hash = new FileHash(FileHash.Algorithm.SHA_256, "0".repeat(64)).of(published);
        file = new RemoteFile(
                Source.of(URI.create("https://weights.invalid/a.pth"), Optional.of(mirror.toUri())),
                RemoteFile.Size.exactly(RIGHT.length),
                hash,
                "pass --weights FILE");
        target = folder.resolve("cache/some/where/a.pth");
        options = new DownloadOptions(
                DownloaderTest.IMPATIENT, Optional.of(mirror.toUri()), true, DownloadProgress.SILENT);
        new Downloader(options).fetch(file, target);
    }

    /** The note is trusted while size, time and inode are those of the file that was hashed. */
    @Test
    void hashesOnce() throws IOException {
        FileTime time = Files.getLastModifiedTime(target);
        Files.write(target, WRONG);
        Files.setLastModifiedTime(target, time);
        assertThat(Verified.difference(file, target)).isEmpty();
    }

    @Test
    void hashesAgainWhatWasWritten() throws IOException {
        Files.write(target, WRONG);
        Files.setLastModifiedTime(target, FileTime.fromMillis(1_000_000));
        assertThat(Verified.difference(file, target).orElseThrow()).contains("not the published SHA-256");
    }

    @Test
    void alwaysComparesTheSize() throws IOException {
        FileTime time = Files.getLastModifiedTime(target);
        Files.write(target, new byte[RIGHT.length + 1]);
        Files.setLastModifiedTime(target, time);
        assertThat(Verified.difference(file, target).orElseThrow()).contains("bytes, not the published");
    }

    @Test
    void hashesAgainForAnotherHash() {
        RemoteFile other = new RemoteFile(
                file.source(), file.size(), new FileHash(FileHash.Algorithm.SHA_256, "01234567"), file.otherwise());
        assertThat(Verified.difference(other, target).orElseThrow()).contains("not the published SHA-256 01234567…");
    }

    @Test
    void hashesAgainWhereTheNoteIsDamaged() throws IOException {
        Path note = target.resolveSibling(".a.pth.verified");
        Files.write(note, new byte[5000]);
        assertThat(Verified.difference(file, target)).isEmpty();
        assertThat(note).content().startsWith("SHA-256 ").endsWith("\n");
    }

    @Test
    void replacesWhatIsWrong() throws IOException {
        Files.write(target, WRONG);
        Files.setLastModifiedTime(target, FileTime.fromMillis(1_000_000));
        new Downloader(options).fetch(file, target);
        assertThat(target).hasBinaryContent(RIGHT);
        assertThat(target.resolveSibling("a.pth.bad")).hasBinaryContent(WRONG);
    }

    @Test
    void neverServesWhatIsWrong() throws IOException {
        Files.write(target, WRONG);
        Files.setLastModifiedTime(target, FileTime.fromMillis(1_000_000));
        RemoteFile afar = new RemoteFile(
                Source.of(file.source().official(), Optional.empty()), file.size(), file.hash(), file.otherwise());
        assertThatThrownBy(() -> new Downloader(options).fetch(afar, target))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("not the published SHA-256")
                .hasMessageContaining("moved to " + target + ".bad; offline mode is on: go online, or put the file at");
        assertThat(target).doesNotExist();
        assertThat(target.resolveSibling("a.pth.bad")).hasBinaryContent(WRONG);
    }

    @Test
    void servesFromACacheThatCannotBeWritten() throws IOException {
        Path shelf = target.getParent();
        Files.delete(shelf.resolve(".a.pth.verified"));
        Files.delete(shelf.resolve(".a.pth.lock"));
        Assumptions.assumeTrue(shelf.toFile().setWritable(false), "permissions can be changed");
        try {
            Assumptions.assumeFalse(Files.isWritable(shelf), "the super-user may write anywhere");
            assertThat(new Downloader(options).fetch(file, target)).isEqualTo(target);
        } finally {
            shelf.toFile().setWritable(true);
        }
    }

    /** Not even a lock is taken for what is there and right. */
    @Test
    void takesNoLockForWhatIsRight() throws IOException {
        Files.delete(target.resolveSibling(".a.pth.lock"));
        new Downloader(options).fetch(file, target);
        assertThat(target.resolveSibling(".a.pth.lock")).doesNotExist();
    }
}
