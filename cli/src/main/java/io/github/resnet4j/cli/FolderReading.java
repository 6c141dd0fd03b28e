package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.FolderOptions;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.finetune.UsageException;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a command reads folders of images. */
final class FolderReading {
    /** The keys of a configuration that these options set. */
    static final Map<String, String> KEYS =
            Map.of("data.follow-links", "--follow-links", "data.max-pixels", "--max-pixels");

    @Option(
            names = "--follow-links",
            description =
                    "Follow symbolic links that lead out of the data folder, too (default: only links within it).")
    private boolean followLinks;

    @Option(
            names = "--max-pixels",
            paramLabel = "N",
            description = "Largest image to accept, in pixels, up to " + ImageDecoder.MOST_PIXELS + " (default: "
                    + ImageDecoder.DEFAULT_MAX_PIXELS + "). Decoding takes up to 11 bytes of memory per pixel.")
    private Optional<Long> maxPixels;

    /** @throws UsageException if the limit is out of range */
    FolderOptions options() {
        return new FolderOptions(followLinks, maxPixels(maxPixels));
    }

    /**
     * The largest image, of commands that read no folders of this machine.
     *
     * @throws UsageException if it is out of range
     */
    static long maxPixels(Optional<Long> given) {
        try {
            return new FolderOptions(false, given.orElse(ImageDecoder.DEFAULT_MAX_PIXELS)).maxPixels();
        } catch (IllegalArgumentException e) {
            throw new UsageException("--" + e.getMessage());
        }
    }

    /** Sets them, as far as given. */
    void addTo(Settings settings) {
        if (followLinks) {
            settings.option("data.follow-links", true);
        }
        maxPixels.ifPresent(most -> settings.option("data.max-pixels", most));
    }
}
