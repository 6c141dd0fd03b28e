package io.github.resnet4j.spark.internal.inference;

import io.github.resnet4j.finetune.UsageException;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/** Names of files, of whatever storage. */
public final class Paths {
    private static final Set<String> IMAGES = Set.of("jpg", "jpeg", "png", "bmp", "gif");
    /** No decoder reads these, but each is an image: whoever has some is to hear of it. */
    private static final Set<String> OTHER_IMAGES = Set.of("webp", "tif", "tiff", "heic", "avif", "ppm", "pgm", "jxl");

    private static final String LOCAL = "file:";

    private Paths() {}

    /**
     * The file system of a path.
     *
     * @throws UsageException if this Spark has none of that scheme
     * @throws IOException if it cannot be reached
     */
    public static FileSystem fileSystem(Path path, Configuration configuration) throws IOException {
        try {
            return path.getFileSystem(configuration);
        } catch (UnsupportedFileSystemException e) {
            throw unknown(path, e);
        } catch (RuntimeException e) { // Hadoop knows s3a by name, but its class is in a jar of its own
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof ClassNotFoundException) {
                    throw unknown(path, cause);
                }
            }
            throw e;
        }
    }

    private static UsageException unknown(Path path, Throwable cause) {
        return new UsageException(
                path + ": this Spark has no file system for " + path.toUri().getScheme() + " (" + cause.getMessage()
                        + "); add the jar that brings it (hadoop-aws for s3a:) to the jars of Spark");
    }

    /** A path as rows and messages show it: a local file as every other program names it, all else with its scheme. */
    public static String shown(String path) {
        return path.startsWith(LOCAL) ? path.substring(LOCAL.length()).replaceFirst("^//+", "/") : path;
    }

    /** What follows the last dot, in lower case. */
    public static String extension(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 || dot < name.lastIndexOf('/')
                ? ""
                : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    /** Whether a file is a JPEG, PNG, BMP or GIF by its name. */
    public static boolean isImage(String name) {
        return IMAGES.contains(extension(name));
    }

    /** Whether it is an image of a format that is not decoded, by its name. */
    static boolean isOtherImage(String name) {
        return OTHER_IMAGES.contains(extension(name));
    }
}
