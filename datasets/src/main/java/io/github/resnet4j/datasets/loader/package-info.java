/** Batches for training: worker threads, bounded prefetch, order and augmentation a pure function of (seed, epoch, index). */
package io.github.resnet4j.datasets.loader;
