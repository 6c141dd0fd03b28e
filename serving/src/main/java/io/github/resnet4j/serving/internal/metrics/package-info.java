/** What the server tells of itself: figures for Prometheus, and a line for each request. */
package io.github.resnet4j.serving.internal.metrics;
