/** Models in memory: their queues, their golden answers, and how a changed file takes the place of the one before. */
package io.github.resnet4j.serving.internal.model;
