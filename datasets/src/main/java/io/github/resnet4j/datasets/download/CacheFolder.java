package io.github.resnet4j.datasets.download;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** The folder for what is kept between runs: downloaded files, and values that were computed once. */
public record CacheFolder(Path root) {
    /** Environment variable that names the folder. */
    public static final String VARIABLE = "RESNET4J_CACHE";

    public CacheFolder {
        root = root.toAbsolutePath().normalize();
    }

    /**
     * {@code $RESNET4J_CACHE}; else {@code $XDG_CACHE_HOME/resnet4j}; else {@code ~/.cache/resnet4j}, on Windows
     * {@code %LOCALAPPDATA%\resnet4j\cache}. Nothing is created.
     */
    public static CacheFolder standard() {
        return resolve(System.getenv(), System.getProperty("os.name"), Path.of(System.getProperty("user.home")));
    }

    static CacheFolder resolve(Map<String, String> environment, String system, Path home) {
        String own = environment.getOrDefault(VARIABLE, "");
        if (!own.isBlank()) {
            return new CacheFolder(Path.of(own));
        }
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        // The XDG specification: a relative path there is invalid and to be ignored.
        if (!xdg.isBlank() && Path.of(xdg).isAbsolute()) {
            return new CacheFolder(Path.of(xdg, "resnet4j"));
        }
        if (system.toLowerCase(Locale.ROOT).startsWith("windows")) {
            String local = environment.getOrDefault("LOCALAPPDATA", "");
            Path base = local.isBlank() ? home.resolve("AppData").resolve("Local") : Path.of(local);
            return new CacheFolder(base.resolve("resnet4j").resolve("cache"));
        }
        return new CacheFolder(home.resolve(".cache").resolve("resnet4j"));
    }

    /** The folder of data sets, which may not exist yet. */
    public Path datasets() {
        return root.resolve("datasets");
    }

    /** The folder of pretrained weights, which may not exist yet; each file is in a folder of its own name. */
    public Path weights() {
        return root.resolve("weights");
    }

    /** The folder of what frozen parts of networks make of images, which may not exist yet. */
    public Path features() {
        return root.resolve("features");
    }

    /** {@code folder}, created and writable, or a {@link DiskException}. */
    static Path writable(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new DiskException("cannot create the cache folder", folder, e);
        }
        if (!Files.isWritable(folder)) {
            throw new DiskException(folder + ": the cache is read-only; set " + VARIABLE + " to another folder");
        }
        return folder;
    }
}
