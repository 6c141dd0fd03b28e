package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;

/**
 * The ResNeXts for CIFAR of Xie et al. 2017 (section 5.3): a 3×3 convolution of 64 filters, three stages of three
 * bottlenecks whose 3×3 convolutions are in groups, with torchvision's names.
 */
public final class CifarResNeXt implements Family {
    private static final String PAPER = "Xie et al. 2017, arXiv:1611.05431, section 5.3";

    @Override
    public List<Architecture> table() {
        return List.of(row(32, 4), row(8, 64), row(16, 64));
    }

    private static Architecture row(int groups, int width) {
        ResNetSpec spec = ResNet.spec(ResNetSpec.Block.BOTTLENECK, 3, 3, 3)
                .withStem(ResNetSpec.Stem.CIFAR)
                .withGroups(groups, width);
        String name = "resnext29-" + groups + "x" + width + "d";
        return new Architecture(name, "resnext-cifar", spec, Shape.square(3, 32), 10, PAPER);
    }
}
