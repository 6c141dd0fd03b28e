package io.github.resnet4j.datasets.download;

import java.nio.file.Files;
import java.nio.file.Path;

/** Downloads the CIFAR data sets into the cache. */
public final class CifarDownload {
    private CifarDownload() {}

    /**
     * The folder with the members of {@code archive}, ready for reading: from the cache if complete there, otherwise
     * downloaded, verified and extracted. The verified archive stays in the cache, so a damaged folder is repaired
     * without network access. A complete data set is also served from a read-only cache.
     *
     * @throws NetworkException if it is not in the cache and cannot be downloaded
     * @throws IntegrityException if the download is not the published archive
     * @throws DiskException if the cache cannot be written, or has no room for the archive and its members
     */
    public static Path fetch(CifarArchive archive, CacheFolder cache, DownloadOptions options) {
        return fetch(archive, cache, new Downloader(options), options, FreeSpace.REAL);
    }

    static Path fetch(
            CifarArchive archive, CacheFolder cache, Downloader downloader, DownloadOptions options, FreeSpace space) {
        Path into = cache.datasets().resolve(archive.name());
        Path folder = into.resolve(archive.folder());
        if (archive.missingIn(folder).isEmpty()) {
            return folder;
        }
        Path datasets = CacheFolder.writable(cache.datasets());
        return TargetLock.holding(into, () -> {
            // Another process may have made it while this one waited.
            if (archive.missingIn(folder).isPresent()) {
                RemoteFile file = archive.remoteFile(options.mirror());
                Path tarball = datasets.resolve(file.source().fileName());
                long toFetch = Files.exists(tarball) ? 0 : archive.bytes();
                space.require(toFetch + archive.extractedBytes(), datasets, archive.name());
                downloader.fetch(file, tarball);
                TarGz.extract(tarball, into, archive.limits());
                requireComplete(archive, folder, tarball);
            }
            return folder;
        });
    }

    private static void requireComplete(CifarArchive archive, Path folder, Path tarball) {
        archive.missingIn(folder).ifPresent(member -> {
            throw new IntegrityException(tarball + ": holds no " + archive.folder() + "/" + member.name() + " of "
                    + member.bytes() + " bytes; delete it and fetch it again");
        });
    }
}
