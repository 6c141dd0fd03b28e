package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Files that commands beside images write: a forgotten name must not cost a photograph. */
final class OutputFile {
    private static final Set<String> IMAGES =
            Set.of("jpg", "jpeg", "png", "bmp", "gif", "webp", "tif", "tiff", "heic", "avif");

    private OutputFile() {}

    /**
     * Refuses a file that is not to be written, before any work is done.
     *
     * @param option that names it, {@code --csv}
     * @throws UsageException if it has the name of an image, is a folder, or its folder does not exist
     */
    static void require(String option, Optional<Path> file) {
        file.ifPresent(path -> {
            String name = path.getFileName() == null ? "" : path.getFileName().toString();
            String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
            if (IMAGES.contains(extension)) {
                throw new UsageException(
                        option + " " + path + ": that is an image; name the file to write before the images");
            }
            if (Files.isDirectory(path)) {
                throw new UsageException(option + " " + path + ": is a folder; name the file to write");
            }
            Path parent = path.toAbsolutePath().getParent();
            if (parent != null && !Files.isDirectory(parent)) {
                throw new UsageException(option + " " + path + ": there is no folder " + parent + "; create it first");
            }
        });
    }
}
