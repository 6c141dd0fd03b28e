/** Prediction and training on a Spark cluster. */
package io.github.resnet4j.spark;
