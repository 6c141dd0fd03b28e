/** Benchmarks against the peers, in one interleaved run. */
package io.github.resnet4j.bench;
