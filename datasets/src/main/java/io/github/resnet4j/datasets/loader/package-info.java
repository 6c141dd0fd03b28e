/**
 * Batches for training: worker threads, bounded prefetch; order and augmentation depend on (seed, epoch, index) only.
 */
package io.github.resnet4j.datasets.loader;
