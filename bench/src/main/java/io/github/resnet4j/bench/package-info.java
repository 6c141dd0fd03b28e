/**
 * Measures DL4J and its peers in one interleaved run. {@link io.github.resnet4j.bench.BenchmarkCommand} reads the
 * options, {@link io.github.resnet4j.bench.Conductor} conducts; each contestant, a row of {@link
 * io.github.resnet4j.bench.Who}, is a process that computes on request. The protocol between them is lines of text, see
 * {@link io.github.resnet4j.bench.Answer} and {@code bench/README.md}. A contestant in Java is a {@link
 * io.github.resnet4j.bench.JvmContestant}.
 */
package io.github.resnet4j.bench;
