/** Residual networks as tables: the registry of architectures and what a user asks of it. */
package io.github.resnet4j.zoo;
