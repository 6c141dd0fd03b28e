package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.GroupedBottleneck;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.spec.BlockType;
import io.github.resnet4j.zoo.spec.ResNetSpec;
import io.github.resnet4j.zoo.spec.ResNetWriter;
import io.github.resnet4j.zoo.spec.ShortcutType;
import io.github.resnet4j.zoo.spec.StageSpec;
import io.github.resnet4j.zoo.spec.StemSpec;
import java.util.List;
import java.util.stream.Stream;

/** Little networks of every kind. */
final class Networks {
    private Networks() {}

    static Network small(BlockType block, ShortcutType shortcut, Conventions conventions) {
        ResNetSpec spec = new ResNetSpec(
                conventions.convBias() ? new StemSpec.ImageNet(4) : new StemSpec.Cifar(4),
                block,
                shortcut,
                List.of(new StageSpec(2, 4, 1), new StageSpec(1, 6, 2)),
                ResNetSpec.StrideOn.MIDDLE_3X3,
                false,
                conventions);
        String name = block + " " + shortcut.option() + (conventions.convBias() ? " with biases" : "");
        return ResNetWriter.write(name, spec, new Shape(3, 17, 16), 5);
    }

    static Stream<Network> all() {
        List<Conventions> conventions = List.of(Conventions.TORCHVISION, Conventions.KERAS);
        Stream<Network> blocks = Stream.of(BlockType.values()).flatMap(block -> Stream.of(ShortcutType.values())
                // Option A cannot narrow, and a plain bottleneck is none of the zoo's.
                .flatMap(shortcut -> conventions.stream().map(convention -> small(block, shortcut, convention))));
        return Stream.concat(blocks, conventions.stream().map(GroupedBottleneck::network));
    }
}
