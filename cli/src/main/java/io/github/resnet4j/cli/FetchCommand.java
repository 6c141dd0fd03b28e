package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.finetune.model.PretrainedFetch;
import io.github.resnet4j.zoo.pretrained.Pretrained;
import io.github.resnet4j.zoo.pretrained.PretrainedWeights;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "fetch",
        mixinStandardHelpOptions = true,
        description = {
            "Downloads published weights into the cache, verifies their hash, and prints their path.",
            "An interrupted download resumes where it stopped."
        })
final class FetchCommand implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "NAME",
            completionCandidates = Completion.Weights.class,
            description = "Names that `list --pretrained` shows; an architecture's name stands for its first weights.")
    private List<String> names;

    @Option(names = "--offline", description = "Use the cache only; download nothing.")
    private boolean offline;

    @Option(names = "--json", description = "Print a JSON object for each name, one per line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** A line of {@code --json}. */
    record Fetched(String name, String file, long bytes, String licence) {}

    @Override
    public Integer call() throws IOException {
        List<PretrainedWeights> rows = names.stream().map(Pretrained::find).toList();
        DownloadOptions options = Fetching.options(Terminal.view(true)).withOffline(offline);
        PrintWriter out = spec.commandLine().getOut();
        for (PretrainedWeights row : rows) {
            Path file = PretrainedFetch.fetch(row, CacheFolder.standard(), options);
            out.println(
                    json
                            ? Json.text(new Fetched(row.name(), file.toString(), Files.size(file), row.licence()))
                            : file.toString());
            out.flush();
        }
        return ExitCode.OK;
    }
}
