package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;

/**
 * The Wide ResNets of Zagoruyko and Komodakis 2016 for CIFAR (table 1): 6n+4 layers, which count the projections, in
 * pre-activation basic blocks that are k times as wide as those of He et al. 2016b; projections where the width changes,
 * also in the first stage. For ImageNet see {@link ResNet}.
 */
public final class WideResNet implements Family {
    private static final String PAPER = "Zagoruyko and Komodakis 2016, arXiv:1605.07146";

    @Override
    public List<Architecture> table() {
        return List.of(
                row(16, 4),
                row(16, 8),
                row(16, 10),
                row(22, 8),
                row(28, 10),
                row(40, 2),
                row(40, 4),
                row(40, 8),
                row(40, 10));
    }

    private static Architecture row(int depth, int widening) {
        return new Architecture(
                "wrn-" + depth + "-" + widening,
                "wide-resnet-cifar",
                spec(depth, widening),
                Shape.square(3, 32),
                10,
                PAPER);
    }

    static PreActSpec spec(int depth, int widening) {
        return PreActResNet.cifar(ResNetSpec.Block.BASIC, (depth - 4) / 6, widening)
                .withActivated(PreActSpec.Activated.CHANGES);
    }
}
