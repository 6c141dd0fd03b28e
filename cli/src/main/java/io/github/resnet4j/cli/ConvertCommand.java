package io.github.resnet4j.cli;

import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.FileMetadata;
import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.WeightWriter;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import io.github.resnet4j.zoo.weights.load.Fit;
import io.github.resnet4j.zoo.weights.load.GraphWeights;
import io.github.resnet4j.zoo.weights.load.LoadReport;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import io.github.resnet4j.zoo.weights.names.NameMapping;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "convert",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Writes weights in another format: safetensors, model.zip, or a folder of .npy files.",
            "Without --arch, --option, --map and --head, tensors are written to safetensors and .npy unchanged. With"
                    + " any of these, for those of an ONNX file that fit by its graph alone, and always for a model.zip,"
                    + " they are loaded into the network first: all of them must fit, and they get torchvision's names."
        })
final class ConvertCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "IN",
            description = "Any weights file, or a published name (see `list --pretrained`).")
    private String in;

    @Parameters(
            index = "1",
            paramLabel = "OUT",
            description = "FILE.safetensors, FILE.zip, or a new folder for .npy files.")
    private Path out;

    @Option(
            names = "--arch",
            paramLabel = "NAME",
            completionCandidates = Completion.Networks.class,
            description = "The network, a name that `list` shows (default: inferred from the weights).")
    private Optional<String> architecture;

    @Mixin
    private WeightReading reading;

    @Mixin
    private NetworkOptions network;

    /** What happens to the classifier. */
    enum Head {
        /** Keep the one in the weights. */
        KEEP,
        /** Start from random weights, for other classes. */
        NEW;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = "--head",
            paramLabel = "keep|new",
            defaultValue = "keep",
            description = "`new` replaces the classifier in IN by one with random weights for" + " --classes classes.")
    private Head head;

    @Option(names = "--classes", paramLabel = "N", description = "Number of classes of a new head.")
    private Optional<Integer> classes;

    @Option(names = "--class-names", paramLabel = "FILE", description = "Class names for a model.zip, one per line.")
    private Optional<Path> labels;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed for the random weights of a new head.")
    private long seed;

    @Option(names = "--overwrite", description = "Replace OUT if it exists.")
    private boolean overwrite;

    @Option(names = "--offline", description = "Never download anything.")
    private boolean offline;

    @Option(names = "--json", description = "Print one JSON object, including what happened to every tensor.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @ArgGroup(exclusive = false, heading = "Preprocessing to record in OUT (default: the weights' own):%n")
    private PreparationOptions preparation = new PreparationOptions();

    /** What can be written. */
    private sealed interface Target {
        /** A file of tensors. */
        record Tensors(WeightWriter writer) implements Target {}

        /** A {@code model.zip}. */
        record Archive() implements Target {}

        /** A folder of {@code .npy} files. */
        record Folder() implements Target {}

        static Target of(Path out) {
            String name = String.valueOf(out.getFileName()).toLowerCase(Locale.ROOT);
            Optional<WeightWriter> writer = WeightFile.writer(out);
            if (writer.isPresent()) {
                return new Tensors(writer.get());
            }
            if (name.endsWith(".zip")) {
                return new Archive();
            }
            if (name.indexOf('.') < 0 || Files.isDirectory(out)) {
                return new Folder();
            }
            throw new UsageException(out + ": unsupported output; name a .safetensors file, a .zip file, or a folder"
                    + " (without a dot in its name) for .npy files");
        }
    }

    @Override
    public Integer call() throws IOException {
        Target target = Target.of(out);
        if ((head == Head.NEW) != classes.isPresent()) {
            throw new UsageException("--head new and --classes N need each other; give both or neither");
        }
        if (labels.isPresent() && !(target instanceof Target.Archive)) {
            throw new UsageException(
                    "--class-names: only a model.zip stores class names; write to FILE.zip or leave out --class-names");
        }
        requireFree(target);
        ProgressView view = Terminal.view(true);
        boolean asTheyAre = !(target instanceof Target.Archive)
                && architecture.isEmpty()
                && reading.map().isEmpty()
                && network.isEmpty()
                && head == Head.KEEP
                && preparation.preparation().equals(ModelRequest.Preparation.NONE);
        boolean file = ModelRequest.isFile(in);
        Optional<StateDict> opened = asTheyAre && file && !WeightFile.isArchive(Path.of(in))
                ? Optional.of(WeightFile.open(Path.of(in), reading.set())).filter(tensors -> !needGraph(tensors))
                : Optional.empty();
        if (opened.isPresent()) {
            StateDict tensors = opened.get();
            tensors.notes().forEach(view::line);
            Map<String, String> metadata = new TreeMap<>();
            Preprocessing.of(tensors.metadata()).ifPresent(known -> metadata.putAll(known.asMetadata()));
            metadata.put("source", String.valueOf(Path.of(in).getFileName()));
            write(target, tensors, metadata);
            print(tensors.tensors().size(), tensors.count(), Optional.empty());
            return ExitCode.OK;
        }
        Optional<Path> weights = file && architecture.isPresent() ? Optional.of(Path.of(in)) : Optional.empty();
        if (!file && architecture.isPresent()) {
            throw new UsageException(in + " already determines the network; leave out --arch");
        }
        SourceModel source = SourceModel.open(
                ModelRequest.of(architecture.orElse(in))
                        .withWeights(weights)
                        .withSet(reading.set())
                        .withMap(reading.map())
                        .withLabels(labels)
                        .withHead(classes.<ModelRequest.Head>map(ModelRequest.Head.New::new)
                                .orElseGet(ModelRequest.Head.Own::new))
                        .withPreparation(preparation.preparation())
                        .withOptions(network.map()),
                Fetching.options(view).withOffline(offline),
                view::line);
        source.assumed().ifPresent(assumed -> view.line(assumed + PreparationOptions.HINT));
        OneDnn.enable();
        SourceModel.Loaded loaded = source.load(NetworkGraph.Options.seeded(seed));
        ModelCard card = source.card();
        StateDict tensors = GraphWeights.stateDict(loaded.graph(), card.network());
        if (target instanceof Target.Archive) {
            ModelArchive.write(out, card, loaded.graph());
        } else {
            Map<String, String> metadata = new TreeMap<>(FileMetadata.of(card));
            metadata.put("format", "pt"); // what Python's readers look for
            write(target, tensors, metadata);
        }
        print(tensors.tensors().size(), tensors.count(), loaded.report());
        return ExitCode.OK;
    }

    /** Whether they fit a network only by the graph they come with, which none of the files that are written has. */
    private static boolean needGraph(StateDict tensors) {
        return !tensors.graph().isEmpty() && fitAny(tensors) && !fitAny(tensors.with(tensors.tensors()));
    }

    private static boolean fitAny(StateDict tensors) {
        return Fit.ranked(tensors, NameMapping.NONE).stream().anyMatch(Fit::complete);
    }

    private void requireFree(Target target) {
        if (Files.exists(out) && !emptyFolder(out) && !(overwrite && !(target instanceof Target.Folder))) {
            throw new UsageException(out + " already exists; choose another name"
                    + (target instanceof Target.Folder ? "" : " or give --overwrite"));
        }
    }

    private static boolean emptyFolder(Path folder) {
        String[] inside = folder.toFile().list();
        return inside != null && inside.length == 0;
    }

    private void write(Target target, StateDict tensors, Map<String, String> metadata) throws IOException {
        if (target instanceof Target.Tensors file) {
            file.writer().write(out, tensors.tensors(), metadata);
        } else {
            WeightFile.writeNpyFolder(out, tensors);
        }
    }

    private void print(int tensors, long values, Optional<LoadReport> report) {
        PrintWriter printer = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("in", in);
            object.put("out", out.toString());
            object.put("tensors", tensors);
            object.put("values", values);
            report.ifPresent(known -> object.put("report", known));
            printer.println(Json.text(object));
        } else {
            // The notes were told when the file was opened.
            report.ifPresent(known -> printer.println(known.withoutNotes().text()));
            printer.printf(Locale.ROOT, "%s: %,d tensors, %,d values%n", out, tensors, values);
        }
    }
}
