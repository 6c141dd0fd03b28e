package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.FolderOptions;
import io.github.resnet4j.datasets.ImageFiles;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.onnx.OnnxOptions;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.onnx.CheckedExport;
import io.github.resnet4j.finetune.report.DeferredLines;
import io.github.resnet4j.finetune.report.Numbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Writes a model as an ONNX file, after ONNX Runtime has computed with it what the model computes, for random"
                    + " images and those of --compare-on.",
            "The file takes prepared images, N×C×H×W floats, and outputs logits, unless options say otherwise. It names"
                    + " its classes and its preprocessing."
        })
final class ExportCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "A model.zip, any weights file, or a published name (see `list --pretrained`).")
    private String named;

    @Parameters(index = "1", paramLabel = "OUT.onnx", description = "The file to write.")
    private Path out;

    @Mixin
    private ModelOptions model;

    @Option(
            names = "--opset",
            paramLabel = "N",
            defaultValue = "" + OnnxOptions.USUAL_OPSET,
            description = "Version of ONNX's operators, " + OnnxOptions.OLDEST_OPSET + " to " + OnnxOptions.NEWEST_OPSET
                    + ".")
    private int opset;

    @Option(
            names = "--fold-bn",
            description =
                    "Multiply batch normalisations into convolutions. Runtimes do so themselves; the file is then no"
                            + " longer one of PyTorch's names.")
    private boolean foldNorms;

    @Option(names = "--dynamic-batch", description = "Take any number of images at a time, not one.")
    private boolean anyBatch;

    @Option(
            names = "--with-preprocessing",
            description =
                    "Take RGB images as programs hold them, N×H×W×3 unsigned bytes, and normalise them. Resizing and"
                            + " cropping are left to you.")
    private boolean pixels;

    @Option(names = "--softmax", description = "Output probabilities, calibrated if the model is.")
    private boolean softmax;

    @Option(
            names = "--compare-on",
            paramLabel = "IMAGE|DIR",
            showDefaultValue = Visibility.NEVER,
            description = "Compare on this image, or on those in this folder, too; repeat for more.")
    private List<Path> compareOn = List.of();

    @Option(names = "--overwrite", description = "Replace OUT.onnx if it exists.")
    private boolean overwrite;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        requireOptions();
        List<Path> images = images();
        try (DeferredLines remarks = new DeferredLines(Terminal.view(true))) {
            SourceModel source = model.open(Optional.of(named), remarks::add);
            CheckedExport.Report report;
            try (Predictor predictor = Predictor.open(source, 1, Engine.AUTO)) {
                report = CheckedExport.write(
                        predictor,
                        new CheckedExport.Settings(opset, foldNorms, anyBatch, softmax, pixels),
                        images,
                        out);
            }
            remarks.close();
            print(source, report);
        }
        return ExitCode.OK;
    }

    private void requireOptions() {
        List<String> problems = new ArrayList<>();
        if (opset < OnnxOptions.OLDEST_OPSET || opset > OnnxOptions.NEWEST_OPSET) {
            problems.add("--opset must be between " + OnnxOptions.OLDEST_OPSET + " and " + OnnxOptions.NEWEST_OPSET
                    + ", got " + opset);
        }
        if (!String.valueOf(out.getFileName()).toLowerCase(Locale.ROOT).endsWith(".onnx")) {
            problems.add(out + ": the file to write must be called *.onnx");
        } else if (Files.exists(out) && !overwrite) {
            problems.add(out + " already exists; choose another name or give --overwrite");
        }
        compareOn.stream()
                .filter(path -> !Files.exists(path))
                .forEach(path -> problems.add("--compare-on " + ImageArguments.missing(path)));
        if (!problems.isEmpty()) {
            throw new UsageException(String.join("; ", problems));
        }
    }

    private List<Path> images() {
        List<Path> images = new ArrayList<>();
        for (Path path : compareOn) {
            if (Files.isDirectory(path)) {
                images.addAll(ImageFiles.below(path, FolderOptions.DEFAULT).files());
            } else {
                images.add(path);
            }
        }
        return images;
    }

    private void print(SourceModel source, CheckedExport.Report report) {
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("model", source.origin());
            object.put("architecture", source.card().architecture());
            object.put("out", report.file().toString());
            object.put("bytes", report.bytes());
            object.put("opset", report.opset());
            object.put("operators", report.nodes());
            object.put("input", report.input());
            object.put("inputShape", report.inputShape());
            object.put("output", report.output());
            object.put("classes", report.classes());
            object.put("onnxRuntime", report.runtime());
            object.put("imagesCompared", report.images());
            object.put("largestDeviation", report.deviation());
            object.put("allowedDeviation", CheckedExport.ALLOWED);
            object.put("sameTop1", report.sameBest());
            spec.commandLine().getOut().println(Json.text(object));
            return;
        }
        String shape = report.inputShape().stream()
                .map(size -> size == 0 ? "N" : String.valueOf(size))
                .collect(Collectors.joining("×"));
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%s: %s, opset %d, %d operators, %s; input `%s` %s, output `%s` %s×%d%n"
                                + "ONNX Runtime %s computes the same for %d images: largest deviation %.1e (allowed %.0e),"
                                + " the same top-1 for %d of them%n",
                        report.file(),
                        source.card().architecture(),
                        report.opset(),
                        report.nodes(),
                        Numbers.bytes(report.bytes()),
                        report.input(),
                        shape,
                        report.output(),
                        report.inputShape().get(0) == 0 ? "N" : "1",
                        report.classes(),
                        report.runtime(),
                        report.images(),
                        report.deviation(),
                        CheckedExport.ALLOWED,
                        report.sameBest());
    }
}
