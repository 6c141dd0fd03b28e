package io.github.resnet4j.finetune.experiment;

import io.github.resnet4j.files.Suggest;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.ExperimentConfig;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.Measure;
import io.github.resnet4j.finetune.internal.checkpoint.RunLock;
import io.github.resnet4j.finetune.internal.report.Charts;
import io.github.resnet4j.finetune.internal.report.ExperimentPage;
import io.github.resnet4j.finetune.internal.task.Tasks;
import io.github.resnet4j.finetune.report.ExperimentReport;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.run.TrainingRun;
import io.github.resnet4j.finetune.train.DivergedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Trains what an experiment lacks, one run after the other, and writes {@code report.html}, {@code curves.png},
 * {@code results.csv} and {@code results.json} beside the runs' folders.
 *
 * <p>Every run is an ordinary one, wherever it was trained: a folder whose configuration trains the same is taken as it
 * is, resumed if it is half-done. It may end at any moment; the next time it goes on where it was.
 */
public final class Experiment {
    private final ExperimentConfig config;
    private final KeyNames names;
    private final List<PlannedRun> runs;

    /**
     * What there is to do.
     *
     * @param steps every run, in order
     * @param seconds for all that is left; NaN if that cannot be estimated
     * @param guessed whether nothing was measured yet that the estimate could be based on
     */
    public record Plan(List<Step> steps, double seconds, boolean guessed) {
        public Plan {
            steps = List.copyOf(steps);
        }
    }

    /**
     * One run of the plan.
     *
     * @param name {@code plain-56-seed1}
     * @param network its architecture
     * @param state {@code done}, {@code half-done} or {@code missing}
     * @param epochsDone of {@code epochs}
     * @param epochs in all
     * @param seconds for the rest; NaN if that cannot be estimated
     * @param folder of the run
     */
    public record Step(
            String name, String network, String state, int epochsDone, int epochs, double seconds, Path folder) {}

    /**
     * The results so far.
     *
     * @param folder they are in
     * @param report what the page shows
     * @param json the same for other programs, as in {@code results.json}
     * @param diverged runs that diverged now, with the reason
     */
    public record Outcome(
            Path folder, ExperimentReport report, Map<String, Object> json, Map<String, String> diverged) {}

    private Experiment(ExperimentConfig config, KeyNames names) {
        this.config = config;
        this.names = names;
        this.runs = PlannedRun.of(config);
    }

    /**
     * An experiment; nothing is read or written yet.
     *
     * @param names what the user writes to set a key
     * @throws UsageException if a network cannot be made as configured
     * @throws io.github.resnet4j.zoo.UnknownModelException if the zoo has no such model
     */
    public static Experiment of(ExperimentConfig config, KeyNames names) {
        config.runs().forEach(run -> Tasks.requireClassification(run.config().task(), "an experiment"));
        config.runs().forEach(TimeLeft::requireNetwork);
        return new Experiment(config, names);
    }

    /** The folder of the runs and the results. */
    public Path folder() {
        return config.output().dir().resolve(config.name());
    }

    /**
     * What there is to do, which writes nothing.
     *
     * @param only labels of the runs to train; all if empty
     * @throws UsageException if there is no such run, or if a folder holds a run with other settings
     */
    public Plan plan(Set<String> only) {
        requireLabels(only);
        Map<PlannedRun, RunState> states = states();
        TimeLeft time = new TimeLeft(states);
        List<Step> steps = chosen(only).stream()
                .map(run -> new Step(
                        run.name(),
                        run.config().model().name(),
                        states.get(run).stage().words(),
                        run.epochs() - states.get(run).epochsLeft(run),
                        run.epochs(),
                        time.of(run, states.get(run).epochsLeft(run)),
                        run.folder()))
                .toList();
        return new Plan(steps, steps.stream().mapToDouble(Step::seconds).sum(), time.guessed());
    }

    /**
     * Trains what is missing, or until {@code stop} says so, and writes the results after every run. A run that diverges
     * does not keep the others from being trained.
     *
     * @param only labels of the runs to train; all if empty
     * @param options of every run; whether it resumes follows from its folder
     * @throws UsageException as {@link #plan} does, and if a configuration does not fit its data
     * @throws io.github.resnet4j.finetune.RunLockedException if another process is at it
     * @throws io.github.resnet4j.finetune.train.StoppedException if asked to stop; the run under way is saved
     */
    public Outcome run(Set<String> only, TrainingRun.Options options, ProgressView view, BooleanSupplier stop)
            throws IOException {
        requireLabels(only);
        states();
        try (RunLock lock = RunLock.acquire(folder())) {
            Map<PlannedRun, RunState> states = states(); // once more: now nobody else changes them
            TimeLeft time = new TimeLeft(states);
            List<PlannedRun> left = new ArrayList<>(chosen(only));
            left.removeIf(run -> states.get(run).stage() == RunState.Stage.DONE);
            Map<String, String> diverged = new TreeMap<>();
            int all = runs.size();
            while (!left.isEmpty()) {
                PlannedRun run = left.remove(0);
                String which = "run " + (runs.indexOf(run) + 1) + "/" + all + " " + run.name();
                double seconds = time.of(run, states.get(run).epochsLeft(run)) + time.of(left);
                view.line(which + ", " + Numbers.count(run.epochs(), "epoch", "epochs")
                        + (Double.isNaN(seconds)
                                ? ""
                                : "; everything takes about " + Numbers.duration(seconds)
                                        + (time.guessed() ? " (a guess until an epoch is done)" : "")));
                try {
                    train(run, left, time, options, new Watched(view, which), stop);
                } catch (DivergedException e) {
                    diverged.put(run.name(), e.getMessage());
                    view.line(which + ": " + e.getMessage());
                }
                write(diverged);
            }
            removeBlocks(only, options, view, stop);
            return write(diverged);
        }
    }

