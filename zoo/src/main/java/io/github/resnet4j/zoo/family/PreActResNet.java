package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.family.ResNetSpec.Block;
import io.github.resnet4j.zoo.family.ResNetSpec.Stage;
import io.github.resnet4j.zoo.family.ResNetSpec.StrideOn;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The pre-activation networks of He et al. 2016b.
 *
 * <ul>
 *   <li>CIFAR, up to 110: 6n+2 layers in basic blocks as in {@link CifarResNet}. Where the width grows, option A with the
 *       zeros at the end, as in facebook/fb.resnet.torch, on which the authors' code builds.
 *   <li>CIFAR, 164 and 1001: 9n+2 layers in bottlenecks of 16, 32 and 64 planes, projections also in the first stage, and
 *       the stride on the first 1×1 convolution, as in KaimingHe/resnet-1k-layers.
 *   <li>ImageNet: the blocks of {@link ResNet}, up to 200 layers, with the stride on the 3×3 convolution, as in
 *       fb.resnet.torch.
 * </ul>
 */
public final class PreActResNet implements Family {
    private static final String PAPER = "He et al. 2016b, arXiv:1603.05027";

    @Override
    public List<Architecture> table() {
        return List.of(
                basic(20),
                basic(32),
                basic(44),
                basic(56),
                basic(110),
                bottleneck(164),
                bottleneck(1001),
                imageNet("preresnet50", 3, 4, 6, 3),
                imageNet("preresnet101", 3, 4, 23, 3),
                imageNet("preresnet152", 3, 8, 36, 3),
                imageNet("preresnet200", 3, 24, 36, 3));
    }

    private static Architecture basic(int depth) {
        return cifar(depth, basicSpec(depth));
    }

    private static Architecture bottleneck(int depth) {
        return cifar(depth, bottleneckSpec(depth));
    }

    static PreActSpec basicSpec(int depth) {
        return cifar(Block.BASIC, (depth - 2) / 6, 1).withShortcut(PreActSpec.Shortcut.ZERO_PAD_END);
    }

    static PreActSpec bottleneckSpec(int depth) {
        return cifar(Block.BOTTLENECK, (depth - 2) / 9, 1).withStrideOn(StrideOn.FIRST_1X1);
    }

    private static Architecture cifar(int depth, PreActSpec spec) {
        return new Architecture(
                "preresnet" + depth + "-cifar", "preresnet-cifar", spec, Shape.square(3, 32), 10, PAPER);
    }

    private static Architecture imageNet(String name, int... blocks) {
        List<Stage> stages = new ArrayList<>();
        for (int s = 0; s < blocks.length; s++) {
            stages.add(new Stage(blocks[s], 64 << s, s == 0 ? 1 : 2));
        }
        PreActSpec spec = PreActSpec.of(PreActSpec.Stem.IMAGENET, 64, Block.BOTTLENECK, stages);
        return new Architecture(name, "preresnet", spec, Shape.square(3, 224), 1000, PAPER);
    }

    /** A stem of 16 filters and three stages of {@code blocks} blocks, {@code widening} times as wide as the paper's. */
    static PreActSpec cifar(Block block, int blocks, int widening) {
        return PreActSpec.of(
                PreActSpec.Stem.CIFAR,
                16,
                block,
                List.of(
                        new Stage(blocks, 16 * widening, 1),
                        new Stage(blocks, 32 * widening, 2),
                        new Stage(blocks, 64 * widening, 2)));
    }
}
