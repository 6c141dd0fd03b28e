package io.github.resnet4j.spark.internal.inference;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** The images of a part, in their order, read one by one. */
interface ImageItems extends Closeable {
    /**
     * The next image; empty at the end.
     *
     * @throws IOException if the storage fails: another attempt may succeed
     */
    Optional<ImageItem> next() throws IOException;
}
