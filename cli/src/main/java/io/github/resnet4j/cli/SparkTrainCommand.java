package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.run.TrainingCluster;
import io.github.resnet4j.spark.Cluster;
import io.github.resnet4j.spark.ExecutorCheck;
import io.github.resnet4j.spark.train.Agreement;
import io.github.resnet4j.spark.train.RunCopy;
import io.github.resnet4j.spark.train.SimulatedCluster;
import io.github.resnet4j.spark.train.SparkTraining;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Trains a network from a configuration file on all executors together.",
            "train.batch-size is the batch of all of them: each has an equal share of it. The training images must lie under"
                    + " the same path on every machine; checkpoints and report are written where this command runs."
        })
final class SparkTrainCommand implements Callable<Integer> {
    private static final KeyNames NAMES = RunOptions.names(ConfigOptions.KEYS);

    @Mixin
    private ConfigOptions config;

    @Mixin
    private LabelsOption labels;

    @Mixin
    private RunOptions run;

    @Mixin
    private StartOptions start;

    @Option(
            names = "--average-every",
            paramLabel = "STEPS",
            defaultValue = "1",
            description =
                    "1: sum the gradients of every step over all executors, which then never differ. More: each takes"
                            + " steps of its own, and all parameters are averaged every so many steps (local SGD), which a slow"
                            + " network needs and which costs some accuracy.")
    private int every;

    @Option(
            names = "--exchange",
            paramLabel = "HOW",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description =
                    "ring: from executor to executor, over connections of their own. driver: by Spark alone, to the"
                            + " driver and back, a job for every average. Default: ring for --average-every below 8, else driver.")
    private Optional<Agreement.Exchange> exchange = Optional.empty();

    @Option(
            names = "--simulate",
            paramLabel = "N",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description =
                    "Compute in this process, without Spark, what N executors would, to the bit: to see what their"
                            + " number and --average-every do to the accuracy.")
    private Optional<Integer> simulate = Optional.empty();

    @Option(
            names = "--copy-to",
            paramLabel = "FOLDER",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description =
                    "With every checkpoint, copy the run's folder into this one of any of Hadoop's file systems, such as"
                            + " hdfs://HOST/runs. With --resume, go on from there if it is further.")
    private Optional<String> copyTo = Optional.empty();

    @Mixin
    private ClusterOptions cluster;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (every < 1) {
            throw new UsageException("--average-every must be at least 1, got " + every);
        }
        if (simulate.orElse(1) < 1) {
            throw new UsageException("--simulate must be at least 1, got " + simulate.orElseThrow());
        }
        if (simulate.isPresent() && cluster.areGiven()) {
            throw new UsageException(
                    "--simulate computes in this process, without a cluster; leave it out, or the options of"
                            + " the cluster");
        }
        if (simulate.isPresent() && copyTo.isPresent()) {
            throw new UsageException("--copy-to needs Spark, which --simulate does without; leave one of them out");
        }
        Agreement agreement = exchange.map(how -> new Agreement(every, how)).orElseGet(() -> Agreement.every(every));
        Settings settings = new Settings(spec, NAMES);
        config.addTo(settings);
        labels.addTo(settings);
        run.addTo(settings);
        ConfigLoader.Loaded loaded = config.load(settings);
        if (simulate.isPresent()) {
            try (SimulatedCluster simulated = new SimulatedCluster(simulate.get(), agreement)) {
                train(loaded, simulated);
            }
            return ExitCode.OK;
        }
        ProgressView view = run.view();
        try (Cluster opened = cluster.open()) {
            ExecutorCheck.require(opened);
            Optional<RunCopy> copy =
                    copyTo.map(folder -> RunCopy.in(folder, loaded.config().name(), opened));
            if (copy.isPresent() && run.resumes()) {
                Path folder =
                        loaded.config().output().dir().resolve(loaded.config().name());
                copy.get().fetch(folder).ifPresent(view::line);
            } else if (copy.isPresent()) {
                copy.get().begin(start.overwrite());
            }
            train(loaded, new SparkTraining(opened, opened.slots(), agreement, copy, view::line));
        }
        return ExitCode.OK;
    }

    private void train(ConfigLoader.Loaded loaded, TrainingCluster together) throws IOException {
        run.run(loaded, NAMES, spec, start.overwrite(), start.offline(), together);
    }
}
