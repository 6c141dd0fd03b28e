package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.transform.SampleRandom;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.report.PreviewGrid;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.run.Preview;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "preview",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description =
                "Draws augmented training images with their labels, as the network will see them, and counts the images"
                        + " of each class.")
final class PreviewCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "Override a configuration key; repeatable.")
    private List<String> overrides = new ArrayList<>();

    @Mixin
    private FolderReading reading;

    @Mixin
    private LabelsOption labels;

    @Option(
            names = {"-o", "--out"},
            defaultValue = "preview.png",
            paramLabel = "PNG",
            description = "File to draw to.")
    private Path out;

    @Option(names = "--count", paramLabel = "N", defaultValue = "48", description = "Number of images.")
    private int count;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (count < 1) {
            throw new UsageException("--count must be at least 1, got " + count);
        }
        Settings settings = new Settings(spec, RunOptions.names(ConfigOptions.KEYS));
        config.addTo(settings);
        reading.addTo(settings);
        labels.addTo(settings);
        settings.set(overrides);
        ConfigLoader.Loaded loaded = config.load(settings);
        ProgressView view = ProgressView.lines(System.err);
        Preview preview = Preview.open(loaded.config(), Fetching.options(view));
        ImageDataset train = preview.train();
        List<PreviewGrid.Tile> tiles = new ArrayList<>();
        int wanted = Math.min(count, train.size());
        for (int i = 0; i < wanted; i++) {
            int index = (int) ((long) i * train.size() / wanted);
            SampleRandom random = SampleRandom.of(loaded.config().train().seed(), 0, index);
            try {
                tiles.add(new PreviewGrid.Tile(
                        preview.pipeline().image(train.image(index), random),
                        train.classes().get(train.label(index))));
            } catch (BadDataException e) {
                if (loaded.config().data().onBadImage() == DataConfig.OnBadImage.FAIL) {
                    throw e;
                }
                view.line("skipped: " + e.getMessage());
            }
        }
        if (tiles.isEmpty()) {
            throw new BadDataException("none of the " + wanted + " selected images can be read; repair or remove them");
        }
        PreviewGrid.write(tiles, 8, out);
        print(train, preview.val());
        return ExitCode.OK;
    }

    private void print(ImageDataset train, ImageDataset val) {
        PrintWriter writer = spec.commandLine().getOut();
        long[] inTrain = train.classCounts();
        long[] inVal = val.classCounts();
        writer.printf("%-30s %10s %10s%n", "CLASS", "TRAIN", "VAL");
        for (int c = 0; c < inTrain.length; c++) {
            writer.printf("%-30s %,10d %,10d%n", train.classes().get(c), inTrain[c], inVal[c]);
        }
        writer.printf("%-30s %,10d %,10d%n", "all", train.size(), val.size());
        writer.println(out);
    }
}
