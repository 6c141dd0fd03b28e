package io.github.resnet4j.zoo.family;

import static io.github.resnet4j.zoo.family.ResNetSpec.Block.BASIC;
import static io.github.resnet4j.zoo.family.ResNetSpec.Block.BOTTLENECK;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The ImageNet networks of He et al. 2015 (table 1), with the stride of the bottlenecks on the 3×3 convolution as in
 * torchvision ("v1.5"), and the plain networks of the same paper; and torchvision's variants of them: Wide ResNets
 * (Zagoruyko and Komodakis 2016) and ResNeXts (Xie et al. 2017).
 */
public final class ResNet implements Family {
    private static final String PAPER = "He et al. 2015, arXiv:1512.03385";
    private static final String WIDE_PAPER = "Zagoruyko and Komodakis 2016, arXiv:1605.07146";
    private static final String NEXT_PAPER = "Xie et al. 2017, arXiv:1611.05431";

    @Override
    public List<Architecture> table() {
        return List.of(
                residual("resnet18", BASIC, 2, 2, 2, 2),
                residual("resnet34", BASIC, 3, 4, 6, 3),
                residual("resnet50", BOTTLENECK, 3, 4, 6, 3),
                residual("resnet101", BOTTLENECK, 3, 4, 23, 3),
                residual("resnet152", BOTTLENECK, 3, 8, 36, 3),
                wide("wide-resnet50-2", 3, 4, 6, 3),
                wide("wide-resnet101-2", 3, 4, 23, 3),
                next("resnext50-32x4d", 32, 4, 3, 4, 6, 3),
                next("resnext101-32x8d", 32, 8, 3, 4, 23, 3),
                next("resnext101-64x4d", 64, 4, 3, 4, 23, 3),
                plain("plain18", 2, 2, 2, 2),
                plain("plain34", 3, 4, 6, 3));
    }

    private static Architecture residual(String name, ResNetSpec.Block block, int... blocks) {
        return row(name, "resnet", spec(block, blocks), PAPER);
    }

    /** Twice as wide inside the bottlenecks. */
    private static Architecture wide(String name, int... blocks) {
        return row(name, "wide-resnet", spec(BOTTLENECK, blocks).withGroups(1, 128), WIDE_PAPER);
    }

    /** The 3×3 convolutions in groups. */
    private static Architecture next(String name, int groups, int width, int... blocks) {
        return row(name, "resnext", spec(BOTTLENECK, blocks).withGroups(groups, width), NEXT_PAPER);
    }

    private static Architecture plain(String name, int... blocks) {
        return row(name, "plain", spec(BASIC, blocks).withShortcut(ResNetSpec.Shortcut.NONE), PAPER);
    }

    private static Architecture row(String name, String family, ResNetSpec spec, String paper) {
        return new Architecture(name, family, spec, Shape.square(3, 224), 1000, paper);
    }

    /** Stages of 64, 128, 256 … planes, the map halved between them. */
    static ResNetSpec spec(ResNetSpec.Block block, int... blocks) {
        List<ResNetSpec.Stage> stages = new ArrayList<>();
        for (int s = 0; s < blocks.length; s++) {
            stages.add(new ResNetSpec.Stage(blocks[s], 64 << s, s == 0 ? 1 : 2));
        }
        return ResNetSpec.of(ResNetSpec.Stem.IMAGENET, 64, block, stages);
    }
}
