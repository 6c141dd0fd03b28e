/**
 * Runs graphs fast on a CPU. {@link io.github.resnet4j.engine.TrainingStep} and {@link
 * io.github.resnet4j.engine.Inference} run a graph as a compiled plan of oneDNN primitives or by DL4J's own layers, which
 * {@link io.github.resnet4j.engine.OneDnn} makes reach oneDNN. The public packages:
 *
 * <ul>
 *   <li>{@code engine}: training, inference, the optimiser, exceptions
 *   <li>{@code engine.report}: what a compiled plan consists of and where its time goes
 * </ul>
 *
 * Below {@code engine.internal} graphs are read ({@code read}) into programs ({@code ir}), which are lowered ({@code lower})
 * to calls of oneDNN ({@code onednn}) in one planned block of memory ({@code memory}).
 */
package io.github.resnet4j.engine;
