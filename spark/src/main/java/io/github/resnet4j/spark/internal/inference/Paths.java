package io.github.resnet4j.spark.internal.inference;

import java.util.Locale;
import java.util.Set;

/** Names of files, of whatever storage. */
public final class Paths {
    private static final Set<String> IMAGES = Set.of("jpg", "jpeg", "png", "bmp", "gif");
    /** No decoder reads these, but each is an image: whoever has some is to hear of it. */
    private static final Set<String> OTHER_IMAGES = Set.of("webp", "tif", "tiff", "heic", "avif", "ppm", "pgm", "jxl");

    private static final String LOCAL = "file:";

    private Paths() {}

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
