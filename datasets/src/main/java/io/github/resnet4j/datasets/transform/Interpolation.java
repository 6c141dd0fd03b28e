package io.github.resnet4j.datasets.transform;

/** Resampling filters, antialiased as in Pillow: the filter's support grows with the reduction. */
public enum Interpolation {
    /** Triangle filter, support 1; Pillow's and torchvision's default for classification. */
    BILINEAR,
    /** Keys' cubic with a = -0.5, support 2, as in Pillow. */
    BICUBIC
}
