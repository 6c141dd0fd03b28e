package io.github.resnet4j.zoo.weights;

import java.util.List;

/** A format of weight files: how to recognise and read it. All are listed in {@code load.WeightFile}. */
public interface WeightReader {
    /**
     * The extensions of such files, lower-case without the dot: {@code pth}. They count only if the content is
     * inconclusive, so that a damaged file is reported as what it was meant to be.
     */
    List<String> extensions();

    /**
     * Whether the content is of this format, damaged or not.
     *
     * @throws BadWeightsException if it is, but is too damaged to say more
     */
    boolean matches(FileBytes file);

    /**
     * Reads names, types and shapes, and checks everything but the numbers.
     *
     * @param set which weights to use if there are several
     * @throws BadWeightsException if the file is damaged, malicious, or of an unsupported kind; the message says which,
     *     and what to do
     */
    StateDict open(FileBytes file, WeightSet set);
}
