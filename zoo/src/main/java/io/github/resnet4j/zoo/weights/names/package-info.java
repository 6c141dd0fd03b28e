/**
 * Maps the tensor names of other libraries to the zoo's, which are torchvision's. {@code NameTable} lists the known
 * conventions, {@link io.github.resnet4j.zoo.weights.names.NameMapping} holds a user's rules, {@link
 * io.github.resnet4j.zoo.weights.names.Naming} applies both, and {@code LayerOrder} finds out which layer is which if
 * the names do not tell. Loads neither DL4J nor native code.
 */
package io.github.resnet4j.zoo.weights.names;
