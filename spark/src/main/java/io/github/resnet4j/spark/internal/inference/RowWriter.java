package io.github.resnet4j.spark.internal.inference;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Writes the rows of a part. */
interface RowWriter extends Closeable {
    /**
     * A row.
     *
     * @param label the class that the image has; empty if none
     * @param classes the most probable classes, best first; none with features
     * @param values their probabilities, or the features; none with an error
     * @param loss cross-entropy; NaN if not known
     * @param error why there is no answer, else empty
     */
    record Row(String path, String label, List<String> classes, float[] values, double loss, String error) {}

    void write(Row row) throws IOException;
}
