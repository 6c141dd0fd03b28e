package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.lesion.LesionFolder;
import io.github.resnet4j.finetune.lesion.LesionPart;
import io.github.resnet4j.finetune.lesion.LesionResult;
import io.github.resnet4j.finetune.lesion.LesionStudy;
import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.train.BatchArrays;
import io.github.resnet4j.finetune.train.StoppedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "lesion",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description =
                "Studies a trained network with parts of it removed or swapped (Veit et al. 2016): the error without"
                        + " each block, without several, with blocks in another order, the gradients along its paths, and how"
                        + " strongly its layers respond.")
final class LesionCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "MODEL",
            completionCandidates = Completion.Weights.class,
            description = "The model, as with --model.")
    private Optional<String> named;

    @Mixin
    private ModelOptions model;

    @Mixin
    private EvaluationData data;

    @Option(
            names = "--images",
            paramLabel = "N",
            description = "Measure on so many images, spread evenly over the data (default: all).")
    private Optional<Integer> limit;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PART",
            showDefaultValue = Visibility.NEVER,
            description = "Measure these parts only: ${COMPLETION-CANDIDATES} (default: all).")
    private List<LesionPart> only = new ArrayList<>();

    @Option(
            names = "--draws",
            paramLabel = "N",
            defaultValue = "5",
            description = "Random sets, orders and paths of each size.")
    private int draws;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of everything random.")
    private long seed;

    @Option(
            names = "--spare-down-sampling",
            description = "Random sets leave out the blocks that change the shape of their map.")
    private boolean spareDownSampling;

    @Option(
            names = "--beside",
            paramLabel = "FILE|NAME",
            completionCandidates = Completion.Weights.class,
            showDefaultValue = Visibility.NEVER,
            description = "Show the responses of this model's layers beside; repeatable.")
    private List<String> beside = new ArrayList<>();

    @Option(names = "--batch-size", paramLabel = "N", defaultValue = "64", description = "Images per batch.")
    private int batchSize;

    @Option(
            names = "--draw-images",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Most images for each random set and order, spread evenly over the data.")
    private int drawImages;

    @Option(
            names = "--path-images",
            paramLabel = "N",
            defaultValue = "32",
            description = "Images whose gradients are measured by path length.")
    private int pathImages;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "Folder for the results (default: runs/lesion-NAME, after the model).")
    private Optional<Path> output;

    @Option(names = "--overwrite", description = "Replace an earlier study in the folder.")
    private boolean overwrite;

    @Mixin
    private OutputOptions shown;

    @Mixin
    private EngineOption engine;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        requireAtLeastOne("--batch-size", batchSize);
        requireAtLeastOne("--draws", draws);
        requireAtLeastOne("--draw-images", drawImages);
        requireAtLeastOne("--path-images", pathImages);
        limit.ifPresent(images -> requireAtLeastOne("--images", images));
        beside.forEach(ModelOptions::requireThere);
        ProgressView view = shown.view();
        ImageDataset all = data.open();
        SourceModel source = model.open(named, view::line);
        BatchArrays.requireRoom("--batch-size", batchSize, source.card().input());
        ImageDataset labelled = data.labelled(source, all, view::line);
        ImageDataset images = limit.map(labelled::limit).orElse(labelled);
        List<SourceModel> others =
                beside.stream().map(other -> model.other(other, view::line)).toList();
        others.forEach(other -> data.labelled(other, all, remark -> {}));
        LesionFolder folder =
                new LesionFolder(output.orElseGet(() -> Path.of("runs", "lesion-" + name(source))), commandLine());
        Set<LesionPart> parts = new LinkedHashSet<>(only);
        LesionStudy.Options options = new LesionStudy.Options(
                parts,
                draws,
                seed,
                spareDownSampling,
                batchSize,
                drawImages,
                pathImages,
                engine.engine().orElse(Engine.AUTO),
                data.badImages());
        try (Stop stop = new Stop()) {
            try {
                LesionResult result = LesionStudy.run(
                        source, others, images, data.words(images), options, folder, overwrite, view, stop);
                print(result, folder);
            } catch (StoppedException e) {
                view.line(
                        Files.exists(folder.report())
                                ? "stopped; what is measured so far is in " + folder.path()
                                : "stopped before anything was measured");
                throw e;
            }
        }
        return ExitCode.OK;
    }

    private static void requireAtLeastOne(String option, int value) {
        if (value < 1) {
            throw new UsageException(option + " must be at least 1, got " + value);
        }
    }

    private List<String> commandLine() {
        List<String> words = new ArrayList<>(List.of("resnet4j"));
        words.addAll(spec.commandLine().getParseResult().originalArgs());
        return words;
    }

    /** That of a run, for its model; otherwise of the file or the published weights. */
    private static String name(SourceModel source) {
        if (!ModelRequest.isFile(source.origin())) {
            return source.origin();
        }
        Path file = Path.of(source.origin());
        String name = file.getFileName().toString();
        Path run = file.toAbsolutePath().normalize().getParent();
        return Set.of("model.zip", "last.zip").contains(name) && run.getFileName() != null
                ? run.getFileName().toString()
                : name.replaceFirst("\\.(zip|th|pth|pt|bin|h5|npz|onnx|safetensors)$", "");
    }

    private void print(LesionResult result, LesionFolder folder) {
        if (shown.json()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("model", result.model());
            object.put("network", result.network());
            object.put("folder", folder.path().toString());
            object.put("images", result.images());
            object.put("skipped", result.skipped());
            object.put("baseline", result.baseline());
            result.worst().ifPresent(worst -> {
                object.put("worst", worst.error());
                object.put("worstUnit", worst.unit());
                object.put("median", result.medianSingle());
            });
            object.put("parameters", result.parameters());
            object.put("seconds", result.seconds());
            object.put("engine", result.engine());
            spec.commandLine().getOut().println(Json.text(object));
        } else {
            spec.commandLine().getOut().printf("report: %s%n", folder.report());
        }
        spec.commandLine().getOut().flush();
    }
}
