package io.github.resnet4j.finetune.model;

import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.datasets.download.DiskException;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.download.Downloader;
import io.github.resnet4j.datasets.download.RemoteFile;
import io.github.resnet4j.datasets.download.Source;
import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.zoo.pretrained.PretrainedWeights;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Downloads published weights into the cache. */
public final class PretrainedFetch {
    private PretrainedFetch() {}

    /**
     * The verified file of {@code row}: from the cache if it is there, otherwise downloaded. In the cache it is
     * {@code weights/NAME/FILE}, with {@code ARCHITECTURE.TAG} as NAME, because many publishers call their files
     * {@code model.safetensors}, and unzipped if it was zipped; a mirror has it as {@code NAME/FILE} or as {@code FILE}.
     * What this build of resnet4j holds is copied to the cache from there.
     *
     * @throws io.github.resnet4j.datasets.download.NetworkException if it is not in the cache and cannot be downloaded
     * @throws io.github.resnet4j.datasets.download.IntegrityException if the download is not the published file
     * @throws io.github.resnet4j.datasets.download.DiskException if it cannot be written to the cache
     */
    public static Path fetch(PretrainedWeights row, CacheFolder cache, DownloadOptions options) {
        if (row.isBundled()) {
            return unpack(row, place(row, cache));
        }
        RemoteFile file = new RemoteFile(
                new Source(row.url(), options.mirror(), Optional.of(row.name())),
                row.isZipped(),
                row.bytes().isPresent()
                        ? RemoteFile.Size.exactly(row.maxBytes())
                        : RemoteFile.Size.atMost(row.maxBytes()),
                row.hash(),
                "pass weights you already have with --weights FILE");
        return new Downloader(options).fetch(file, place(row, cache));
    }

    private static Path unpack(PretrainedWeights row, Path place) {
        try (InputStream in = row.open()) {
            if (!Files.isRegularFile(place)
                    || !row.hash().matches(row.hash().of(place).hex())) {
                Files.createDirectories(place.getParent());
                AtomicFile.write(place, in.readAllBytes());
            }
            return place;
        } catch (IOException e) {
            throw new DiskException("cannot write", place, e);
        }
    }

    /** Whether a file of this row is at hand without a download; it is checked when it is used. */
    public static boolean cached(PretrainedWeights row, CacheFolder cache) {
        return row.isBundled() || Files.isRegularFile(place(row, cache));
    }

    private static Path place(PretrainedWeights row, CacheFolder cache) {
        return cache.weights().resolve(row.name()).resolve(row.unzippedName());
    }
}
