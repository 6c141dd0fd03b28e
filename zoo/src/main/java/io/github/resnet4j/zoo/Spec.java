package io.github.resnet4j.zoo;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;
import java.util.Map;

/**
 * What distinguishes one architecture of a family: a value that writes the network for any input and any number of
 * classes. Implement it as a record, so that equal specs are equal.
 *
 * <p>What a user may vary beside input and classes are its options. They are text outside the spec: archives, run
 * configurations and {@code --option KEY=VALUE} carry those of any family as a map, and only the spec knows what they
 * mean.
 */
public interface Spec {
    /**
     * Writes the network.
     *
     * @param name what it is called in messages
     * @param input shape of one image, C×H×W
     * @param classes number of logits, at least 2
     * @throws IllegalArgumentException if there are fewer than 2 classes, or the image is too small
     */
    Network network(String name, Shape input, int classes);

    /**
     * Every option with its present value, in the order in which they are shown; {@link #with} takes the same text.
     * Keys are lower-case words with hyphens. No options: an empty map.
     */
    Map<String, String> options();

    /**
     * The same spec with other values for some options; see {@link OptionReader}.
     *
     * @throws OptionException naming every unknown key and every value that its option does not take
     */
    Spec with(Map<String, String> options);

    /**
     * The same structure with few and narrow blocks, at least two of each kind of stage, for tests of what does not
     * depend on size. Rows that differ in size alone reduce to equal specs. Takes images of 16×16 if the family is made for
     * large images, else of 8×8.
     */
    Spec reduced();

    /**
     * Options with which networks of the family are also published and have other tensors: tried where a file of weights
     * nearly fits.
     */
    default List<Map<String, String>> alternatives() {
        return List.of();
    }

    /**
     * Options with which networks of the family are also published and have the same tensors, so that a file of weights
     * leaves open which is meant.
     */
    default List<Map<String, String>> lookalikes() {
        return List.of();
    }

    /**
     * Whether a file of weights that fits may be taken for this network although nobody names it. A plain network may
     * not: a residual one with parameter-free shortcuts has the same tensors.
     */
    default boolean guessable() {
        return true;
    }
}
