/**
 * Images for super-resolution: a high-resolution image and the low-resolution one that MATLAB makes of it, patches of both,
 * and the symmetries of a square.
 *
 * <p>{@link io.github.resnet4j.datasets.superresolution.Bicubic} is MATLAB's {@code imresize}, bit for bit, by which the
 * papers' images are made. A {@link io.github.resnet4j.datasets.superresolution.ImagePair} holds an image in both sizes.
 * {@link io.github.resnet4j.datasets.superresolution.Symmetry} flips and turns; {@link
 * io.github.resnet4j.datasets.superresolution.Colours} says what of an image a network sees.
 */
package io.github.resnet4j.datasets.superresolution;
