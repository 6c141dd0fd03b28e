package io.github.resnet4j.finetune.lesion;

/**
 * A unit of a chain as a route passes through it.
 *
 * @param unit its position in the chain
 * @param removed its branch or its layer is left out
 */
record Step(int unit, boolean removed) {}
