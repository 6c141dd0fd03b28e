/**
 * A network as plain data: named nodes in topological order with their shapes. Families write it, the DL4J graph, the
 * summary, the counts and the tests read it; nothing here loads DL4J or native code.
 */
package io.github.resnet4j.zoo.network;
