/**
 * Residual networks as tables: the registry of architectures and what a user asks of it. The public packages:
 *
 * <ul>
 *   <li>{@code zoo}: the registry
 *   <li>{@code zoo.family}: one file for each family, a table of its architectures
 *   <li>{@code zoo.network}: networks as plain data
 *   <li>{@code zoo.body}: networks without their heads, and feature pyramids
 *   <li>{@code zoo.graph}: DL4J graphs of networks
 *   <li>{@code zoo.layers}: layers and vertices that DL4J does not have; their names are in saved models
 *   <li>{@code zoo.summary}: tables of layers, counts of parameters and multiply-adds
 *   <li>{@code zoo.pretrained}: published weights
 *   <li>{@code zoo.weights}: tensors by name, and what can be wrong with a file of them
 *   <li>{@code zoo.weights.load}: weight files of every format, and how they get into a graph
 *   <li>{@code zoo.weights.names}: how other libraries name the same tensors
 *   <li>{@code zoo.weights.archive}: {@code model.zip}: a graph with everything needed to use it
 * </ul>
 *
 * The formats of weight files are below {@code zoo.internal}.
 */
package io.github.resnet4j.zoo;
