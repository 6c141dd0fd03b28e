package io.github.resnet4j.zoo.weights;

import java.util.List;

/** A format of weight files: how to tell one and how to read it. All are listed in {@code load.WeightFile}. */
public interface WeightReader {
    /**
     * How names of such files end, without the dot, in lower case: {@code pth}. Asked only where the content says nothing,
     * so that a damaged file is called what it was meant to be.
     */
    List<String> extensions();

    /**
     * Whether the content is of this format, damaged or not.
     *
     * @throws BadWeightsException if it is, and so damaged that more cannot be told
     */
    boolean matches(FileBytes file);

    /**
     * Reads names, types and shapes, and checks everything but the numbers.
     *
     * @param set which weights to take where there are several
     * @throws BadWeightsException if the file is damaged, made to do harm, or of a kind that is not read; says which and
     *     what to do
     */
    StateDict open(FileBytes file, WeightSet set);
}
