/**
 * What runs in a task of Spark: images are read, decoded, computed and written as the rows of one part of the output. Nothing
 * here touches a class of Jackson, of which a cluster's class path has another version than resnet4j.
 */
package io.github.resnet4j.spark.internal.inference;
