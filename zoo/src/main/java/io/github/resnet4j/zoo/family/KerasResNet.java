package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;

/**
 * The bottleneck networks of He et al. 2015 (table 1) as {@code keras.applications} has them: the stride on the first 1×1
 * convolution as in the paper ("v1"), biases in every convolution, another eps in BN.
 */
public final class KerasResNet implements Family {
    private static final String PAPER = "He et al. 2015, arXiv:1512.03385, as in Keras Applications";

    @Override
    public List<Architecture> table() {
        return List.of(
                row("resnet50-keras", 3, 4, 6, 3),
                row("resnet101-keras", 3, 4, 23, 3),
                row("resnet152-keras", 3, 8, 36, 3));
    }

    private static Architecture row(String name, int... blocks) {
        ResNetSpec spec = ResNet.spec(ResNetSpec.Block.BOTTLENECK, blocks)
                .withStrideOn(ResNetSpec.StrideOn.FIRST_1X1)
                .withConventions(Conventions.KERAS_APPLICATIONS);
        return new Architecture(name, "resnet-keras", spec, Shape.square(3, 224), 1000, PAPER);
    }
}
