package io.github.resnet4j.zoo;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.spec.ResNetSpec;
import io.github.resnet4j.zoo.spec.ResNetWriter;

/**
 * One row of the zoo.
 *
 * @param name what users type, e.g. {@code resnet50} or {@code resnet20-cifar}
 * @param family the table it stands in
 * @param spec the architecture
 * @param input shape of the pictures it was published for
 * @param classes number of classes it was published for
 * @param paper where it was published
 */
public record Architecture(String name, String family, ResNetSpec spec, Shape input, int classes, String paper) {

    /** The same row with another spec, e.g. other shortcuts. */
    public Architecture with(ResNetSpec other) {
        return new Architecture(name, family, other, input, classes, paper);
    }

    /** The network as published. */
    public Network network() {
        return network(input, classes);
    }

    /**
     * The network for other pictures or classes.
     *
     * @param input shape of one picture, any channels and size the network can take
     * @param classes number of logits, at least 2
     * @throws IllegalArgumentException if the pictures are too small
     */
    public Network network(Shape input, int classes) {
        return ResNetWriter.write(name, spec, input, classes);
    }
}
