/** Networks as DL4J ComputationGraphs: the only package that knows DL4J's graph builder. */
package io.github.resnet4j.zoo.graph;
