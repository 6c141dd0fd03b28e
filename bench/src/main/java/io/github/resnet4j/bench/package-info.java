/**
 * Benchmarks against the peers, in one interleaved run. {@link io.github.resnet4j.bench.BenchmarkCommand} conducts,
 * each contestant is a process of its own that stays alive and computes when told; the protocol between them is lines
 * of text, described in {@code bench/README.md}.
 */
package io.github.resnet4j.bench;
