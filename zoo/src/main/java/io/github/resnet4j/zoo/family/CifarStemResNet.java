package io.github.resnet4j.zoo.family;

import static io.github.resnet4j.zoo.family.ResNetSpec.Block.BASIC;
import static io.github.resnet4j.zoo.family.ResNetSpec.Block.BOTTLENECK;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;

/**
 * ImageNet's ResNets with CIFAR's stem, a 3×3 convolution without pooling, as K. Liu's pytorch-cifar has them: ten times
 * as wide as the networks for CIFAR of He et al. ({@link CifarResNet}). Liu's {@code shortcut} and {@code linear} are
 * {@code downsample} and {@code fc} here.
 */
public final class CifarStemResNet implements Family {
    private static final String PAPER = "He et al. 2015, arXiv:1512.03385, as in pytorch-cifar";

    @Override
    public List<Architecture> table() {
        return List.of(
                row("resnet18-cifar-stem", BASIC, 2, 2, 2, 2),
                row("resnet34-cifar-stem", BASIC, 3, 4, 6, 3),
                row("resnet50-cifar-stem", BOTTLENECK, 3, 4, 6, 3));
    }

    private static Architecture row(String name, ResNetSpec.Block block, int... blocks) {
        ResNetSpec spec = ResNet.spec(block, blocks).withStem(ResNetSpec.Stem.CIFAR);
        return new Architecture(name, "resnet-cifar-stem", spec, Shape.square(3, 32), 10, PAPER);
    }
}
