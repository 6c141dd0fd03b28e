package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.spec.BlockType;
import io.github.resnet4j.zoo.spec.ResNetSpec;
import io.github.resnet4j.zoo.spec.ShortcutType;
import io.github.resnet4j.zoo.spec.StageSpec;
import io.github.resnet4j.zoo.spec.StemSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * The ImageNet networks of He et al. 2015 (table 1), with the stride of the bottlenecks on the 3×3 convolution as in
 * torchvision ("v1.5"), and the plain networks of the same paper.
 */
public final class ResNet implements Family {
    private static final String PAPER = "He et al. 2015, arXiv:1512.03385";

    @Override
    public List<Architecture> table() {
        return List.of(
                residual("resnet18", BlockType.BASIC, 2, 2, 2, 2),
                residual("resnet34", BlockType.BASIC, 3, 4, 6, 3),
                residual("resnet50", BlockType.BOTTLENECK, 3, 4, 6, 3),
                residual("resnet101", BlockType.BOTTLENECK, 3, 4, 23, 3),
                residual("resnet152", BlockType.BOTTLENECK, 3, 8, 36, 3),
                plain("plain18", 2, 2, 2, 2),
                plain("plain34", 3, 4, 6, 3));
    }

    private static Architecture residual(String name, BlockType block, int... blocks) {
        return row(name, "resnet", block, ShortcutType.PROJECTION, blocks);
    }

    private static Architecture plain(String name, int... blocks) {
        return row(name, "plain", BlockType.BASIC, ShortcutType.NONE, blocks);
    }

    private static Architecture row(String name, String family, BlockType block, ShortcutType shortcut, int... blocks) {
        ResNetSpec spec = new ResNetSpec(
                new StemSpec.ImageNet(64), block, shortcut, stages(blocks), ResNetSpec.StrideOn.MIDDLE_3X3, false);
        return new Architecture(name, family, spec, Shape.square(3, 224), 1000, PAPER);
    }

    /** Stages of 64, 128, 256 … planes, the map halved between them. */
    static List<StageSpec> stages(int... blocks) {
        List<StageSpec> stages = new ArrayList<>();
        for (int s = 0; s < blocks.length; s++) {
            stages.add(new StageSpec(blocks[s], 64 << s, s == 0 ? 1 : 2));
        }
        return stages;
    }
}
