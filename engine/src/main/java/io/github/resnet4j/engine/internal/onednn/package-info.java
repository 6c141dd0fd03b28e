/**
 * oneDNN's C functions as a few typed objects: layouts, primitive descriptors, primitives with their arguments. Nothing
 * here knows networks. Every native object belongs to a {@link io.github.resnet4j.engine.internal.onednn.Scope}.
 */
package io.github.resnet4j.engine.internal.onednn;
