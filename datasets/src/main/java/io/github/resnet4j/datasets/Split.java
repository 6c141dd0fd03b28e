package io.github.resnet4j.datasets;

/** Which part of a data set. */
public enum Split {
    /** The training images. */
    TRAIN,
    /** The validation images; for CIFAR, the test batch. */
    VAL
}
