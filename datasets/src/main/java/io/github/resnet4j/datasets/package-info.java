/**
 * Labelled images and sounds: CIFAR, folders of class folders, ImageNet, ASVspoof. The public packages:
 *
 * <ul>
 *   <li>{@code datasets}: data sets and their splits
 *   <li>{@code datasets.image}: decoding
 *   <li>{@code datasets.audio}: decoding of sounds, and their features
 *   <li>{@code datasets.transform}: resizing, cropping, augmentation, normalisation
 *   <li>{@code datasets.superresolution}: small images of large ones as the literature makes them, and pairs of patches
 *   <li>{@code datasets.loader}: batches in a reproducible order
 *   <li>{@code datasets.records}: record readers for DataVec
 *   <li>{@code datasets.download}: verified downloads and the cache
 * </ul>
 */
package io.github.resnet4j.datasets;
