/**
 * Runs graphs fast on a CPU. {@link io.github.resnet4j.engine.TrainingStep} and {@link
 * io.github.resnet4j.engine.Inference} run a graph as a compiled plan of oneDNN primitives or by DL4J's own layers, which
 * {@link io.github.resnet4j.engine.OneDnn} makes reach oneDNN.
 */
package io.github.resnet4j.engine;
