package io.github.resnet4j.spark;

import io.github.resnet4j.finetune.UsageException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Spark's settings for what is asked of a cluster. Knows no class of Spark.
 *
 * @param master Spark's address; none if a cluster is to be started on this machine
 * @param executors how many there are to be; 1 with {@code local[N]}, where the driver is the executor
 * @param coresPerExecutor of each
 * @param values by their names
 */
record ClusterSettings(Optional<String> master, int executors, int coresPerExecutor, Map<String, String> values) {
    private static final Pattern MEMORY = Pattern.compile("(\\d+)([kmgt]?)b?", Pattern.CASE_INSENSITIVE);
    private static final Pattern LOCAL = Pattern.compile("local(?:\\[([1-9]\\d*|\\*)(?:,\\d+)?])?");
    private static final Pattern MASTER =
            Pattern.compile(LOCAL.pattern() + "|yarn|k8s://.+|spark://[^:,/]+:\\d+(?:,[^:,/]+:\\d+)*");
    private static final String OPTIONS = "spark.executor.extraJavaOptions";

    /** Of the overhead, what the JVM itself needs besides heap and arrays: classes, compiled code, threads, buffers. */
    private static final long JVM_MEGABYTES = 384;

    /** What Spark's UnifiedMemoryManager asks for. */
    private static final long LEAST_HEAP_MEGABYTES = 450;

    /**
     * The settings.
     *
     * @param given those that this program was started with, by {@code spark-submit} or {@code -D}
     * @throws UsageException if a value is wrong, or they contradict each other
     */
    static ClusterSettings of(ClusterSpec spec, Map<String, String> given) {
        Map<String, String> values = new TreeMap<>(given);
        values.putAll(spec.conf());
        Optional<String> master = spec.master().or(() -> Optional.ofNullable(values.get("spark.master")));
        if (spec.conf().getOrDefault("spark.dynamicAllocation.enabled", "false").equals("true")) {
            throw new UsageException("spark.dynamicAllocation.enabled=true: what is computed depends on the number of"
                    + " executors, so that stays the same; leave the setting out and use --executors");
        }
        // Not only a default: some clusters switch it on for everybody.
        values.put("spark.dynamicAllocation.enabled", "false");

        int cores =
                number(spec.coresPerExecutor(), values, "spark.executor.cores").orElse(1);
        OptionalInt counted = number(spec.executors(), values, "spark.executor.instances");
        OptionalInt all = number(OptionalInt.empty(), values, "spark.cores.max");
        int executors = counted.orElse(all.isPresent() ? Math.max(1, all.getAsInt() / cores) : 2);
        master.filter(url -> !MASTER.matcher(url).matches()).ifPresent(url -> {
            throw new UsageException(
                    "--master " + url + " is none of spark://HOST:PORT, yarn, k8s://https://HOST:PORT and local[N]");
        });
        if (isLocal(master)) {
            executors = 1;
            values.putIfAbsent("spark.driver.host", "127.0.0.1");
            values.putIfAbsent("spark.driver.bindAddress", "127.0.0.1");
        }
        values.put("spark.executor.instances", Integer.toString(executors));
        values.put("spark.executor.cores", Integer.toString(cores));
        values.put("spark.cores.max", Integer.toString(executors * cores));
        // One task at a time in each executor: the network's threads are the parallelism within it.
        values.putIfAbsent("spark.task.cpus", Integer.toString(cores));
        values.putIfAbsent("spark.executorEnv.OMP_NUM_THREADS", Integer.toString(cores));
        values.putIfAbsent("spark.executorEnv.OMP_WAIT_POLICY", "passive");
        values.putIfAbsent("spark.executorEnv.GOMP_SPINCOUNT", "10000");

        spec.executorMemory().ifPresent(memory -> values.put("spark.executor.memory", memory));
        values.putIfAbsent("spark.executor.memory", "1g");
        values.putIfAbsent("spark.executor.memoryOverhead", "2g");
        long heap = megabytes(values, "spark.executor.memory");
        long overhead = megabytes(values, "spark.executor.memoryOverhead");
        if (heap < LEAST_HEAP_MEGABYTES) {
            throw new UsageException("spark.executor.memory=" + values.get("spark.executor.memory")
                    + " is too little for Spark itself; set at least " + LEAST_HEAP_MEGABYTES
                    + "m (--executor-memory)");
        }
        if (overhead < 2 * JVM_MEGABYTES) {
            throw new UsageException("spark.executor.memoryOverhead=" + values.get("spark.executor.memoryOverhead")
                    + " is too little: images and networks are in native memory; set at least " + 2 * JVM_MEGABYTES
                    + "m");
        }
        String limits = "-Dorg.bytedeco.javacpp.maxbytes=" + (overhead - JVM_MEGABYTES) + "m"
                + " -Dorg.bytedeco.javacpp.maxphysicalbytes=" + (heap + overhead) + "m";
        values.merge(OPTIONS, limits, (theirs, ours) -> ours + " " + theirs);

        values.putIfAbsent("spark.app.name", "resnet4j");
        values.putIfAbsent("spark.ui.enabled", "false");
        values.putIfAbsent("spark.ui.showConsoleProgress", "false");
        // Too few slots for a job that needs all of them at once is an error after a minute, not after ten: the time it
        // takes a lost executor to come back.
        values.putIfAbsent("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "2s");
        values.putIfAbsent("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", "30");
        values.putIfAbsent("spark.scheduler.maxRegisteredResourcesWaitingTime", "120s");
        values.remove("spark.master");
        return new ClusterSettings(master, executors, cores, Map.copyOf(values));
    }

    /** Whether the driver is the only executor. */
    boolean isLocal() {
        return isLocal(master);
    }

    private static boolean isLocal(Optional<String> master) {
        return master.map(LOCAL::matcher).filter(Matcher::matches).isPresent();
    }

    private static OptionalInt number(OptionalInt asked, Map<String, String> values, String key) {
        if (asked.isPresent() || !values.containsKey(key)) {
            return asked;
        }
        try {
            return OptionalInt.of(Integer.parseInt(values.get(key)));
        } catch (NumberFormatException e) {
            throw new UsageException(key + "=" + values.get(key) + " is not a whole number");
        }
    }

    /** Spark's notation; a number without a unit is one of megabytes. */
    private static long megabytes(Map<String, String> values, String key) {
        Matcher memory = MEMORY.matcher(values.get(key).strip());
        if (!memory.matches()) {
            throw new UsageException(key + "=" + values.get(key) + " is no size of memory, such as 2g or 512m");
        }
        long number = Long.parseLong(memory.group(1));
        return switch (memory.group(2).toLowerCase(Locale.ROOT)) {
            case "k" -> number >> 10;
            case "g" -> number << 10;
            case "t" -> number << 20;
            default -> number;
        };
    }
}
