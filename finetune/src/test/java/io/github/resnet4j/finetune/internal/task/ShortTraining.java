package io.github.resnet4j.finetune.internal.task;

import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.Setting;
import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.model.TaskModel;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.run.TrainingRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Trains as the command {@code train} does, without downloads, and opens the models. */
public final class ShortTraining {
    private static final DownloadOptions OFFLINE = DownloadOptions.standard().withOffline(true);

    private final Path cache;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    public ShortTraining(Path cache) {
        this.cache = cache;
    }

    public TrainingRun.Summary run(String yaml, String... overrides) throws IOException {
        ConfigLoader.Loaded config = ConfigLoader.parse(
                yaml, "short.yaml", Stream.of(overrides).map(Setting::set).toList());
        TrainingRun.Options options = new TrainingRun.Options(
                false, true, List.of("resnet4j", "train"), OFFLINE, KeyNames.NONE, new CacheFolder(cache));
        ProgressView view = ProgressView.lines(new PrintStream(said, true, StandardCharsets.UTF_8));
        return TrainingRun.execute(config, options, view, () -> false);
    }

    /** The lines of all runs. */
    public String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    public static SourceModel source(TrainingRun.Summary run) {
        return SourceModel.open(
                ModelRequest.of(run.folder().resolve("model.zip").toString()), OFFLINE, remark -> {});
    }

    public static TaskModel model(TrainingRun.Summary run) {
        return TaskModel.of(source(run), Engine.AUTO).orElseThrow();
    }
}
