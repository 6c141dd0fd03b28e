/** Tar files as a stream: the few features that shards of images need. */
package io.github.resnet4j.spark.internal.tar;
