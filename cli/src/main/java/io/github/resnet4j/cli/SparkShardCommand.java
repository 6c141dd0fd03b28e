package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.spark.Cluster;
import io.github.resnet4j.spark.ShardWriter;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "shard",
        mixinStandardHelpOptions = true,
        description = {
            "Packs images into tar shards in WebDataset's layout, which clusters read faster than many small files.",
            "Folders become classes: 000000.jpg has its class in 000000.cls, as the number of a line of classes.txt from 0."
                    + " index.csv says which file is which."
        })
final class SparkShardCommand implements Callable<Integer> {
    @Option(
            names = "--data",
            required = true,
            arity = "1..*",
            paramLabel = "PATH",
            description = "Image files, folders that are searched for them, and quoted patterns.")
    private List<String> data;

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "DIR",
            description = "Folder for the shards, which all machines of the cluster see.")
    private String out;

    @Option(
            names = "--shard-size",
            paramLabel = "N",
            description = "Images of a shard (default: 1000, or as many as --shard-bytes allows).")
    private Optional<Integer> images = Optional.empty();

    @Option(names = "--shard-bytes", paramLabel = "N", description = "Most bytes of a shard.")
    private Optional<Long> bytes = Optional.empty();

    @Option(
            names = "--shuffle",
            paramLabel = "SEED",
            description = "Draw the order of the images, for training (default: in the order of their paths).")
    private Optional<Long> shuffle = Optional.empty();

    @Option(names = "--overwrite", description = "Replace shards that are there.")
    private boolean overwrite;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin
    private ClusterOptions cluster;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        ShardWriter.Options options = new ShardWriter.Options(
                data,
                out,
                images.map(OptionalInt::of).orElse(OptionalInt.empty()),
                bytes.map(OptionalLong::of).orElse(OptionalLong.empty()),
                shuffle.map(OptionalLong::of).orElse(OptionalLong.empty()),
                overwrite);
        ShardWriter.Report report;
        try (Cluster connected = cluster.open()) {
            report = ShardWriter.write(
                    connected, options, remark -> Terminal.view(true).line(remark));
        }
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("out", out);
        facts.put("shards", report.shards());
        facts.put("images", report.images());
        facts.put("bytes", report.bytes());
        facts.put("classes", report.classes());
        spec.commandLine()
                .getOut()
                .println(
                        json
                                ? Json.text(facts)
                                : Numbers.count(report.images(), "image", "images") + " in "
                                        + Numbers.count(report.shards(), "shard", "shards") + ", "
                                        + Numbers.bytes(report.bytes()) + ": " + out
                                        + (report.classes() == 0
                                                ? ", without classes: all images are in one folder"
                                                : ", " + report.classes() + " classes"));
        return ExitCode.OK;
    }
}
