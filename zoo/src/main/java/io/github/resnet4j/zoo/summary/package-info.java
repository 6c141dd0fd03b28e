/** Networks as text for people: the layers with their shapes and costs. Loads neither DL4J nor native code. */
package io.github.resnet4j.zoo.summary;
