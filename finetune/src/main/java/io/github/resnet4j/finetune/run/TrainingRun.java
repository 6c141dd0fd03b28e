package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.engine.Backend;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.ModelConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.config.Setting;
import io.github.resnet4j.finetune.internal.checkpoint.Checkpoints;
import io.github.resnet4j.finetune.internal.checkpoint.RunLock;
import io.github.resnet4j.finetune.internal.checkpoint.Snapshot;
import io.github.resnet4j.finetune.internal.report.CsvLog;
import io.github.resnet4j.finetune.internal.report.EventLog;
import io.github.resnet4j.finetune.internal.report.ExecutorLog;
import io.github.resnet4j.finetune.internal.report.RunOutcome;
import io.github.resnet4j.finetune.internal.task.OpenTask;
import io.github.resnet4j.finetune.internal.task.Task;
import io.github.resnet4j.finetune.internal.task.Tasks;
import io.github.resnet4j.finetune.recipe.Choice;
import io.github.resnet4j.finetune.report.DeferredLines;
import io.github.resnet4j.finetune.report.EngineUse;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.train.BatchArrays;
import io.github.resnet4j.finetune.train.EpochProgress;
import io.github.resnet4j.finetune.train.LearningRate;
import io.github.resnet4j.finetune.train.Measured;
import io.github.resnet4j.finetune.train.Objective;
import io.github.resnet4j.finetune.train.Position;
import io.github.resnet4j.finetune.train.Steps;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.finetune.train.Trainer;
import io.github.resnet4j.finetune.train.TrainingSteps;
import io.github.resnet4j.finetune.train.WeightAverage;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Trains a network from a configuration and writes the run's folder: {@code config.yaml}, {@code provenance.json},
 * {@code log.csv}, TensorBoard's {@code events.out.tfevents.resnet4j}, {@code curves.png}, {@code confusion.png},
 * {@code report.html}, {@code report.json}, {@code MODEL_CARD.md}, {@code checkpoints/}, {@code model.zip} (the model of the
 * best epoch, {@link EpochRow#betterThan}) and {@code last.zip} (the last epoch's).
 */
public final class TrainingRun {
    private static final String REPORT = "report.html";

    private final FinetuneRecipe recipe;
    private ConfigLoader.Loaded loaded;
    private RunConfig config;
    private List<Choice> choices;
    private final Options options;
    private final ProgressView view;
    private final BooleanSupplier stop;
    private final Task task;
    private final Optional<TrainingCluster> cluster;
    private final Path folder;
    private final Patience patience;
    private final Instant started = Instant.now();
    private final long startNanos = System.nanoTime();
    private List<RunOutcome> others;
    private BestModel best;
    private List<EpochRow> rows;
    private Checkpoints checkpoints;
    private RunRecorder recorder;
    /** Whether there is a checkpoint, of this process or of the one before. */
    private boolean saved;

    /**
     * How to start.
     *
     * @param resume resume from the newest valid checkpoint in the run's folder
     * @param overwrite replace an earlier run in the folder
     * @param commandLine for the provenance
     * @param download how to download data if the configuration names no folder
     * @param names what the user writes to set a key of the configuration
     * @param cache where the values of frozen parts are kept
     * @param beside folders of complete runs that the report compares this one with
     */
    public record Options(
            boolean resume,
            boolean overwrite,
            List<String> commandLine,
            DownloadOptions download,
            KeyNames names,
            CacheFolder cache,
            List<Path> beside) {
        public Options {
            commandLine = List.copyOf(commandLine);
            beside = List.copyOf(beside);
        }

        /** Beside no other runs. */
        public Options(
                boolean resume,
                boolean overwrite,
                List<String> commandLine,
                DownloadOptions download,
                KeyNames names,
                CacheFolder cache) {
            this(resume, overwrite, commandLine, download, names, cache, List.of());
        }
    }

    /**
     * The result of a run.
     *
     * @param name of the run
     * @param folder of its results
     * @param samples what it was evaluated on: {@code images}, {@code sounds}
     * @param trainingSamples what its speed counts: these, or {@code patches} of them
     * @param alreadyComplete whether there was nothing left to do for a run to resume. It is then left as it is; figures,
     *     loss and speed are those in its log
     * @param metrics what the task measures of {@code model.zip} on the validation images, in its order
     * @param loss its mean loss over the validation images
     * @param images validation images evaluated; if already complete, all there are
     * @param epochs trained in all
     * @param stoppedEarly whether these are fewer than configured, as {@code train.patience} was at its end
     * @param iterations trained in all, with those before a resumption
     * @param seconds this process took
     * @param imagesPerSecond training images per second of training, in this process
     * @param dataWaitShare share of the training time spent waiting for data, in this process
     * @param parameters trained values of the network
     * @param engine what trained
     * @param model the epoch whose model is {@code model.zip}: the best. Runs of earlier versions have the last epoch's there
     * @param last the last epoch, whose model is {@code last.zip}
     */
    public record Summary(
            String name,
            Path folder,
            String samples,
            String trainingSamples,
            boolean alreadyComplete,
            Map<Metric, Double> metrics,
            double loss,
            long images,
            int epochs,
            boolean stoppedEarly,
            long iterations,
            double seconds,
            double imagesPerSecond,
            double dataWaitShare,
            long parameters,
            EngineUse engine,
            EpochRow model,
            EpochRow last) {
        /** Share of the validation images that {@code model.zip} classifies correctly; NaN if it is no classifier. */
        public double top1() {
            return metrics.getOrDefault(Metric.TOP1, Double.NaN);
        }
    }

    private TrainingRun(
            FinetuneRecipe recipe,
            Options options,
            ProgressView view,
            BooleanSupplier stop,
            Optional<Task> task,
            Optional<TrainingCluster> cluster) {
        this.cluster = cluster;
        this.recipe = recipe;
        this.loaded = recipe.loaded();
        this.config = loaded.config();
        this.task = task.orElseGet(() -> Tasks.of(config.task()));
        this.choices = recipe.choices();
        this.options = options;
        this.view = view;
        this.stop = stop;
        this.folder = config.output().dir().resolve(config.name());
        this.patience = Patience.of(config);
    }

    /**
     * Trains to the end, or until {@code stop} says so.
     *
     * @throws UsageException if the configuration does not fit the data, the model or the run's folder
     * @throws IOException if the run's folder cannot be written
     */
    public static Summary execute(ConfigLoader.Loaded loaded, Options options, ProgressView view, BooleanSupplier stop)
            throws IOException {
        return execute(FinetuneRecipe.of(loaded), options, view, stop);
    }

    /** The same by a recipe, whose choices the run's report shows. */
    public static Summary execute(FinetuneRecipe recipe, Options options, ProgressView view, BooleanSupplier stop)
            throws IOException {
        return new TrainingRun(recipe, options, view, stop, Optional.empty(), Optional.empty()).execute();
    }

    /**
     * The same with the steps taken by a cluster. With one replica, the outcome is that of a run without, to the bit.
     *
     * @throws UsageException also if a batch has fewer images than there are replicas
     */
    public static Summary execute(
            FinetuneRecipe recipe, Options options, ProgressView view, BooleanSupplier stop, TrainingCluster cluster)
            throws IOException {
        return new TrainingRun(recipe, options, view, stop, Optional.empty(), Optional.of(cluster)).execute();
    }

    /** The same for a task that knows more than its configuration: the accuracy of a run that holds nothing out. */
    static Summary execute(
            ConfigLoader.Loaded loaded, Options options, ProgressView view, BooleanSupplier stop, Task task)
            throws IOException {
        return new TrainingRun(FinetuneRecipe.of(loaded), options, view, stop, Optional.of(task), Optional.empty())
                .execute();
    }

    /** Whether a run with this log has no epoch left to train. */
    public static boolean isOver(RunConfig config, List<EpochRow> log) {
        return !log.isEmpty()
                        && log.get(log.size() - 1).epoch() >= config.train().epochs()
                || Patience.of(config).isExhausted(log);
    }

    private Summary execute() throws IOException {
        RunFolder.requirePossible(folder, options.names());
        others = RunOutcome.read(options.beside());
        try (DeferredLines remarks = new DeferredLines(view)) {
            recipe.remarks().forEach(remarks::add);
            ResolvedRun resolved = recipe.resolved()
                    .map(opened -> opened.at(config, remarks::add))
                    .orElseGet(() -> ResolvedRun.open(task, config, options.download(), options.names(), remarks::add));
            config = resolved.config();
            loaded = new ConfigLoader.Loaded(config, config.toYaml());
            BatchArrays.requireRoom(
                    options.names().of("train.batch-size"),
                    config.train().batchSize(),
                    resolved.network().input());
            RunChecks checks = new RunChecks(config, options.names());
            cluster.ifPresent(others -> checks.requireImagesForAll(others.replicas()));
            checks.requireStatistics(resolved, remarks::add);
            checks.requireSameImages(resolved.inputs().val(), others);
            checks.remarkOnPatience(remarks::add);
            resolved.inputs().check(config, options.names(), remarks::add);
            // Only the lock's holder may judge what is in the folder, and nothing there is touched before the run is
            // sure to begin.
            try (RunLock lock = RunLock.acquire(folder)) {
                RunFolder.requireFree(folder, options.resume(), options.overwrite(), options.names());
                OneDnn.enable();
                return load(resolved.inputs(), PreparedRun.of(resolved, config), remarks);
            } catch (StoppedException e) {
                throw saved ? e : new StoppedException(false);
            }
        }
    }

    private <E extends Measured> Summary load(OpenTask<E> inputs, PreparedRun start, DeferredLines remarks)
            throws IOException {
        card(start, 1); // not after an epoch: it can be refused
        Map<String, String> identity = Identity.of(config, start);
        Optional<Snapshot> resumed = options.resume() ? newest(identity, remarks) : Optional.empty();
        saved = resumed.isPresent();
        if (resumed.isPresent()) {
            List<String> changes = Identity.changes(resumed.get().identity(), identity, config.schedule());
            Optional<Summary> complete = complete(start, resumed.get());
            if (complete.isPresent()) {
                changes.forEach(change -> remarks.add("without effect on a complete run: " + change));
                return complete.get();
            }
            changes.forEach(remarks::add);
        }
        resumed.ifPresent(snapshot -> start.graph()
                .params()
                .data()
                .asNioFloat()
                .put(snapshot.parameters().duplicate()));
        LoaderOptions training = Loading.training(config, start.resolved());
        LoaderOptions evaluating = Loading.evaluating(config);
        FrozenFeatures features = new FrozenFeatures(
                start,
                config,
                training,
                evaluating,
                FrozenFeatures.cache(config.data(), options.cache().features()),
                options.names(),
                view,
                stop);
        try (BatchLoader trainData = inputs.trainLoader(training);
                BatchLoader valData = inputs.valLoader(evaluating)) {
            new RunChecks(config, options.names()).requireReadable(List.of(trainData, valData), stop);
            return load(inputs, start, identity, resumed, PhaseData.images(trainData, valData), features, remarks);
        }
    }

    /** Of the model after an epoch. */
    private ModelCard card(PreparedRun start, int epoch) {
        return start.card(config, Map.of(BestModel.EPOCH, String.valueOf(epoch)));
    }

    private <E extends Measured> Summary load(
            OpenTask<E> inputs,
            PreparedRun start,
            Map<String, String> identity,
            Optional<Snapshot> resumed,
            PhaseData images,
            FrozenFeatures features,
            DeferredLines remarks)
            throws IOException {
        int perEpoch = config.train().step().steps(images.train().batchesPerEpoch());
        Position from = resumed.isPresent() ? beginning(resumed.get(), perEpoch) : Position.START;
        List<Phase> phases = new ArrayList<>(Phase.of(config));
        config.optimizer().groups().stream()
                .filter(group -> group.thaw().orElse(0) >= config.train().epochs())
                .forEach(group -> remarks.add(String.join(", ", group.parts()) + " would thaw after epoch "
                        + group.thaw().orElseThrow() + ", but the run has "
                        + Numbers.count(config.train().epochs(), "epoch", "epochs") + ": it stays frozen"));
        for (Phase phase : phases) {
            Rules.of(config, start.network(), phase, perEpoch); // before anything is computed or deleted
        }
        while (phases.size() > 1 && phases.get(0).until() <= from.epoch()) {
            phases.remove(0);
        }
        // What a frozen part makes of the images is kept for the loaders here; replicas compute it.
        Optional<FrozenFeatures> kept = cluster.isPresent() ? Optional.empty() : Optional.of(features);
        try (Trainee trainee = new Trainee(start, config, phases.get(0), images, kept)) {
            if (options.overwrite() && !options.resume()) {
                RunFolder.clear(folder);
            }
            EngineUse engine = trainee.engines().use();
            if (resumed.isPresent()) {
                Snapshot snapshot = resumed.get();
                restore(snapshot, trainee.state());
                engine = Identity.engine(snapshot.identity()).map(engine::after).orElse(engine);
                remarks.add(where(from)
                        + (engine.mixed() ? "; the engines of this run, in order: " + engine.history() : ""));
            }
            cluster.ifPresent(others -> remarks.add("trained on " + others.how()));
            remarks.after(engine.words() + ": " + describe(start, perEpoch));
            EpochProgress done = resumed.map(Snapshot::progress)
                    .filter(progress -> from.batch() > 0)
                    .orElse(EpochProgress.NONE);
            Objective<E> objective = inputs.objective(config);
            Optional<E> last =
                    train(objective, start, perEpoch, trainee, phases, from, done, Identity.with(identity, engine));
            return finish(inputs, objective, start, trainee, last, engine);
        }
    }

    private void restore(Snapshot snapshot, Map<String, FloatBuffer> state) {
        if (!snapshot.state().keySet().equals(state.keySet())) {
            throw new UsageException(folder + ": the checkpoint holds "
                    + String.join(", ", snapshot.state().keySet()) + ", but this run needs "
                    + String.join(", ", state.keySet()) + "; start over with --overwrite, or in an empty folder");
        }
        state.forEach((name, values) -> values.put(snapshot.state().get(name).duplicate()));
    }

    /** @throws UsageException if the newest checkpoint is of another run, or of one that was longer */
    private Optional<Snapshot> newest(Map<String, String> identity, DeferredLines remarks) {
        Optional<Snapshot> newest = checkpoints().newestValid(remarks::add);
        newest.ifPresentOrElse(
                snapshot -> {
                    requireEpochsLeft(snapshot.position());
                    Identity.requireSame(snapshot.identity(), identity);
                },
                () -> remarks.add("no valid checkpoint in " + folder + ": starting from the beginning"));
        return newest;
    }

    private void requireEpochsLeft(Position saved) {
        if (saved.epoch() >= config.train().epochs() && saved.batch() > 0
                || saved.epoch() > config.train().epochs()) {
            throw new UsageException(options.names().of("train.epochs") + " is "
                    + config.train().epochs()
                    + ", but the checkpoint is from epoch "
                    + (saved.epoch() + (saved.batch() > 0 ? 1 : 0)) + "; set at least as many, or start over with"
                    + " --overwrite");
        }
    }

    /** Where a saved run resumes: an epoch that the log shows as evaluated after the save is complete. */
    private Position beginning(Snapshot snapshot, int perEpoch) throws IOException {
        Position saved = snapshot.position();
        Path log = folder.resolve("log.csv");
        if (saved.batch() < perEpoch || Files.notExists(log)) {
            return saved;
        }
        int epoch = saved.epoch() + 1;
        boolean evaluated = read(log).stream().anyMatch(row -> row.epoch() == epoch && row.evaluated());
        return evaluated ? new Position(saved.iteration(), epoch, 0) : saved;
    }

    private String where(Position at) throws IOException {
        Path log = folder.resolve("log.csv");
        boolean over = at.epoch() >= config.train().epochs()
                || at.batch() == 0 && Files.exists(log) && patience.isExhausted(read(log));
        return !over
                ? "resumed at iteration " + at.iteration() + " (epoch " + (at.epoch() + 1) + ")"
                : "resumed after the last epoch, " + at.epoch() + ": only the results are missing";
    }

    /** The results of a run that has nothing left to do: its report, which is written last, is there. */
    private Optional<Summary> complete(PreparedRun start, Snapshot snapshot) throws IOException {
        Path log = folder.resolve("log.csv");
        Stream<String> needed =
                Stream.concat(Stream.of("log.csv", BestModel.FILE, REPORT), start.inputs().answersFile().stream());
        if (!needed.map(folder::resolve).allMatch(Files::exists)) {
            return Optional.empty();
        }
        List<EpochRow> logged = read(log);
        return Optional.of(logged)
                .filter(rows -> isOver(config, rows))
                .map(rows -> rows.get(rows.size() - 1))
                .filter(last -> last.evaluated()
                        && last.iterations() == snapshot.position().iteration())
                .map(last -> {
                    EpochRow model =
                            BestModel.of(folder.resolve(BestModel.FILE), logged).orElse(last);
                    return new Summary(
                            config.name(),
                            folder,
                            task.samples(),
                            task.trainingSamples(),
                            true,
                            model.validation(),
                            model.valLoss(),
                            start.inputs().val().size(),
                            last.epoch(),
                            last.epoch() < config.train().epochs(),
                            last.iterations(),
                            (System.nanoTime() - startNanos) / 1e9,
                            last.imagesPerSecond(),
                            last.dataWaitShare(),
                            start.network().parameters(),
                            Identity.engine(snapshot.identity())
                                    .map(EngineUse::of)
                                    .orElse(new EngineUse(config.engine(), Optional.empty())),
                            model,
                            last);
                });
    }

    private Checkpoints checkpoints() {
        if (checkpoints == null) {
            checkpoints = new Checkpoints(
                    folder.resolve("checkpoints"), config.train().monitoring().keepCheckpoints());
        }
        return checkpoints;
    }

    /** @return the last epoch's evaluation, if it is of this process */
    private <E extends Measured> Optional<E> train(
            Objective<E> objective,
            PreparedRun start,
            int perEpoch,
            Trainee trainee,
            List<Phase> phases,
            Position from,
            EpochProgress done,
            Map<String, String> identity)
            throws IOException {
        Files.deleteIfExists(folder.resolve(REPORT)); // of a shorter run; there is one once this run is complete
        AtomicFile.write(folder.resolve("config.yaml"), loaded.resolvedYaml());
        keepChoices();
        LearningRate rate =
                new LearningRate(config.schedule(), config.lr(), config.train().epochs(), perEpoch);
        Path file = folder.resolve("log.csv");
        try (CsvLog log = from.iteration() == 0
                ? CsvLog.create(file, task.metrics())
                : CsvLog.resume(file, from.epoch() + 1, task.metrics())) {
            rows = new ArrayList<>(read(file));
            best = new BestModel(folder, trainee::graph, epoch -> card(start, epoch), rows);
            EventLog events = EventLog.create(folder, rows, RunRecorder.now());
            ExecutorLog executors = cluster.isPresent() ? new ExecutorLog(folder, from.iteration() == 0) : null;
            cluster.ifPresent(others -> others.begin(assignment(start)));
            recorder = new RunRecorder(
                    config,
                    start,
                    objective::metrics,
                    perEpoch,
                    (position, progress) -> {
                        checkpoints()
                                .save(new Snapshot(
                                        position,
                                        progress,
                                        trainee.graph().params().data().asNioFloat(),
                                        trainee.state(),
                                        identity));
                        saved = true;
                        keepElsewhere();
                    },
                    rows,
                    best,
                    log,
                    events,
                    view,
                    stop);
            Position position = from;
            EpochProgress progress = done;
            Optional<E> last = Optional.empty();
            for (Phase phase : phases) {
                if (phase != phases.get(0)) {
                    thaw(phases.get(phases.indexOf(phase) - 1), phase, trainee);
                }
                Trainer<E> trainer = trainer(objective, perEpoch, executors, trainee, rate);
                // What is begun is trained to its end, also where an earlier end has been asked for since.
                while (position.epoch() < phase.until() && (position.batch() > 0 || !patience.isExhausted(rows))) {
                    int until = position.epoch() + 1;
                    last = trainer.run(position, progress, until);
                    position = new Position((long) until * perEpoch, until, 0);
                    progress = EpochProgress.NONE;
                }
            }
            if (position.epoch() < config.train().epochs()) {
                view.line(patience.words(rows, config.train().epochs()));
            }
            return last;
        } finally {
            view.end();
        }
    }

    /** The run's folder has the reasons, too; a run that is resumed gets them from there. */
    private void keepChoices() throws IOException {
        if (!choices.isEmpty()) {
            ChoicesFile.write(folder, choices);
        } else if (options.resume()) {
            choices = ChoicesFile.read(folder, config, view::line);
        }
    }

    private void thaw(Phase before, Phase phase, Trainee trainee) {
        trainee.enter(phase);
        Set<String> thawed = new TreeSet<>(before.frozen());
        thawed.removeAll(phase.frozen());
        view.line("from epoch " + (phase.from() + 1) + " on, " + String.join(", ", thawed)
                + (thawed.size() == 1 ? " is" : " are") + " trained, too");
    }

    /** Has the cluster copy the run's folder. */
    private void keepElsewhere() {
        cluster.ifPresent(others -> {
            try {
                others.saved(folder);
            } catch (IOException e) {
                view.line("the run's folder was not copied: " + e.getMessage() + " (training continues)");
            }
        });
    }

    /** What replicas need to build the same network and to find the same images. */
    private TrainingCluster.Assignment assignment(PreparedRun start) {
        List<Setting> settings = new ArrayList<>();
        settings.add(Setting.text("model.name", start.architecture().name()));
        for (String key : List.of("weights", "map", "channel-order")) {
            settings.add(Setting.set("model." + key + "=null"));
        }
        settings.add(Setting.set("model.ema=false"));
        settings.addAll(ModelConfig.settings(start.architecture().spec().options()));
        if (task.preparesImages()) {
            settings.add(
                    Setting.set("data.image-size=" + start.network().input().height()));
        }
        // Elsewhere, another folder is the working directory.
        config.data().dir().ifPresent(dir -> settings.add(Setting.text("data.dir", dir.toAbsolutePath())));
        config.data().labels().ifPresent(csv -> settings.add(Setting.text("data.labels", csv.toAbsolutePath())));
        RunConfig own = ConfigLoader.parse(loaded.resolvedYaml(), "config.yaml", settings)
                .config();
        return new TrainingCluster.Assignment(
                own.toYaml(),
                start.network().name(),
                start.network().parameters(),
                start.inputs().train().fingerprint(),
                options.download().offline());
    }

    private <E extends Measured> Trainer<E> trainer(
            Objective<E> objective, int perEpoch, ExecutorLog executors, Trainee trainee, LearningRate rate) {
        PhaseData data = trainee.data(); // first: it may replace the engines
        Steps steps = cluster.<Steps>map(
                        others -> new ClusterSteps(others, trainee, config, perEpoch, executors, view, stop))
                .orElseGet(() -> new TrainingSteps(
                        trainee.engines().training(), data.train(), config.train(), objective, trainee.average()));
        return new Trainer<>(
                steps,
                trainee.average(),
                trainee.engines().inference(),
                data.val(),
                rate,
                config.train(),
                objective,
                recorder,
                stop);
    }

    private <E extends Measured> Summary finish(
            OpenTask<E> inputs,
            Objective<E> objective,
            PreparedRun start,
            Trainee trainee,
            Optional<E> evaluated,
            EngineUse engine)
            throws IOException {
        Network network = start.network();
        EpochRow last = rows.get(rows.size() - 1);
        trainee.average().ifPresent(WeightAverage::swap);
        ModelArchive.write(folder.resolve(RunFolder.LAST_MODEL), card(start, last.epoch()), trainee.graph());
        best.offer(last); // again, if it could not be kept, or what was has gone
        EpochRow model = best.row().orElseThrow();
        Optional<E> ofLast = evaluated;
        if (inputs.answersFile().isPresent()) {
            if (ofLast.isEmpty()) {
                ofLast = Optional.of(evaluate(inputs, objective, trainee, RunFolder.LAST_MODEL));
            }
            inputs.writeAnswers(folder.resolve(inputs.answersFile().get()), ofLast.get());
        }
        E result;
        if (inputs.known().isPresent()) {
            result = inputs.known().get();
        } else if (model.equals(last) && ofLast.isPresent()) {
            result = ofLast.get();
        } else {
            result = evaluate(inputs, objective, trainee, BestModel.FILE);
        }
        Summary summary = new Summary(
                config.name(),
                folder,
                task.samples(),
                task.trainingSamples(),
                false,
                result.metrics(),
                result.loss(),
                result.images(),
                last.epoch(),
                last.epoch() < config.train().epochs(),
                last.iterations(),
                (System.nanoTime() - startNanos) / 1e9,
                recorder.imagesPerSecond(),
                recorder.dataWaitShare(),
                network.parameters(),
                engine,
                model,
                last);
        view.begin("writing the report", 1);
        try {
            new RunReporter(
                            loaded,
                            start,
                            started,
                            options.commandLine(),
                            Backend.inspect(),
                            List.copyOf(trainee.skipped()),
                            others,
                            choices)
                    .write(inputs, folder, summary, result, rows, view, stop);
        } finally {
            view.end();
        }
        keepElsewhere();
        return summary;
    }

    /** What a model makes of the validation samples. The trainee has its parameters from here on. */
    private <E extends Measured> E evaluate(OpenTask<E> inputs, Objective<E> objective, Trainee trainee, String model) {
        trainee.take(folder.resolve(model));
        view.begin("evaluating " + model, inputs.val().size());
        try {
            return objective.evaluate(
                    trainee.engines().inference(),
                    trainee.data().val(),
                    model,
                    done -> view.step(done, Double.NaN, Double.NaN, Double.NaN, Double.NaN),
                    stop);
        } finally {
            view.end();
        }
    }

    private List<EpochRow> read(Path log) throws IOException {
        return CsvLog.read(log, task.metrics());
    }

    private String describe(PreparedRun start, int perEpoch) {
        Network network = start.network();
        return String.format(
                Locale.ROOT,
                "%s, %,d parameters%s, input %s; %s: %,d training%s and %,d validation %s%s; %s of %s",
                network.name(),
                network.parameters(),
                config.model().freeze().isEmpty() ? "" : " (frozen " + Phase.frozenForGood(config.model()) + ")",
                network.input(),
                start.inputs().how(),
                start.inputs().train().size(),
                task.trainingSamples().equals(task.samples()) ? "" : " " + task.trainingSamples(),
                start.inputs().val().size(),
                task.samples(),
                start.inputs().train().classes().isEmpty()
                        ? ""
                        : " of " + start.inputs().train().classSummary(),
                Numbers.count(config.train().epochs(), "epoch", "epochs"),
                Numbers.count(perEpoch, "iteration", "iterations"));
    }
}
