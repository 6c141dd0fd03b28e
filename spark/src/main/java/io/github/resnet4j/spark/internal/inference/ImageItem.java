package io.github.resnet4j.spark.internal.inference;

/**
 * An image of the input, not decoded yet; or something in its place that is none.
 *
 * @param path what the rows call it
 * @param label its class: a name, or a number in decimal; empty if it has none
 * @param bytes the content of its file; empty if {@code problem} says why there is none
 * @param problem why it cannot be read, else empty
 */
record ImageItem(String path, String label, byte[] bytes, String problem) {
    private static final byte[] NONE = {};

    static ImageItem of(String path, String label, byte[] bytes) {
        return new ImageItem(path, label, bytes, "");
    }

    static ImageItem unreadable(String path, String problem) {
        return new ImageItem(path, "", NONE, problem);
    }
}
