/**
 * Translates DL4J graphs into programs. {@code Layers}, {@code Vertices}, {@code Preprocessors} and {@code Activations}
 * are tables with one row for each class of DL4J's that the engine knows; what has no row is an obstacle.
 */
package io.github.resnet4j.engine.internal.read;
