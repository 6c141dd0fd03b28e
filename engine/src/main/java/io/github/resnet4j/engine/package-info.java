/**
 * Runs graphs fast on a CPU. {@link io.github.resnet4j.engine.TrainingStep} and {@link
 * io.github.resnet4j.engine.Inference} run a graph as a compiled plan of oneDNN primitives or with DL4J's own layers.
 * {@link io.github.resnet4j.engine.OneDnn} lets those layers use oneDNN, too.
 */
package io.github.resnet4j.engine;
