/**
 * From a weight file to a network and back. {@link io.github.resnet4j.zoo.weights.load.WeightFile} opens any file that can
 * be read, {@link io.github.resnet4j.zoo.weights.load.Matching} compares its tensors with what a network needs, {@link
 * io.github.resnet4j.zoo.weights.load.LoadReport} says what came of it, {@link
 * io.github.resnet4j.zoo.weights.load.Fit} which network a file is of, and {@link
 * io.github.resnet4j.zoo.weights.load.GraphWeights}, alone in knowing DL4J, moves the numbers. A network is loaded as a
 * whole or not at all.
 */
package io.github.resnet4j.zoo.weights.load;
