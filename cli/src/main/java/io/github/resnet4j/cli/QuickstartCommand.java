package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.ShapeImages;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.run.TrainingRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "quickstart",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Shows what transfer learning gains, with nothing else needed: draws 40 images of each of six shapes, trains"
                    + " ResNet-20 on them from random weights and from weights that know CIFAR-10, and writes a report."
                    + " Takes about a minute on two cores."
        })
final class QuickstartCommand implements Callable<Integer> {
    /** The images are in the folder of results. */
    private static final KeyNames NAMES = RunOptions.names(Map.of("output.dir", "--out", "data.dir", "--out"));

    private static final String WEIGHTS = "resnet20-cifar.r4j_cifar10jpeg";
    private static final int TRAIN_PER_CLASS = 40;
    private static final int VAL_PER_CLASS = 60;
    private static final long SEED = 7;

    /** Has more time than the transfer, so that a lack of it is not why it learns less. */
    private static final String FROM_SCRATCH = """
            name: quickstart-from-scratch
            model: {name: resnet20-cifar}
            data:
              dataset: folder
              image-size: 32
              augment: [{pad-crop: {padding: 2}}, {horizontal-flip: {p: 0.5}}]
              normalize: imagenet
            train: {epochs: 20, batch-size: 32, seed: 1}
            optimizer: {type: sgd, lr: 0.05, momentum: 0.9, weight-decay: 5e-4}
            schedule: {type: one-cycle, pct-start: 0.25}
            """;
    /** The classifier first, which is new, on what the frozen rest makes of four views of each image; then everything. */
    private static final String TRANSFER = """
            name: quickstart
            model: {name: resnet20-cifar.r4j_cifar10jpeg}
            data:
              dataset: folder
              image-size: 32
              augment: [{pad-crop: {padding: 2}}, {horizontal-flip: {p: 0.5}}]
              views: 4
            train: {epochs: 15, batch-size: 32, seed: 1}
            optimizer:
              type: sgd
              lr: 0.05
              momentum: 0.9
              weight-decay: 5e-4
              groups: [{parts: [stem, layer1, layer2, layer3], thaw: 3}]
            schedule: {type: one-cycle, pct-start: 0.25}
            """;

    @Option(
            names = "--out",
            defaultValue = "runs",
            paramLabel = "DIR",
            description = "Parent folder of the run's folder.")
    private Path out;

    @Mixin
    private RunOptions run;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path images = out.resolve("quickstart").resolve("images");
        ShapeImages.write(images, TRAIN_PER_CLASS, VAL_PER_CLASS, SEED);
        PrintWriter err = spec.commandLine().getErr();
        err.println("First, to compare with, from random weights.");
        err.flush();
        TrainingRun.Summary scratch = run.trainToCompareWith(load(images, FROM_SCRATCH), NAMES, spec, true, true);
        err.printf(Locale.ROOT, "top-1 %s. Now from %s.%n", Numbers.percent(scratch.top1()), WEIGHTS);
        err.flush();
        TrainingRun.Summary summary = run.run(load(images, TRANSFER), NAMES, spec, true, true);
        predict(images, summary);
        err.printf(
                "Top-1 is %s from %s in %s, and %s from random weights in %s.%n",
                Numbers.percent(summary.top1()),
                WEIGHTS,
                Numbers.duration(summary.seconds()),
                Numbers.percent(scratch.top1()),
                Numbers.duration(scratch.seconds()));
        err.println("Open " + summary.folder().resolve("report.html").toAbsolutePath() + " in a browser.");
        err.flush();
        return ExitCode.OK;
    }

    private ConfigLoader.Loaded load(Path images, String recipe) {
        Settings settings = new Settings(spec, NAMES);
        settings.quoted("data.dir", images);
        settings.quoted("output.dir", out);
        run.addTo(settings);
        return ConfigLoader.parse(recipe, "quickstart", settings.all());
    }

    private void predict(Path images, TrainingRun.Summary summary) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String name : ShapeImages.CLASSES) {
            Path file = images.resolve("val").resolve(name).resolve(name + "-0000.png");
            files.add(file);
        }
        PrintWriter err = spec.commandLine().getErr();
        Path model = summary.folder().resolve("model.zip");
        Engine engine = summary.engine().running() == Engine.DL4J ? Engine.DL4J : Engine.AUTO;
        try (Predictor predictor = Predictor.open(model, files.size(), engine)) {
            List<float[]> decoded = files.stream()
                    .map(file -> predictor.prepare(ImageDecoder.decode(file)))
                    .toList();
            List<List<Predictor.Guess>> guesses = predictor.predict(decoded, 1);
            for (int i = 0; i < files.size(); i++) {
                Predictor.Guess guess = guesses.get(i).get(0);
                err.printf(Locale.ROOT, "%s: %s (%.1f %%)%n", files.get(i), guess.label(), 100 * guess.probability());
            }
        }
    }
}
