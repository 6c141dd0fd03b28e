/** Synchronous data-parallel training and local SGD, as {@link io.github.resnet4j.finetune.run.TrainingCluster}s. */
package io.github.resnet4j.spark.train;
