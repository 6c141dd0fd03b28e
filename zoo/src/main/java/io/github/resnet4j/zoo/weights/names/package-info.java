/**
 * What tensors are called elsewhere, and in the zoo: torchvision's names. {@code NameTable} is the table of the
 * conventions that are known, {@link io.github.resnet4j.zoo.weights.names.NameMapping} are rules of the user, {@link
 * io.github.resnet4j.zoo.weights.names.Naming} applies both, and {@code LayerOrder} finds out which layer is which where
 * the names do not say it. Loads neither DL4J nor native code.
 */
package io.github.resnet4j.zoo.weights.names;
