package io.github.resnet4j.datasets.download;

import static io.github.resnet4j.datasets.download.TestArchives.all;
import static io.github.resnet4j.datasets.download.TestArchives.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.download.CifarArchive.Member;
import io.github.resnet4j.files.FileHash;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CifarDownloadTest {
    private static final URI OFFICIAL = URI.create("https://sets.invalid/cifar-3-binary.tar.gz");

    @TempDir
    Path folder;

    private Path mirror;
    private CacheFolder cache;
    private DownloadOptions options;

    @BeforeEach
    void layOut() throws IOException {
        mirror = Files.createDirectory(folder.resolve("mirror"));
        cache = new CacheFolder(folder.resolve("home/cache"));
        options = new DownloadOptions(
                DownloaderTest.IMPATIENT, Optional.of(mirror.toUri()), true, DownloadProgress.SILENT);
    }

    @Test
    void fetchesVerifiesAndExtracts() throws IOException {
        CifarArchive archive = publish(3073, 9219);
        Path ready = CifarDownload.fetch(archive, cache, options);
        assertThat(ready).isEqualTo(cache.datasets().resolve("cifar-3-binary/cifar-3-bin"));
        assertThat(ready.resolve("train.bin")).hasSize(9219);
        assertThat(ready.resolve("test.bin")).hasSize(3073);
        assertThat(ready.resolve("readme.html")).exists();
    }

    @Test
    void takesACompleteFolderFromTheCache() throws IOException {
        CifarArchive archive = publish(3073, 9219);
        Path ready = CifarDownload.fetch(archive, cache, options);
        Files.delete(mirror.resolve("cifar-3-binary.tar.gz"));
        Files.delete(cache.datasets().resolve("cifar-3-binary.tar.gz"));
        Files.delete(cache.datasets().resolve(".cifar-3-binary.lock"));
        assertThat(CifarDownload.fetch(archive, cache, options)).isEqualTo(ready);
        // Not even a lock was taken, so a read-only cache serves too.
        assertThat(cache.datasets().resolve(".cifar-3-binary.lock")).doesNotExist();
    }

    @Test
    void repairsADamagedFolderWithoutTheSource() throws IOException {
        CifarArchive archive = publish(3073, 9219);
        Path ready = CifarDownload.fetch(archive, cache, options);
        Files.delete(mirror.resolve("cifar-3-binary.tar.gz"));
        Files.write(ready.resolve("train.bin"), new byte[17]);
        CifarDownload.fetch(archive, cache, options);
        assertThat(ready.resolve("train.bin")).hasSize(9219);
    }

    @Test
    void refusesAnArchiveWithoutItsMembers() throws IOException {
        CifarArchive archive = publish(3073, 9218);
        assertThatThrownBy(() -> CifarDownload.fetch(archive, cache, options))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("holds no cifar-3-bin/train.bin of 9219 bytes");
    }

    @Test
    void neverExtractsAnUnverifiedArchive() throws IOException {
        CifarArchive archive = publish(3073, 9219);
        Path published = mirror.resolve("cifar-3-binary.tar.gz");
        byte[] bytes = Files.readAllBytes(published);
        bytes[bytes.length / 2] ^= 1;
        Files.write(published, bytes);
        assertThatThrownBy(() -> CifarDownload.fetch(archive, cache, options)).isInstanceOf(IntegrityException.class);
        assertThat(cache.datasets().resolve("cifar-3-binary")).doesNotExist();
    }

    @Test
    void needsRoomForTheArchiveAndItsMembers() throws IOException {
        CifarArchive archive = publish(3073, 9219);
        long needed = (archive.bytes() + 3073 + 9219) * 11 / 10;
        Downloader downloader = new Downloader(options);
        assertThatThrownBy(() -> CifarDownload.fetch(archive, cache, downloader, options, path -> needed - 1))
                .isInstanceOf(DiskException.class)
                .hasMessageContaining("cifar-3-binary needs " + needed + " bytes, " + (needed - 1) + " are free");
        assertThat(CifarDownload.fetch(archive, cache, downloader, options, path -> needed))
                .exists();
    }

    @Test
    void reportsACacheThatCannotBeWritten() throws IOException {
        CifarArchive archive = publish(3073, 9219);
        Path plain = Files.createFile(folder.resolve("plain"));
        assertThatThrownBy(() -> CifarDownload.fetch(archive, new CacheFolder(plain), options))
                .isInstanceOf(DiskException.class)
                .hasMessageContaining("cannot create the cache folder")
                .hasMessageContaining("set RESNET4J_CACHE to another folder");
    }

    @Test
    void saysWhatToDoOffline() throws IOException {
        CifarArchive archive = publish(3073, 9219);
        DownloadOptions cut =
                new DownloadOptions(DownloaderTest.IMPATIENT, Optional.empty(), true, DownloadProgress.SILENT);
        assertThatThrownBy(() -> CifarDownload.fetch(archive, cache, cut))
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("cifar-3-binary.tar.gz from https://sets.invalid/cifar-3-binary.tar.gz")
                .hasMessageContaining("put the file at " + cache.datasets().resolve("cifar-3-binary.tar.gz"))
                .hasMessageContaining("pass --data DIR");
    }

    /** Records of 1 + 3072 or 2 + 3072 bytes, 60,000 in all (https://www.cs.toronto.edu/~kriz/cifar.html). */
    @Test
    void knowsThePublishedSets() {
        assertThat(CifarArchive.CIFAR_10.extractedBytes()).isEqualTo(60_000 * 3073L);
        assertThat(CifarArchive.CIFAR_100.extractedBytes()).isEqualTo(60_000 * 3074L);
        assertThat(CifarArchive.CIFAR_10.members()).allMatch(member -> member.bytes() == 30_730_000);
        assertThat(CifarArchive.CIFAR_10.name()).isEqualTo("cifar-10-binary");
        assertThat(CifarArchive.CIFAR_100.name()).isEqualTo("cifar-100-binary");
        assertThat(Stream.of(CifarArchive.CIFAR_10, CifarArchive.CIFAR_100))
                .allMatch(archive -> archive.remoteFile(Optional.empty())
                        .source()
                        .official()
                        .getScheme()
                        .equals("https"));
    }

    /** Puts an archive of two members into the mirror; the description expects them to be of 3073 and 9219 bytes. */
    private CifarArchive publish(int testBytes, int trainBytes) throws IOException {
        byte[] bytes = TestArchives.tarGz(all(
                file("cifar-3-bin/", new byte[0]),
                file("cifar-3-bin/readme.html", new byte[88]),
                file("cifar-3-bin/test.bin", new byte[testBytes]),
                file("cifar-3-bin/train.bin", new byte[trainBytes])));
        Path published = Files.write(mirror.resolve("cifar-3-binary.tar.gz"), bytes);
        return new CifarArchive(
                OFFICIAL,
                bytes.length,
                new FileHash(FileHash.Algorithm.MD5, "0".repeat(32)).of(published),
                "cifar-3-bin",
                List.of(new Member("train.bin", 9219), new Member("test.bin", 3073)));
    }
}
