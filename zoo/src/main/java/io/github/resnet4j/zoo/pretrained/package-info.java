/**
 * The registry of pretrained weights: which files others have published for the architectures of the zoo, where they
 * are, how to verify them, under which licence, and how to prepare images for them. It is only a table: it loads
 * neither DL4J nor native code, and fetches nothing.
 *
 * <p>Weights are named {@code ARCHITECTURE.TAG}, {@code resnet50.tv_in1k}: the tag says who trained them, how, and on what,
 * as in timm. The first tag of an architecture is its default.
 */
package io.github.resnet4j.zoo.pretrained;
