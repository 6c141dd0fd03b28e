package io.github.resnet4j.zoo.family;

import static io.github.resnet4j.zoo.family.ResNetSpec.Block.BASIC;
import static io.github.resnet4j.zoo.family.ResNetSpec.Block.BOTTLENECK;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;

/**
 * Residual networks with squeeze-and-excitation (Hu et al. 2018).
 *
 * <ul>
 *   <li>ImageNet: the networks of {@link ResNet}, with the stride of the bottlenecks on the 3×3 convolution, as in timm.
 *   <li>CIFAR: those of {@link PreActResNet} and {@link WideResNet}, whose errors the paper's table has as its baselines;
 *       and post-activation networks with projections, as in pytorchcv.
 * </ul>
 */
public final class SeResNet implements Family {
    private static final String PAPER = "Hu et al. 2018, arXiv:1709.01507";

    @Override
    public List<Architecture> table() {
        return List.of(
                imageNet("se-resnet18", ResNet.spec(BASIC, 2, 2, 2, 2)),
                imageNet("se-resnet34", ResNet.spec(BASIC, 3, 4, 6, 3)),
                imageNet("se-resnet50", ResNet.spec(BOTTLENECK, 3, 4, 6, 3)),
                imageNet("se-resnet101", ResNet.spec(BOTTLENECK, 3, 4, 23, 3)),
                imageNet("se-resnet152", ResNet.spec(BOTTLENECK, 3, 8, 36, 3)),
                imageNet(
                        "se-resnext50-32x4d",
                        ResNet.spec(BOTTLENECK, 3, 4, 6, 3).withGroups(32, 4)),
                cifar("se-preresnet110-cifar", PreActResNet.basicSpec(110).withAttention(Attention.SE)),
                cifar("se-preresnet164-cifar", PreActResNet.bottleneckSpec(164).withAttention(Attention.SE)),
                cifar("se-wrn-16-8", WideResNet.spec(16, 8).withAttention(Attention.SE)),
                cifar("se-resnet20-cifar", CifarResNet.spec(BASIC, 3).withAttention(Attention.SE)),
                cifar("se-resnet56-cifar", CifarResNet.spec(BASIC, 9).withAttention(Attention.SE)),
                cifar("se-resnet110-cifar", CifarResNet.spec(BASIC, 18).withAttention(Attention.SE)),
                cifar("se-resnet164-cifar", CifarResNet.spec(BOTTLENECK, 18).withAttention(Attention.SE)));
    }

    private static Architecture imageNet(String name, ResNetSpec spec) {
        return new Architecture(name, "se-resnet", spec.withAttention(Attention.SE), Shape.square(3, 224), 1000, PAPER);
    }

    private static Architecture cifar(String name, Spec spec) {
        return new Architecture(name, "se-resnet-cifar", spec, Shape.square(3, 32), 10, PAPER);
    }
}
