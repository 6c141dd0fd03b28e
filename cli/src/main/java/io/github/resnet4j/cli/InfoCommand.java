package io.github.resnet4j.cli;

import io.github.resnet4j.engine.report.PlanReport;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.pretrained.ModelName;
import io.github.resnet4j.zoo.pretrained.Pretrained;
import io.github.resnet4j.zoo.pretrained.PretrainedWeights;
import io.github.resnet4j.zoo.summary.NetworkSummary;
import io.github.resnet4j.zoo.summary.SummaryOptions;
import io.github.resnet4j.zoo.weights.names.NameMapping;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "info",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Shows a network layer by layer, with shapes, parameters and multiply-adds by stage; or the details of"
                    + " published weights; or the tensors in a weights file."
        })
final class InfoCommand implements Callable<Integer> {
    private static final List<String> NETWORK_OPTIONS =
            List.of("--classes", "--size", "--channels", "--freeze", "--stages", "--plan");
    private static final List<String> FILE_OPTIONS = List.of("--arch", "--map", "--ema");
    private static final List<String> PLAN_OPTIONS = List.of("--train", "--batch-size");

    @Parameters(
            paramLabel = "MODEL|FILE",
            completionCandidates = Completion.Networks.class,
            description = "A name that `list` or `list --pretrained` shows, or a weights file.")
    private String model;

    @Option(names = "--classes", description = "Number of classes (default: as published).")
    private Optional<Integer> classes;

    @Option(names = "--size", description = "Height and width of the input (default: as published).")
    private Optional<Integer> size;

    @Option(names = "--channels", description = "Channels of the input (default: as published).")
    private Optional<Integer> channels;

    @Mixin
    private NetworkOptions options;

    @Option(
            names = "--freeze",
            paramLabel = "PART",
            description = "Mark everything up to this stage, block or layer as frozen.")
    private Optional<String> freeze;

    @Option(
            names = "--arch",
            paramLabel = "NAME",
            completionCandidates = Completion.Networks.class,
            description = "For a file: show how each of its tensors would load into this network.")
    private Optional<String> into;

    @Mixin
    private WeightReading reading;

    @Option(names = "--stages", description = "Show stages only, not every layer.")
    private boolean stagesOnly;

    @Option(
            names = "--plan",
            description =
                    "Compile the network and show what the oneDNN engine runs: every step with its layouts and bytes.")
    private boolean plan;

    @Option(names = "--train", description = "With --plan: compile for training (default: for inference).")
    private boolean training;

    @Option(names = "--batch-size", defaultValue = "1", description = "With --plan: images per batch.")
    private int batchSize;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** One layer. */
    record Layer(String name, String stage, String op, List<Integer> output, long parameters, long macs) {
        static Layer of(Node node) {
            Shape out = node.out();
            return new Layer(
                    node.name(),
                    node.stage(),
                    node.op().toString(),
                    List.of(out.channels(), out.height(), out.width()),
                    node.parameters(),
                    node.macs());
        }
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        boolean file = ModelRequest.isFile(model);
        boolean weights = !file && ModelName.parse(model).tag().isPresent();
        refuse(file || weights, model + " is not an architecture", NETWORK_OPTIONS);
        refuse(!file, model + " is not a weights file", FILE_OPTIONS);
        refuse(weights, model + " is not an architecture", List.of("--option"));
        refuse(file && into.isEmpty(), "without --arch, no network is built", List.of("--option"));
        refuse(!plan, "without --plan, nothing is compiled", PLAN_OPTIONS);
        refuse(plan, "--plan shows every step", List.of("--stages"));
        if (batchSize < 1) {
            throw new UsageException("--batch-size must be at least 1, got " + batchSize);
        }
        if (file) {
            WeightFileInfo info = WeightFileInfo.of(
                    Path.of(model),
                    reading.set(),
                    into.map(Zoo::find),
                    options.map(),
                    reading.map().map(NameMapping::read).orElse(NameMapping.NONE));
            out.println(json ? Json.text(info.object()) : info.text().stripTrailing());
            return ExitCode.OK;
        }
        if (weights) {
            PretrainedWeights row = Pretrained.find(model);
            out.println(
                    json
                            ? Json.text(PublishedWeights.object(row))
                            : PublishedWeights.text(row).stripTrailing());
            return ExitCode.OK;
        }
        Architecture architecture = Zoo.find(model);
        Network network;
        try {
            Shape published = architecture.input();
            Shape input = new Shape(
                    channels.orElse(published.channels()),
                    size.orElse(published.height()),
                    size.orElse(published.width()));
            architecture = architecture.with(options.map());
            network = architecture.network(input, classes.orElse(architecture.classes()));
            freeze.ifPresent(network::upTo);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        if (plan) {
            PlanReport report = CompiledPlan.report(network, freeze, batchSize, training);
            out.println(json ? Json.text(report) : report.toString().stripTrailing());
        } else {
            out.println(json ? Json.text(describe(architecture, network)) : text(architecture, network));
        }
        return ExitCode.OK;
    }

    /** Refuses options that would have no effect. */
    private void refuse(boolean here, String why, List<String> useless) {
        useless.stream()
                .filter(option -> here && spec.commandLine().getParseResult().hasMatchedOption(option))
                .findFirst()
                .ifPresent(option -> {
                    throw new ParameterException(spec.commandLine(), why + "; leave out " + option);
                });
    }

    private String text(Architecture architecture, Network network) {
        SummaryOptions shown = stagesOnly ? SummaryOptions.STAGES : SummaryOptions.LAYERS;
        if (freeze.isPresent()) {
            shown = shown.frozenUpTo(freeze.get());
        }
        return NetworkSummary.text(network, shown).stripTrailing()
                + System.lineSeparator()
                + options(architecture)
                + architecture.paper();
    }

    private static String options(Architecture architecture) {
        Map<String, String> own = architecture.spec().options();
        return own.isEmpty() ? "" : "options: " + written(own) + System.lineSeparator();
    }

    /** Options as users write them: {@code shortcut=b, stride-on=middle-3x3}. */
    static String written(Map<String, String> options) {
        return options.entrySet().stream()
                .map(option -> option.getKey() + "=" + option.getValue())
                .collect(Collectors.joining(", "));
    }

    private static Map<String, Object> describe(Architecture architecture, Network network) {
        Map<String, Object> object = new LinkedHashMap<>();
        Shape in = network.input();
        object.put("name", network.name());
        object.put("family", architecture.family());
        object.put("paper", architecture.paper());
        object.put("options", architecture.spec().options());
        object.put("inputSize", List.of(in.channels(), in.height(), in.width()));
        object.put("classes", network.classes());
        object.put("parameters", network.parameters());
        object.put("batchNormStatistics", network.statistics());
        object.put("dl4jParameters", network.parameters() + network.statistics());
        object.put("macs", network.macs());
        object.put("layers", network.nodes().stream().map(Layer::of).toList());
        return object;
    }
}
