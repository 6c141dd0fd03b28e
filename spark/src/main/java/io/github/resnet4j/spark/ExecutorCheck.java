package io.github.resnet4j.spark;

import io.github.resnet4j.spark.internal.BarrierJob;
import io.github.resnet4j.spark.internal.Probe;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Asks each executor whether it can compute what the driver computes: whether it has the same classes of this library, and
 * native libraries that load and give a small network's right answer. An executor finds out once; asking again takes no time.
 */
public final class ExecutorCheck {
    private ExecutorCheck() {}

    /**
     * Makes sure that every executor is of use.
     *
     * @throws UnusableExecutorException if one is not; the message names it, and the first of its problems
     * @throws ClusterException if they cannot be asked
     */
    public static void require(Cluster cluster) {
        List<String> problems = run(cluster).stream()
                .flatMap(executor -> executor.problem().stream()
                        .map(problem -> "executor " + executor.id() + " on " + executor.host() + ": " + problem))
                .toList();
        if (!problems.isEmpty()) {
            throw new UnusableExecutorException(String.join("; ", problems));
        }
    }

    /**
     * What the executors say of themselves, in the order of their names.
     *
     * @throws UnusableExecutorException if one lacks this library
     * @throws ClusterException if they cannot be asked
     */
    public static List<ExecutorInfo> run(Cluster cluster) {
        List<TreeMap<String, String>> answers;
        try {
            answers = BarrierJob.run(cluster.context(), cluster.slots(), new Probe());
        } catch (Exception e) { // Scala throws checked exceptions without saying so
            throw failed(e);
        }
        String driver = Probe.release();
        Map<String, ExecutorInfo> byId = answers.stream()
                .map(answer -> info(answer, driver))
                .collect(Collectors.toMap(ExecutorInfo::id, info -> info, (one, other) -> one, TreeMap::new));
        return new ArrayList<>(byId.values().stream()
                .sorted(Comparator.comparing((ExecutorInfo info) -> info.id().length())
                        .thenComparing(ExecutorInfo::id))
                .toList());
    }

    static ExecutorInfo info(Map<String, String> answer, String driver) {
        String release = answer.get("resnet4j");
        Optional<String> mixed = release.equals(driver)
                ? Optional.empty()
                : Optional.of("it runs resnet4j " + release + ", the driver " + driver + ": give both the same jars");
        return new ExecutorInfo(
                answer.get("id"),
                answer.get("host"),
                release,
                answer.get("java"),
                answer.get("spark"),
                answer.getOrDefault("platform", "unknown"),
                Integer.parseInt(answer.getOrDefault("threads", "0")),
                number(answer, "heapLimit"),
                number(answer, "nativeArraysLimit"),
                number(answer, "processLimit"),
                answer.getOrDefault("engine", "none"),
                mixed.or(() -> Optional.ofNullable(answer.get("problem"))));
    }

    private static long number(Map<String, String> answer, String key) {
        return Long.parseLong(answer.getOrDefault(key, "0"));
    }

    /** An executor without this library's classes cannot even read the question. */
    static RuntimeException failed(Exception failure) {
        String all = Stream.iterate((Throwable) failure, e -> e != null, Throwable::getCause)
                .limit(20)
                .map(String::valueOf)
                .collect(Collectors.joining(" "));
        if (all.contains("ClassNotFoundException: io.github.resnet4j") || all.contains("NoClassDefFoundError")) {
            return new UnusableExecutorException(
                    "an executor has no resnet4j on its class path; hand the jars over with spark-submit --jars, or name"
                            + " them in spark.executor.extraClassPath");
        }
        if (all.contains("InvalidClassException: io.github.resnet4j")) {
            return new UnusableExecutorException(
                    "an executor has another version of resnet4j than the driver; give both the same jars");
        }
        return new ClusterException("the executors could not be asked: " + BarrierJob.reason(failure), failure);
    }
}
