/**
 * Runs graphs fast on a CPU. {@link io.github.resnet4j.engine.TrainingStep} and {@link
 * io.github.resnet4j.engine.Inference} run a graph as a compiled plan of oneDNN primitives or with DL4J's own layers.
 * {@link io.github.resnet4j.engine.OneDnn} lets those layers use oneDNN, too. The public packages:
 *
 * <ul>
 *   <li>{@code engine}: training, inference, the optimiser, exceptions
 *   <li>{@code engine.onnx}: graphs as ONNX models
 *   <li>{@code engine.report}: what a compiled plan consists of and where its time goes
 * </ul>
 *
 * <p>Below {@code engine.internal}, graphs are read ({@code read}) into programs ({@code ir}), which are lowered ({@code
 * lower}) to oneDNN calls ({@code onednn}) in one planned block of memory ({@code memory}).
 */
package io.github.resnet4j.engine;
