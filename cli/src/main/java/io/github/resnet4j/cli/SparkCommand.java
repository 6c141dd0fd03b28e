package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.spark.ClassPathJars;
import io.github.resnet4j.spark.Cluster;
import io.github.resnet4j.spark.ExecutorCheck;
import io.github.resnet4j.spark.ExecutorInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "spark",
        mixinStandardHelpOptions = true,
        description = {
            "The same on a Spark cluster.",
            "Without --master, on one that is started on this machine, to try it out."
        },
        subcommands = {
            SparkPredictCommand.class,
            SparkEmbedCommand.class,
            SparkEvalCommand.class,
            SparkShardCommand.class,
            SparkTrainCommand.class,
            SparkCommand.Doctor.class,
            SparkCommand.Jars.class
        })
final class SparkCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(
            name = "doctor",
            mixinStandardHelpOptions = true,
            description = {
                "Checks a cluster: asks every executor for its versions and limits, and lets it compute.",
                "Exits with 3 if one is of no use."
            })
    static final class Doctor implements Callable<Integer> {
        @Mixin
        private ClusterOptions cluster;

        @Option(names = "--json", description = "Print one JSON object for each executor.")
        private boolean json;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            List<ExecutorInfo> executors;
            try (Cluster opened = cluster.open()) {
                executors = ExecutorCheck.run(opened);
            }
            PrintWriter out = spec.commandLine().getOut();
            executors.forEach(executor -> out.println(json ? Json.text(facts(executor)) : text(executor)));
            boolean usable =
                    executors.stream().allMatch(executor -> executor.problem().isEmpty());
            if (!json && usable) {
                out.println(executors.size() == 1 ? "It computes as it should." : "All compute as they should.");
            }
            return usable ? ExitCode.OK : ExitCode.BAD_INPUT;
        }

        private static Map<String, Object> facts(ExecutorInfo executor) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("executor", executor.id());
            facts.put("host", executor.host());
            facts.put("resnet4j", executor.resnet4j());
            facts.put("spark", executor.spark());
            facts.put("java", executor.java());
            facts.put("platform", executor.platform());
            facts.put("threads", executor.threads());
            facts.put("heapLimit", executor.heapLimit());
            facts.put("nativeArraysLimit", executor.nativeArraysLimit());
            facts.put("processLimit", executor.processLimit());
            facts.put("engine", executor.engine());
            facts.put("problem", executor.problem().orElse(null));
            return facts;
        }

        private static String text(ExecutorInfo executor) {
            String facts = List.of(
                            "executor " + executor.id() + " on " + executor.host(),
                            "resnet4j " + executor.resnet4j(),
                            "Spark " + executor.spark(),
                            "Java " + executor.java(),
                            executor.platform(),
                            executor.threads() + (executor.threads() == 1 ? " thread" : " threads"),
                            "heap " + Numbers.bytes(executor.heapLimit()),
                            "native arrays " + Numbers.bytes(executor.nativeArraysLimit()),
                            "process " + Numbers.bytes(executor.processLimit()),
                            "engine " + executor.engine())
                    .stream()
                    .collect(Collectors.joining(", "));
            return facts
                    + executor.problem()
                            .map(problem -> ": UNUSABLE: " + problem)
                            .orElse(": ok");
        }
    }

    @Command(
            name = "jars",
            mixinStandardHelpOptions = true,
            description = {
                "Prints the libraries that a cluster does not have, as spark-submit --jars takes them.",
                "Its application is resnet4j-spark-app.jar: cli/target in a clone, else lib/spark."
            })
    static final class Jars implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            spec.commandLine().getOut().println(String.join(",", ClassPathJars.libraries()));
            return ExitCode.OK;
        }
    }
}
