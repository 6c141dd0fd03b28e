/** Labelled images: CIFAR, folders of class folders, ImageNet. */
package io.github.resnet4j.datasets;
