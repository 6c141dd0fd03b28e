package io.github.resnet4j.spark;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is asked of a cluster. What is left open is as {@code spark-submit} has it, if that started this program, or else
 * as in {@link #LOCAL}.
 *
 * @param master Spark's address of it, such as {@code spark://host:7077}, {@code yarn} or {@code local[2]}
 * @param executors how many; what is computed on them may depend on their number, so it stays the same
 * @param coresPerExecutor each executor runs one task at a time, on so many cores
 * @param executorMemory the Java heap of each, as Spark writes it: {@code 2g}. Native memory is {@code spark.executor.memoryOverhead}.
 * @param conf Spark's own settings by name; they win over what is derived from the others
 */
public record ClusterSpec(
        Optional<String> master,
        OptionalInt executors,
        OptionalInt coresPerExecutor,
        Optional<String> executorMemory,
        Map<String, String> conf) {
    /** A cluster on this machine, started for this program: two executors of one core and 1 GB of heap each. */
    public static final ClusterSpec LOCAL =
            new ClusterSpec(Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), Map.of());

    /**
     * Checks what needs no cluster.
     *
     * @throws IllegalArgumentException if a number is not positive
     */
    public ClusterSpec {
        if (executors.orElse(1) < 1 || coresPerExecutor.orElse(1) < 1) {
            throw new IllegalArgumentException("a cluster needs at least one executor and one core for each");
        }
        conf = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(conf));
    }

    /** The same on another master. */
    public ClusterSpec withMaster(String url) {
        return new ClusterSpec(Optional.of(url), executors, coresPerExecutor, executorMemory, conf);
    }

    /** The same with so many executors. */
    public ClusterSpec withExecutors(int count) {
        return new ClusterSpec(master, OptionalInt.of(count), coresPerExecutor, executorMemory, conf);
    }
}
