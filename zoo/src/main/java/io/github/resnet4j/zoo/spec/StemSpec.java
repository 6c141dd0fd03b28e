package io.github.resnet4j.zoo.spec;

/** What stands before the first block. */
public sealed interface StemSpec {
    /** Filters of the first convolution. */
    int width();

    /** 7×7 convolution with stride 2, BN, ReLU, 3×3 max pooling with stride 2 (He et al. 2015, table 1). */
    record ImageNet(int width) implements StemSpec {
        public ImageNet {
            requireFilters(width);
        }
    }

    /** 3×3 convolution, BN, ReLU (He et al. 2015, section 4.2). */
    record Cifar(int width) implements StemSpec {
        public Cifar {
            requireFilters(width);
        }
    }

    private static void requireFilters(int width) {
        if (width < 1) {
            throw new IllegalArgumentException("a stem needs at least 1 filter, got " + width);
        }
    }
}
