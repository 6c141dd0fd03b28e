package io.github.resnet4j.engine.internal.ir;

/**
 * Where a parameter stands in DL4J's flat parameter array; its gradient stands at the same place of the flat gradient.
 *
 * @param offset first value
 * @param length number of values
 */
public record Parameter(int offset, int length) {}
