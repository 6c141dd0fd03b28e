package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.model.Predictor;
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
            "Trains a residual network with nothing else needed: draws images of six shapes, trains ResNet-20 on them,"
                    + " classifies a few, and writes a report. Takes about two minutes on two cores."
        })
final class QuickstartCommand implements Callable<Integer> {
    /** The images are in the folder of results. */
    private static final KeyNames NAMES = RunOptions.names(Map.of("output.dir", "--out", "data.dir", "--out"));

    private static final int TRAIN_PER_CLASS = 240;
    private static final int VAL_PER_CLASS = 60;
    private static final long SEED = 7;

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
        Settings settings = new Settings(spec, NAMES);
        settings.quoted("data.dir", images);
        settings.quoted("output.dir", out);
        run.addTo(settings);
        ConfigLoader.Loaded loaded = ConfigLoader.parse(recipe(), "quickstart", settings.all());
        ShapeImages.write(images, TRAIN_PER_CLASS, VAL_PER_CLASS, SEED);
        TrainingRun.Summary summary = run.run(loaded, NAMES, spec, true, true);
        predict(images, summary);
        return ExitCode.OK;
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
        err.println("Open " + summary.folder().resolve("report.html").toAbsolutePath() + " in a browser.");
        err.flush();
    }

    private static String recipe() {
        return """
                name: quickstart
                model: {name: resnet20-cifar}
                data:
                  dataset: folder
                  image-size: %d
                  augment: [{pad-crop: {padding: 2}}, {horizontal-flip: {p: 0.5}}]
                  normalize: {mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25]}
                train: {epochs: 8, batch-size: 32, seed: 1}
                optimizer: {type: sgd, lr: 0.05, momentum: 0.9, weight-decay: 5e-4}
                schedule: {type: one-cycle, pct-start: 0.25}
                """.formatted(ShapeImages.SIZE);
    }
}