    /** If claims ask for it: the errors of all trained models without their blocks. */
    private void removeBlocks(Set<String> only, TrainingRun.Options options, ProgressView view, BooleanSupplier stop)
            throws IOException {
        if (config.claims().stream().noneMatch(claim -> claim.measure() == Measure.LESION_ERROR)) {
            return;
        }
        for (PlannedRun run : chosen(only)) {
            if (RunState.of(run).stage() == RunState.Stage.DONE
                    && BlockLesions.error(run).isEmpty()) {
                view.line("removing the blocks of " + run.name() + ", one at a time");
                BlockLesions.measure(run, options, view, stop);
            }
        }
    }

    /** A view, and what the run in it is called. */
    private record Watched(ProgressView view, String run) {}

    private static void train(
            PlannedRun run,
            List<PlannedRun> left,
            TimeLeft time,
            TrainingRun.Options options,
            Watched watched,
            BooleanSupplier stop)
            throws IOException {
        int[] epochs = {run.epochs()};
        ExperimentProgress progress = new ExperimentProgress(
                watched.view(),
                watched.run(),
                (row, of) -> {
                    time.measured(run, row.seconds());
                    epochs[0] = of - row.epoch();
                },
                () -> time.of(run, epochs[0]) + time.of(left));
        TrainingRun.execute(
                new ConfigLoader.Loaded(run.config(), run.config().toYaml()),
                new TrainingRun.Options(
                        Files.exists(run.folder()),
                        false,
                        options.commandLine(),
                        options.download(),
                        options.names(),
                        options.cache()),
                progress,
                stop);
    }

    /**
     * Writes the results of what there is, which may be half-done.
     *
     * @throws UsageException if nothing is there, or if a folder holds a run with other settings
     */
    public Outcome report() throws IOException {
        boolean nothing = states().values().stream().allMatch(state -> state.stage() == RunState.Stage.MISSING);
        if (nothing) {
            throw new UsageException(folder() + ": nothing is trained yet, so there is nothing to report");
        }
        return write(Map.of());
    }

    private Outcome write(Map<String, String> diverged) throws IOException {
        ExperimentReport report = new Summary(config, states(), diverged).report();
        Files.createDirectories(folder());
        Results.write(config.name(), report, folder());
        Charts.errors(report, folder().resolve("curves.png"));
        ExperimentPage.write(report, folder().resolve("report.html")); // last: it shows that the others are there
        return new Outcome(folder(), report, Results.json(config.name(), folder(), report), diverged);
    }

    private List<PlannedRun> chosen(Set<String> only) {
        return runs.stream()
                .filter(run -> only.isEmpty() || only.contains(run.label()))
                .toList();
    }

    private void requireLabels(Set<String> only) {
        List<String> labels =
                config.runs().stream().map(ExperimentConfig.Run::label).toList();
        for (String label : only) {
            if (!labels.contains(label)) {
                throw new UsageException("the experiment has no run " + label + "; "
                        + Suggest.nearest(label, labels)
                                .map(near -> "did you mean " + near + "?")
                                .orElse("it has " + String.join(", ", labels)));
            }
        }
    }

    private Map<PlannedRun, RunState> states() {
        Map<PlannedRun, RunState> states = new LinkedHashMap<>();
        runs.forEach(run -> states.put(run, RunState.of(run)));
        List<Map.Entry<PlannedRun, RunState>> bad = states.entrySet().stream()
                .filter(state -> state.getValue().problem().isPresent())
                .toList();
        if (!bad.isEmpty()) {
            RunState.Problem first = bad.get(0).getValue().problem().orElseThrow();
            throw new UsageException(first.text()
                    + (bad.size() == 1 ? "" : " (and " + (bad.size() - 1) + " more of its folders)")
                    + (first.damaged()
                            ? "; delete the folder " + bad.get(0).getKey().folder() + ", and the run is trained again"
                            : "; give the settings that these were trained with, another folder ("
                                    + names.setting("name", "NAME") + "), or delete them"));
        }
        return states;
    }
}
