/** DL4J vertices and layers that DL4J lacks. They serialise into a graph's JSON like DL4J's own. */
package io.github.resnet4j.zoo.layers;
