/**
 * Our own model file, {@code model.zip}: the network's card and parameters, written and read. DL4J users can open it;
 * here the network is built from the zoo by the card, and the file gives nothing but numbers.
 */
package io.github.resnet4j.zoo.weights.archive;
