package io.github.resnet4j.spark;

import java.util.Optional;

/**
 * An executor, as it sees itself.
 *
 * @param id Spark's name of it
 * @param host where it runs
 * @param resnet4j the version of this library there, and a checksum of its classes
 * @param java version there
 * @param spark version there, and Scala's
 * @param platform operating system and processor, as its native libraries are named: {@code linux-x86_64}
 * @param threads of each operation of ND4J
 * @param heapLimit most bytes of Java objects
 * @param nativeArraysLimit most bytes of native arrays
 * @param processLimit most bytes of the process before native arrays are refused; 0 for no limit
 * @param engine what computes: {@code onednn}, or {@code dl4j} where oneDNN has no library for the platform
 * @param problem why it is of no use; nothing if it is
 */
public record ExecutorInfo(
        String id,
        String host,
        String resnet4j,
        String java,
        String spark,
        String platform,
        int threads,
        long heapLimit,
        long nativeArraysLimit,
        long processLimit,
        String engine,
        Optional<String> problem) {}
