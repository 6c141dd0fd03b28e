/**
 * From a weight file to a network and back. {@link io.github.resnet4j.zoo.weights.load.WeightFile} opens any supported
 * file, {@link io.github.resnet4j.zoo.weights.load.Matching} compares its tensors with what a network needs, {@link
 * io.github.resnet4j.zoo.weights.load.LoadReport} reports the result, {@link io.github.resnet4j.zoo.weights.load.Fit}
 * tells which network a file belongs to, and {@link io.github.resnet4j.zoo.weights.load.GraphWeights}, the only one
 * that knows DL4J, moves the numbers. A network is loaded as a whole or not at all.
 */
package io.github.resnet4j.zoo.weights.load;
