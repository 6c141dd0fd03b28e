/**
 * Our own model file, {@code model.zip}: the network's card and parameters, written and read. DL4J users can open it;
 * here the network is built from the zoo by the card, and the file supplies only the numbers. A file is refused unless
 * it is what {@link io.github.resnet4j.zoo.weights.archive.ModelArchive#write} writes, in the parts that only DL4J
 * reads too.
 */
package io.github.resnet4j.zoo.weights.archive;
