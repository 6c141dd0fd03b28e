package io.github.resnet4j.cli;

import io.github.resnet4j.files.Suggest;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.summary.Counts;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description =
                "Lists the networks of the zoo with parameters, multiply-adds and input size, or published weights.")
final class ListCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "PATTERN",
            defaultValue = "*",
            description = "Names to show; * and ? are wildcards (default: all).")
    private String pattern;

    @Option(names = "--pretrained", description = "List published weights instead, with accuracy, size and licence.")
    private boolean pretrained;

    @Option(names = "--json", description = "Print a JSON array.")
    private boolean json;

    @Option(names = "--markdown", description = "Print a Markdown table, as in the README.")
    private boolean markdown;

    @Spec
    private CommandSpec spec;

    /** One line of the listing. */
    record Row(
            String name,
            String family,
            long parameters,
            long macs,
            List<Integer> inputSize,
            int classes,
            String paper) {
        /** A line of the README's table. */
        String markdown() {
            return String.format(
                    Locale.ROOT,
                    "| `%s` | %,d | %s | %d×%d | %d | %s |",
                    name,
                    parameters,
                    Counts.rounded(macs),
                    inputSize.get(1),
                    inputSize.get(2),
                    classes,
                    paper);
        }

        static Row of(Architecture architecture) {
            Network network = architecture.network();
            Shape in = architecture.input();
            return new Row(
                    architecture.name(),
                    architecture.family(),
                    network.parameters(),
                    network.macs(),
                    List.of(in.channels(), in.height(), in.width()),
                    architecture.classes(),
                    architecture.paper());
        }
    }

    private static List<String> names() {
        return Zoo.list().stream().map(Architecture::name).toList();
    }

    @Override
    public Integer call() {
        if (pretrained && markdown) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--markdown lists networks only; leave out --markdown or --pretrained");
        }
        if (pretrained) {
            PublishedWeights.print(spec, pattern, json);
            return ExitCode.OK;
        }
        List<Row> rows = Zoo.list(pattern).stream().map(Row::of).toList();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(rows));
        } else if (markdown) {
            out.println("| name | parameters | multiply-adds | input | classes | paper |");
            out.println("|---|---|---|---|---|---|");
            rows.forEach(row -> out.println(row.markdown()));
        } else if (rows.isEmpty()) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "no network matches \"" + pattern + "\"; "
                            + Suggest.nearest(pattern, names())
                                    .map(name -> "did you mean " + name + "? ")
                                    .orElse("")
                            + "`resnet4j list` shows all " + Zoo.list().size());
        } else {
            int width = rows.stream().mapToInt(row -> row.name().length()).max().orElseThrow();
            String line = "%-" + width + "s %-14s %14s %10s %12s %8s%n";
            out.printf(line, "NAME", "FAMILY", "PARAMETERS", "MACS", "INPUT", "CLASSES");
            for (Row row : rows) {
                List<Integer> in = row.inputSize();
                out.printf(
                        line,
                        row.name(),
                        row.family(),
                        String.format(Locale.ROOT, "%,d", row.parameters()),
                        Counts.rounded(row.macs()),
                        in.get(0) + "x" + in.get(1) + "x" + in.get(2),
                        row.classes());
            }
        }
        return ExitCode.OK;
    }
}
