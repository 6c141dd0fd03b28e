package io.github.resnet4j.zoo.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A format in which tensors are written under their names. All are listed in {@code load.WeightFile}. */
public interface WeightWriter {
    /** How names of such files end, without the dot, in lower case. */
    String extension();

    /**
     * Writes tensors as they are, in one step: an existing file is replaced once the new one is whole.
     *
     * @param metadata what to say of them in words
     * @throws IllegalArgumentException for names and metadata that the format cannot hold
     * @throws IOException if the file cannot be written
     */
    void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException;
}
