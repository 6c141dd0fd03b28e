package io.github.resnet4j.cli;

import io.github.resnet4j.spark.Cluster;
import io.github.resnet4j.spark.ClusterSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which cluster, and how much of it. */
final class ClusterOptions {
    @Spec(Target.MIXEE)
    private CommandSpec command;

    @ArgGroup(validate = false, heading = "%nThe cluster:%n")
    private Group group = new Group();

    private static final class Group {
        @Option(
                names = "--master",
                paramLabel = "URL",
                description =
                        "spark://HOST:PORT, yarn, k8s://..., or local[N] for threads in this process. Default: what"
                                + " spark-submit was given, else a cluster started on this machine.")
        private Optional<String> master = Optional.empty();

        @Option(names = "--executors", paramLabel = "N", description = "How many (default: 2).")
        private Optional<Integer> executors = Optional.empty();

        @Option(
                names = "--cores-per-executor",
                paramLabel = "N",
                description = "Of each; it computes one batch at a time on them (default: 1).")
        private Optional<Integer> cores = Optional.empty();

        @Option(
                names = "--executor-memory",
                paramLabel = "SIZE",
                description = "Java heap of each (default: 1g). Images and networks are outside of it:"
                        + " --conf spark.executor.memoryOverhead=SIZE (default: 2g).")
        private Optional<String> memory = Optional.empty();

        @Option(names = "--conf", paramLabel = "KEY=VALUE", description = "A setting of Spark's own. Repeatable.")
        private Map<String, String> conf = new LinkedHashMap<>();
    }

    /** What they ask for. */
    ClusterSpec spec() {
        positive("--executors", group.executors);
        positive("--cores-per-executor", group.cores);
        for (String key : group.conf.keySet()) {
            if (!key.startsWith("spark.")) {
                throw new ParameterException(
                        command.commandLine(), "--conf " + key + ": Spark's settings begin with spark.");
            }
        }
        return new ClusterSpec(group.master, number(group.executors), number(group.cores), group.memory, group.conf);
    }

    private void positive(String option, Optional<Integer> value) {
        if (value.orElse(1) < 1) {
            throw new ParameterException(command.commandLine(), option + " must be at least 1");
        }
    }

    private static OptionalInt number(Optional<Integer> value) {
        return value.map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    /** Connects to it, or starts it. */
    Cluster open() {
        return Cluster.open(spec());
    }
}
