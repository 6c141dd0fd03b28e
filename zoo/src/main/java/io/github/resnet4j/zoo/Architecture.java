package io.github.resnet4j.zoo;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import java.util.Map;

/**
 * One row of the zoo.
 *
 * @param name what users type, e.g. {@code resnet50} or {@code resnet20-cifar}
 * @param family the family it belongs to
 * @param spec writes the network; its options are what users may vary
 * @param input shape of the images it was published for
 * @param classes number of classes it was published for
 * @param paper where it was published
 */
public record Architecture(String name, String family, Spec spec, Shape input, int classes, String paper) {

    /**
     * The same row with other values for some of its options, such as {@code shortcut=c}.
     *
     * @throws OptionException if it has no such option, or one does not take its value; names them all
     */
    public Architecture with(Map<String, String> options) {
        try {
            return new Architecture(name, family, spec.with(options), input, classes, paper);
        } catch (OptionException e) {
            throw e.of(name);
        }
    }

    /** The network as published. */
    public Network network() {
        return network(input, classes);
    }

    /**
     * The network for other images or classes.
     *
     * @param input shape of one image, any channels and size the network can take
     * @param classes number of logits, at least 2
     * @throws IllegalArgumentException if the images are too small
     */
    public Network network(Shape input, int classes) {
        return spec.network(name, input, classes);
    }
}
