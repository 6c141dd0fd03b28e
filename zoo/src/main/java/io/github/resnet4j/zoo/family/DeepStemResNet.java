package io.github.resnet4j.zoo.family;

import static io.github.resnet4j.zoo.family.ResNetSpec.Block.BASIC;
import static io.github.resnet4j.zoo.family.ResNetSpec.Block.BOTTLENECK;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;

/**
 * The refined ResNets of He et al. 2019 (figure 2) with timm's names: "C" has a stem of three 3×3 convolutions, "D" also
 * shortcuts that average before they project. "B", the stride on the 3×3 convolution, are torchvision's and {@link
 * ResNet}'s.
 */
public final class DeepStemResNet implements Family {
    private static final String PAPER = "He et al. 2019, arXiv:1812.01187";

    @Override
    public List<Architecture> table() {
        return List.of(
                c("resnet50c", 3, 4, 6, 3),
                c("resnet101c", 3, 4, 23, 3),
                c("resnet152c", 3, 8, 36, 3),
                d("resnet18d", BASIC, 2, 2, 2, 2),
                d("resnet34d", BASIC, 3, 4, 6, 3),
                d("resnet50d", BOTTLENECK, 3, 4, 6, 3),
                d("resnet101d", BOTTLENECK, 3, 4, 23, 3),
                d("resnet152d", BOTTLENECK, 3, 8, 36, 3));
    }

    private static Architecture c(String name, int... blocks) {
        return row(name, "resnet-c", spec(BOTTLENECK, blocks));
    }

    private static Architecture d(String name, ResNetSpec.Block block, int... blocks) {
        return row(name, "resnet-d", spec(block, blocks).withShortcut(ResNetSpec.Shortcut.POOLED_PROJECTION));
    }

    private static ResNetSpec spec(ResNetSpec.Block block, int... blocks) {
        return ResNet.spec(block, blocks).withStem(ResNetSpec.Stem.DEEP);
    }

    private static Architecture row(String name, String family, ResNetSpec spec) {
        return new Architecture(name, family, spec, Shape.square(3, 224), 1000, PAPER);
    }
}
