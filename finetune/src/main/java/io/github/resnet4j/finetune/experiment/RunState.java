package io.github.resnet4j.finetune.experiment;

import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.finetune.config.ConfigException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.report.CsvLog;
import io.github.resnet4j.finetune.internal.report.Provenance;
import io.github.resnet4j.finetune.internal.task.Tasks;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Spread;
import io.github.resnet4j.finetune.run.TrainingRun;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * What the folder of a training holds, read without its data and without native code.
 *
 * @param stage how far it is
 * @param epochs those that are done
 * @param provenance of a complete one
 * @param dataFolder where its data was
 * @param problem why the folder cannot be this training's, if so
 */
record RunState(
        Stage stage,
        List<EpochRow> epochs,
        Optional<Provenance> provenance,
        Optional<Path> dataFolder,
        Optional<Problem> problem) {
    /**
     * Why a folder cannot be taken.
     *
     * @param text what and where
     * @param damaged whether a file of the run was damaged, so that no settings make it usable
     */
    record Problem(String text, boolean damaged) {}

    /** How far a training is. */
    enum Stage {
        MISSING("missing"),
        HALF_DONE("half-done"),
        DONE("done");

        private final String words;

        Stage(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    private static final String LOG = "log.csv";
    private static final String CONFIG = "config.yaml";
    private static final String PROVENANCE = "provenance.json";
    /** The report is written last. */
    private static final List<String> COMPLETE = List.of(LOG, CONFIG, PROVENANCE, "model.zip", "report.html");

    /** Reads the folder of a training, whichever command left it. */
    static RunState of(PlannedRun run) {
        Path folder = run.folder();
        if (Stream.of(CONFIG, LOG, "checkpoints").map(folder::resolve).noneMatch(Files::exists)) {
            return new RunState(Stage.MISSING, List.of(), Optional.empty(), Optional.empty(), Optional.empty());
        }
        try {
            return read(run);
        } catch (ConfigException e) {
            return unusable(
                    folder + ": its config.yaml cannot be read: " + e.problems().get(0));
        }
    }

    private static RunState read(PlannedRun run) {
        Path folder = run.folder();
        if (Files.notExists(folder.resolve(CONFIG))) {
            return unusable(folder + ": there is no config.yaml, so that nobody knows what was trained here");
        }
        RunConfig there = ConfigLoader.load(folder.resolve(CONFIG), List.of()).config();
        List<String> differences = run.config().differences(there);
        if (!differences.isEmpty()) {
            return unusable(folder + ": holds a run with other settings: " + String.join("; ", differences));
        }
        Path log = folder.resolve(LOG);
        List<EpochRow> epochs;
        try {
            epochs = Files.exists(log)
                    ? CsvLog.read(log, Tasks.of(run.config().task()).metrics())
                    : List.of();
        } catch (IOException e) {
            return damaged(log, e);
        }
        boolean done = COMPLETE.stream().map(folder::resolve).allMatch(Files::exists)
                && TrainingRun.isOver(run.config(), epochs)
                && epochs.get(epochs.size() - 1).evaluated();
        Optional<Provenance> provenance = Optional.empty();
        if (done) {
            try {
                provenance = Optional.of(Provenance.read(folder.resolve(PROVENANCE)));
            } catch (IOException e) {
                return damaged(folder.resolve(PROVENANCE), e);
            }
        }
        return new RunState(
                done ? Stage.DONE : Stage.HALF_DONE,
                epochs,
                provenance,
                there.data().dir(),
                Optional.empty());
    }

    /** A file that could be read, but is not what a run leaves; the disk's own failures are told as they are. */
    private static RunState damaged(Path file, IOException failure) {
        boolean ofDisk = failure.getCause() instanceof FileSystemException;
        return ofDisk
                ? unusable(FileProblem.describe(failure))
                : unusable(new Problem(file + ": empty or damaged", true));
    }

    private static RunState unusable(String problem) {
        return unusable(new Problem(problem, false));
    }

    private static RunState unusable(Problem problem) {
        return new RunState(Stage.HALF_DONE, List.of(), Optional.empty(), Optional.empty(), Optional.of(problem));
    }

    /** Seconds of the median epoch, evaluation included. */
    OptionalDouble secondsPerEpoch() {
        return Spread.median(epochs.stream()
                .mapToDouble(EpochRow::seconds)
                .filter(Double::isFinite)
                .toArray());
    }

    /** Epochs that are not done. */
    int epochsLeft(PlannedRun run) {
        return stage == Stage.DONE ? 0 : Math.max(0, run.epochs() - epochs.size());
    }
}
