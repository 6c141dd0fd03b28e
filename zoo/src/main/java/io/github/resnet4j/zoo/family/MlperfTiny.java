package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;

/**
 * The image classifier of MLPerf Tiny (Banbury et al. 2021): three blocks on CIFAR-10 in Keras, with TensorFlow's padding
 * and shortcuts that are a convolution alone. Its images are RGB in 0…255, without normalisation.
 */
public final class MlperfTiny implements Family {

    @Override
    public List<Architecture> table() {
        ResNetSpec resnet8 = CifarResNet.spec(ResNetSpec.Block.BASIC, 1)
                .withShortcut(ResNetSpec.Shortcut.PROJECTION_NO_BN)
                .withConventions(Conventions.KERAS);
        return List.of(new Architecture(
                "resnet8-mlperf",
                "mlperf-tiny",
                resnet8,
                Shape.square(3, 32),
                10,
                "Banbury et al. 2021, arXiv:2106.07597"));
    }
}
