package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.spec.BlockType;
import io.github.resnet4j.zoo.spec.ResNetSpec;
import io.github.resnet4j.zoo.spec.ShortcutType;
import io.github.resnet4j.zoo.spec.StageSpec;
import io.github.resnet4j.zoo.spec.StemSpec;
import java.util.List;

/**
 * The image classifier of MLPerf Tiny (Banbury et al. 2021): three blocks on CIFAR-10 in Keras, with TensorFlow's padding
 * and shortcuts that are a convolution alone. Its pictures are RGB in 0…255, without normalisation.
 */
public final class MlperfTiny implements Family {

    @Override
    public List<Architecture> table() {
        ResNetSpec resnet8 = new ResNetSpec(
                new StemSpec.Cifar(16),
                BlockType.BASIC,
                ShortcutType.PROJECTION_NO_BN,
                List.of(new StageSpec(1, 16, 1), new StageSpec(1, 32, 2), new StageSpec(1, 64, 2)),
                ResNetSpec.StrideOn.MIDDLE_3X3,
                false,
                Conventions.KERAS);
        return List.of(new Architecture(
                "resnet8-mlperf",
                "mlperf-tiny",
                resnet8,
                Shape.square(3, 32),
                10,
                "Banbury et al. 2021, arXiv:2106.07597"));
    }
}
