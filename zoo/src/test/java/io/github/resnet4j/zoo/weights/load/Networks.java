package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.family.ResNetSpec;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.GroupedBottleneck;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;
import java.util.stream.Stream;

/** Little networks of every kind. */
final class Networks {
    private Networks() {}

    static Network small(ResNetSpec.Block block, ResNetSpec.Shortcut shortcut, Conventions conventions) {
        ResNetSpec spec = ResNetSpec.of(
                        conventions.convBias() ? ResNetSpec.Stem.IMAGENET : ResNetSpec.Stem.CIFAR,
                        4,
                        block,
                        List.of(new ResNetSpec.Stage(2, 4, 1), new ResNetSpec.Stage(1, 6, 2)))
                .withShortcut(shortcut)
                .withConventions(conventions);
        String name = block + " " + shortcut + (conventions.convBias() ? " with biases" : "");
        return spec.network(name, new Shape(3, 17, 16), 5);
    }

    static Stream<Network> all() {
        List<Conventions> conventions = List.of(Conventions.TORCHVISION, Conventions.KERAS);
        Stream<Network> blocks = Stream.of(ResNetSpec.Block.values()).flatMap(block -> Stream.of(
                        ResNetSpec.Shortcut.values())
                // Option A cannot narrow, and a plain bottleneck is none of the zoo's.
                .flatMap(shortcut -> conventions.stream().map(convention -> small(block, shortcut, convention))));
        return Stream.concat(blocks, conventions.stream().map(GroupedBottleneck::network));
    }
}
