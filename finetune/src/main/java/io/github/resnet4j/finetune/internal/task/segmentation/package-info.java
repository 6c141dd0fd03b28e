/**
 * Semantic segmentation: the class of each pixel of an image. How masks are read is in {@link
 * io.github.resnet4j.datasets.MaskedImages}.
 */
package io.github.resnet4j.finetune.internal.task.segmentation;
