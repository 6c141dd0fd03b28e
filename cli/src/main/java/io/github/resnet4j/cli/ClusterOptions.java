package io.github.resnet4j.cli;

import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.spark.Cluster;
import io.github.resnet4j.spark.ClusterSpec;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which cluster, and how much of it. */
final class ClusterOptions {
    /** Spark's own idea of it, spark.redaction.regex. */
    private static final Pattern SECRET = Pattern.compile("(?i)secret|password|token|access[.]?key");

    /** Threads of this process: one, so many, or as many as there are cores; perhaps with tries of a task. */
    private static final Pattern LOCAL = Pattern.compile("local(?:\\[(\\d{1,9}|\\*)(?:,.*)?])?");

    @Spec(Target.MIXEE)
    private CommandSpec command;

    @ArgGroup(validate = false, heading = "%nThe cluster:%n")
    private Group group = new Group();

    private static final class Group {
        @Option(
                names = "--master",
                paramLabel = "URL",
                showDefaultValue = Visibility.NEVER,
                description =
                        "spark://HOST:PORT, yarn, k8s://..., or local[N] for threads in this process. Default: what"
                                + " spark-submit was given, else a cluster started on this machine.")
        private Optional<String> master = Optional.empty();

        @Option(
                names = "--executors",
                paramLabel = "N",
                showDefaultValue = Visibility.NEVER,
                description = "How many (default: 2); not with local[N].")
        private Optional<Integer> executors = Optional.empty();

        @Option(
                names = "--cores-per-executor",
                paramLabel = "N",
                showDefaultValue = Visibility.NEVER,
                description = "Of each; it computes one batch at a time on them (default: 1).")
        private Optional<Integer> cores = Optional.empty();

        @Option(
                names = "--executor-memory",
                paramLabel = "SIZE",
                showDefaultValue = Visibility.NEVER,
                description = "Java heap of each (default: 1g). Images and networks are outside of it:"
                        + " --conf spark.executor.memoryOverhead=SIZE (default: 2g).")
        private Optional<String> memory = Optional.empty();

        @Option(
                names = "--conf",
                paramLabel = "KEY=VALUE",
                showDefaultValue = Visibility.NEVER,
                description = "A setting of Spark's own; repeatable.")
        private Map<String, String> conf = new LinkedHashMap<>();

        @Option(
                names = "--properties-file",
                paramLabel = "FILE",
                showDefaultValue = Visibility.NEVER,
                description = "Such settings, one per line; for secrets too, which everybody sees on a command line.")
        private Optional<Path> properties = Optional.empty();
    }

    /** Whether any of them is given. */
    boolean areGiven() {
        return group.master.isPresent()
                || group.executors.isPresent()
                || group.cores.isPresent()
                || group.memory.isPresent()
                || group.properties.isPresent()
                || !group.conf.isEmpty();
    }

    /** What they ask for. */
    ClusterSpec spec() {
        positive("--executors", group.executors);
        positive("--cores-per-executor", group.cores);
        group.master.ifPresent(this::requireFitting);
        for (String key : group.conf.keySet()) {
            if (!key.startsWith("spark.")) {
                throw wrong("--conf " + key + ": Spark's settings begin with spark.");
            }
            if (SECRET.matcher(key).find()) {
                throw wrong(
                        "--conf " + key + " would show it to everybody on this machine: write it into a file that only"
                                + " you can read, and use --properties-file");
            }
        }
        Map<String, String> conf = new LinkedHashMap<>();
        if (group.properties.isPresent()) {
            Properties file = new Properties();
            try (Reader reader = Files.newBufferedReader(group.properties.get())) {
                file.load(reader);
            } catch (IllegalArgumentException e) {
                throw wrong(group.properties.get() + ": " + e.getMessage());
            } catch (IOException e) {
                throw wrong("--properties-file " + FileProblem.describe(e));
            }
            file.stringPropertyNames().stream()
                    .filter(key -> key.startsWith("spark."))
                    .forEach(key -> conf.put(key, file.getProperty(key).strip()));
        }
        conf.putAll(group.conf);
        return new ClusterSpec(group.master, number(group.executors), number(group.cores), group.memory, conf);
    }

    /** Threads of this process are no executors, and a task on more of them than there are would wait for ever. */
    private void requireFitting(String master) {
        Matcher threads = LOCAL.matcher(master);
        if (!threads.matches()) {
            return;
        }
        if (group.executors.isPresent()) {
            throw wrong("--executors " + group.executors.get() + ": with --master " + master
                    + " there are none, only threads of this process; leave it out");
        }
        int cores = group.cores.orElse(1);
        String count = threads.group(1);
        if (count == null && cores > 1 || count != null && !count.equals("*") && Integer.parseInt(count) < cores) {
            throw wrong("--cores-per-executor " + cores + ": --master " + master
                    + " has fewer threads; raise one or lower" + " the other");
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    private void positive(String option, Optional<Integer> value) {
        if (value.orElse(1) < 1) {
            throw wrong(option + " must be at least 1");
        }
    }

    private static OptionalInt number(Optional<Integer> value) {
        return value.map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    /**
     * Connects to it, or starts it.
     *
     * @throws UsageException if Spark is not there
     */
    Cluster open() {
        ClusterSpec spec = spec();
        if (ClusterOptions.class.getResource("/org/apache/spark/SparkContext.class") == null) {
            throw new UsageException("Spark is not on the class path; ./resnet4j and spark-submit put it there");
        }
        if (spec.master().isEmpty() && System.getProperty("spark.master") == null) {
            int executors = spec.executors().orElse(2);
            Terminal.view(false)
                    .line("starting a cluster on this machine, of a master and "
                            + Numbers.count(executors, "executor", "executors"));
        }
        return Cluster.open(spec);
    }
}
