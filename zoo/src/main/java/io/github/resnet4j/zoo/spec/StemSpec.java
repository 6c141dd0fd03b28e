package io.github.resnet4j.zoo.spec;

/** What stands before the first block. */
public sealed interface StemSpec {
    /** Filters of the first convolution. */
    int width();

    /** 7×7 convolution with stride 2, BN, ReLU, 3×3 max pooling with stride 2 (He et al. 2015, table 1). */
    record ImageNet(int width) implements StemSpec {}

    /** 3×3 convolution, BN, ReLU (He et al. 2015, section 4.2). */
    record Cifar(int width) implements StemSpec {}
}
