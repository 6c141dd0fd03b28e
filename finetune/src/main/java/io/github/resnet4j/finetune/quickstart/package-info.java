/** A set of pictures that needs no download: shapes drawn with Java2D. */
package io.github.resnet4j.finetune.quickstart;
