/**
 * What the engine compiles: a program of typed operations on maps, and the passes that rewrite it. Nothing here knows
 * DL4J, which {@code read} translates from, or oneDNN, which {@code lower} translates to.
 */
package io.github.resnet4j.engine.internal.ir;
