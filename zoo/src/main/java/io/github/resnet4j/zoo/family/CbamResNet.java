package io.github.resnet4j.zoo.family;

import static io.github.resnet4j.zoo.family.ResNetSpec.Block.BASIC;
import static io.github.resnet4j.zoo.family.ResNetSpec.Block.BOTTLENECK;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;

/** The networks of {@link ResNet} with attention to channels and places (Woo et al. 2018). */
public final class CbamResNet implements Family {
    private static final String PAPER = "Woo et al. 2018, arXiv:1807.06521";

    @Override
    public List<Architecture> table() {
        return List.of(
                row("cbam-resnet18", BASIC, 2, 2, 2, 2),
                row("cbam-resnet34", BASIC, 3, 4, 6, 3),
                row("cbam-resnet50", BOTTLENECK, 3, 4, 6, 3),
                row("cbam-resnet101", BOTTLENECK, 3, 4, 23, 3));
    }

    private static Architecture row(String name, ResNetSpec.Block block, int... blocks) {
        ResNetSpec spec = ResNet.spec(block, blocks).withAttention(Attention.CBAM);
        return new Architecture(name, "cbam-resnet", spec, Shape.square(3, 224), 1000, PAPER);
    }
}
