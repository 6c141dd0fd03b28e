package io.github.resnet4j.zoo.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A format for writing tensors under their names. All are listed in {@code load.WeightFile}. */
public interface WeightWriter {
    /** The extensions of such files, lower-case without the dot. */
    String extension();

    /**
     * Writes tensors as they are, in one step: an existing file is replaced once the new one is whole.
     *
     * @param metadata descriptive text to store with them
     * @throws IllegalArgumentException for names and metadata that the format cannot hold
     * @throws IOException if the file cannot be written
     */
    void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException;
}
