/** Writes tar shards: the tasks, and the folder they fill. */
package io.github.resnet4j.spark.internal.shards;
