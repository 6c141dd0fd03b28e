/**
 * What happens to an image between the file and the network: resampling equal to Pillow's, crops, flips, normalisation.
 *
 * <p>The steps are {@link io.github.resnet4j.datasets.transform.Transform}s, named and parametrised as torchvision's;
 * a {@link io.github.resnet4j.datasets.transform.Pipeline} runs them in order and writes the network's floats. All
 * randomness comes from a {@link io.github.resnet4j.datasets.transform.SampleRandom}, so one sample in one epoch is
 * always augmented the same way.
 */
package io.github.resnet4j.datasets.transform;
