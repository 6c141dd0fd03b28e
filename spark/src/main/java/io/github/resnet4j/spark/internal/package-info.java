/** The JVMs of a cluster on this machine, and what executors are asked about themselves. */
package io.github.resnet4j.spark.internal;
