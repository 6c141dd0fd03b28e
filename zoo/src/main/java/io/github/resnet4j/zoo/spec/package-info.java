/** Architectures as values: stem, stages, block, shortcut. A row of a family's table is one of these. */
package io.github.resnet4j.zoo.spec;
