package io.github.resnet4j.finetune.config;

/** Where images come from. */
public enum DatasetKind {
    /** {@code cifar10}: the binary version; 50,000 training and 10,000 test images of 32x32, 10 classes. */
    CIFAR10,
    /** {@code cifar100}: the binary version; 50,000 training and 10,000 test images of 32x32, 100 classes. */
    CIFAR100,
    /** {@code folder}: one folder of images per class, or {@code train} and {@code val} folders of such. */
    FOLDER,
    /** {@code imagenet}: {@code train} and {@code val} folders of the 1000 classes of ILSVRC 2012. */
    IMAGENET
}
