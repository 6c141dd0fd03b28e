/** DataVec record readers over this module's data sets, for DL4J's stock iterators. */
package io.github.resnet4j.datasets.records;
