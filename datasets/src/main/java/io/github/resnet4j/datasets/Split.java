package io.github.resnet4j.datasets;

/** Which part of a data set. */
public enum Split {
    /** The images to learn from. */
    TRAIN,
    /** The images to measure on; for CIFAR that is the test batch. */
    VAL
}
