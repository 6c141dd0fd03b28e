package io.github.resnet4j.finetune.model;

import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.download.Downloader;
import io.github.resnet4j.datasets.download.RemoteFile;
import io.github.resnet4j.datasets.download.Source;
import io.github.resnet4j.zoo.pretrained.PretrainedWeights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Downloads published weights into the cache. */
public final class PretrainedFetch {
    private PretrainedFetch() {}

    /**
     * The verified file of {@code row}: from the cache if it is there, otherwise downloaded. In the cache it is
     * {@code weights/NAME/FILE}, with {@code ARCHITECTURE.TAG} as NAME, because many publishers call their files
     * {@code model.safetensors}; a mirror has it as {@code NAME/FILE} or as {@code FILE}.
     *
     * @throws io.github.resnet4j.datasets.download.NetworkException if it is not in the cache and cannot be downloaded
     * @throws io.github.resnet4j.datasets.download.IntegrityException if the download is not the published file
     * @throws io.github.resnet4j.datasets.download.DiskException if it cannot be written to the cache
     */
    public static Path fetch(PretrainedWeights row, CacheFolder cache, DownloadOptions options) {
        RemoteFile file = new RemoteFile(
                new Source(row.url(), options.mirror(), Optional.of(row.name())),
                row.bytes().isPresent()
                        ? RemoteFile.Size.exactly(row.maxBytes())
                        : RemoteFile.Size.atMost(row.maxBytes()),
                row.hash(),
                "pass weights you already have with --weights FILE");
        return new Downloader(options).fetch(file, place(row, cache));
    }

    /** Whether a file of this row is in the cache; it is checked when it is used. */
    public static boolean cached(PretrainedWeights row, CacheFolder cache) {
        return Files.isRegularFile(place(row, cache));
    }

    private static Path place(PretrainedWeights row, CacheFolder cache) {
        return cache.weights().resolve(row.name()).resolve(row.fileName());
    }
}
