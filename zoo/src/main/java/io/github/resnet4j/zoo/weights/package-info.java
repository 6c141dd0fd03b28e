/**
 * Models on disk: {@code model.zip} with its card, written and read. A file is untrusted until it is read: nothing in it
 * is executed, every size is checked before memory is taken for it.
 */
package io.github.resnet4j.zoo.weights;
