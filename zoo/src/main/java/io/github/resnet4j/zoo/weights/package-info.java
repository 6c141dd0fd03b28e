/**
 * Weight files, independent of their format. A {@link io.github.resnet4j.zoo.weights.StateDict} has names and {@link
 * io.github.resnet4j.zoo.weights.Tensor}s; each format is a package ({@code safetensors}, {@code torch}, {@code keras},
 * {@code npz}, {@code onnx}, {@code archive}), which knows this one and no other format; {@code names} maps names, {@code load} brings a state
 * dict into a network.
 *
 * <p>Every file is untrusted. Nothing in it is executed and no class is loaded by a name from it; every size is checked
 * before memory is taken; whatever is wrong ends in a {@link io.github.resnet4j.zoo.weights.BadWeightsException} that
 * says what, where, and what to do. Nothing here loads DL4J or native code, except {@code archive} and {@code load}.
 */
package io.github.resnet4j.zoo.weights;
