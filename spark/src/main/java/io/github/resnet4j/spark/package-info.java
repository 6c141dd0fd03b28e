/**
 * Prediction and training on a Spark cluster. Spark itself is the cluster's: nobody gets it from here. The public packages:
 *
 * <ul>
 *   <li>{@code spark}: the cluster and what is asked of it, the check of its executors, and what they compute
 *   <li>{@code spark.train}: training by all executors together
 * </ul>
 */
package io.github.resnet4j.spark;
