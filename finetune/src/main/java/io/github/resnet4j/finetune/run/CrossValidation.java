package io.github.resnet4j.finetune.run;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.Folds;
import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.ImageFolder;
import io.github.resnet4j.datasets.ImageFolders;
import io.github.resnet4j.datasets.LabelFile;
import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.DatasetKind;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.checkpoint.RunLock;
import io.github.resnet4j.finetune.internal.report.CsvLog;
import io.github.resnet4j.finetune.internal.task.Tasks;
import io.github.resnet4j.finetune.internal.task.classification.Classification;
import io.github.resnet4j.finetune.internal.task.classification.CrossValidated;
import io.github.resnet4j.finetune.internal.task.classification.HeldOutAnswers;
import io.github.resnet4j.finetune.quality.Interval;
import io.github.resnet4j.finetune.quality.LabelErrors;
import io.github.resnet4j.finetune.quality.NearDuplicates;
import io.github.resnet4j.finetune.quality.Temperature;
import io.github.resnet4j.finetune.report.Confusion;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.report.Spread;
import io.github.resnet4j.finetune.train.Evaluation;
import io.github.resnet4j.finetune.train.StoppedException;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Cross-validation: trains as often as there are folds, each time on all of them but one, which it is measured on; and that several
 * times with other seeds, if wanted. Equal and nearly equal images are never in two folds.
 *
 * <p>Every training is an ordinary run in a folder of its own, {@code fold-1}, {@code fold-2}, … and from the second repetition on
 * {@code repeat-2-fold-1}, …; what is done is not done again. A repetition has a seed of its own, the next after the one before, that
 * decides everything: the folds (as scikit-learn's {@code RepeatedStratifiedKFold} does), initial weights, order and augmentation.
 * So the deviation tells how much a result depends on chance of any kind. Without folds, repetitions are {@code repeat-1},
 * {@code repeat-2}, …, each with its own part of the images held out, unless these have a validation part.
 *
 * <p>Figures are those after the last epoch, whatever the best one was, since that would be chosen by the very images it is measured
 * on. With folds, {@code final} is a model that is trained in the same way on all images, to be used: its accuracy is expected to be
 * that of the folds' models, which know fewer images. Its temperature and its report are from their answers.
 */
public final class CrossValidation {
    private static final String FINAL = "final";
    private static final int MOST_SUSPECTS = 48;

    private final RunConfig config;
    private final Plan plan;
    private final TrainingRun.Options options;
    private final ProgressView view;
    private final BooleanSupplier stop;
    private final Path folder;
    private final List<Trial> trials = new ArrayList<>();
    private int[] groups;

    /**
     * How often to train.
     *
     * @param folds at least 2; 1 for none
     * @param repeats at least 1
     */
    public record Plan(int folds, int repeats) {
        /** Throws {@link IllegalArgumentException} for numbers out of range, and for a single training. */
        public Plan {
            if (folds < 1 || repeats < 1 || folds == 1 && repeats == 1) {
                throw new IllegalArgumentException("at least 2 folds or repetitions are needed");
            }
        }

        /** {@code 5-fold cross-validation, 3 times}. */
        public String words() {
            return folds == 1
                    ? repeats + " repetitions"
                    : folds + "-fold cross-validation" + (repeats > 1 ? ", " + repeats + " times" : "");
        }
    }

    /**
     * One training.
     *
     * @param name of its folder
     * @param top1 share of its validation images that are recognised after the last epoch
     * @param loss mean cross-entropy over them
     * @param images that it was measured on
     * @param seconds of all epochs
     */
    public record Trial(
            String name,
            int repeat,
            int fold,
            long seed,
            double top1,
            double loss,
            long images,
            double seconds,
            int epochs) {}

    /**
     * What all trainings together tell.
     *
     * @param folder of the results
     * @param top1 over the trainings; the mean is over all their validation images
     * @param top1Interval of 95 % for new images (Wilson 1927), from the images of one repetition
     * @param loss over the trainings
     * @param lossInterval of 95 % for new images; absent without folds
     * @param seconds over the trainings
     * @param images that were measured in a repetition
     * @param labels to check, with folds: what models that did not know an image say of its label
     * @param learnt whether the folds' models are better than guessing, and not by luck; if not, what they say of labels is
     *     worth nothing
     * @param model what was trained on all images; absent without folds
     */
    public record Outcome(
            String name,
            Path folder,
            Plan plan,
            List<Trial> trials,
            Spread top1,
            Interval top1Interval,
            Spread loss,
            Optional<Interval> lossInterval,
            Spread seconds,
            long images,
            List<Suspect> labels,
            boolean learnt,
            Optional<TrainingRun.Summary> model) {
        public Outcome {
            trials = List.copyOf(trials);
            labels = List.copyOf(labels);
        }

        /** The same for other programs, as in {@code report.json}. */
        public Map<String, Object> json() {
            return CrossValidationReport.json(this);
        }
    }

    /**
     * A label to check.
     *
     * @param file as in {@code folds.csv}
     * @param labelProbability what models that had not seen the image give its label
     * @param probability what they give their suggestion
     */
    public record Suspect(String file, String label, String suggested, double labelProbability, double probability) {}

    private CrossValidation(
            RunConfig config, Plan plan, TrainingRun.Options options, ProgressView view, BooleanSupplier stop) {
        this.config = config;
        this.plan = plan;
        this.options = options;
        this.view = view;
        this.stop = stop;
        this.folder = config.output().dir().resolve(config.name());
    }

    /**
     * Trains what is missing, or until {@code stop} says so, and writes {@code report.html}, {@code report.json} and, with folds,
     * {@code labels-to-check.csv} into the folder of the configuration's name.
     *
     * @param options of every run; with {@code resume}, those that are done or begun are gone on with
     * @throws UsageException if configuration, data and folder do not fit each other
     * @throws BadDataException if the images cannot be used or divided
     * @throws io.github.resnet4j.finetune.RunLockedException if another process is at it
     * @throws StoppedException if asked to stop; the run under way is saved
     */
    public static Outcome execute(
            ConfigLoader.Loaded loaded, Plan plan, TrainingRun.Options options, ProgressView view, BooleanSupplier stop)
            throws IOException {
        return new CrossValidation(loaded.config(), plan, options, view, stop).execute();
    }

    private Outcome execute() throws IOException {
        Tasks.requireClassification(config.task(), "a cross-validation");
        if (plan.folds() > 1
                && (config.data().dataset() != DatasetKind.FOLDER
                        || config.data().fold().isPresent())) {
            throw new UsageException("folds are made of folders of images or of a file of labels, not of "
                    + (config.data().fold().isPresent() ? "one of the folds of such a file" : "this data set"));
        }
        RunFolder.requirePossible(folder, options.names());
        try (RunLock lock = RunLock.acquire(folder)) {
            requireFree();
            AtomicFile.write(folder.resolve("config.yaml"), config.toYaml()); // --resume goes on with what was chosen
            List<LabelFile> files = new ArrayList<>();
            for (int repeat = 1; repeat <= plan.repeats(); repeat++) {
                long seed = config.train().seed() + repeat - 1;
                Optional<Path> csv = plan.folds() == 1
                        ? Optional.empty()
                        : Optional.of(folder.resolve(repeat == 1 ? "folds.csv" : "folds-" + repeat + ".csv"));
                if (csv.isPresent()) {
                    files.add(folds(csv.get(), seed));
                }
                for (int fold = 1; fold <= plan.folds(); fold++) {
                    train(repeat, fold, seed, csv);
                }
            }
            return sumUp(files);
        }
    }

    private void requireFree() throws IOException {
        if (Files.exists(folder.resolve("log.csv"))) {
            throw new UsageException(folder + " holds an ordinary run: choose another name ("
                    + options.names().setting("name", "NAME") + ")");
        }
        List<Path> own = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (var entries = Files.list(folder)) {
                entries.filter(
                                entry -> entry.getFileName()
                                        .toString()
                                        .matches(
                                                "(repeat-\\d+-)?fold-\\d+|repeat-\\d+|final|folds(-\\d+)?\\.csv|config\\.yaml|report\\.(html|json)"))
                        .forEach(own::add);
            }
        }
        if (!own.isEmpty() && !options.resume() && !options.overwrite()) {
            throw new UsageException(folder + " holds an earlier cross-validation: go on with it (--resume), replace it"
                    + " (--overwrite) or choose another name ("
                    + options.names().setting("name", "NAME") + ")");
        }
        if (options.overwrite() && !options.resume()) {
            for (Path file : own) {
                if (Files.isRegularFile(file)) {
                    Files.delete(file);
                }
            }
        }
    }

    /** The folder that paths in files of labels are relative to. */
    private Path root() {
        DataConfig data = config.data();
        return data.dir()
                .or(() -> data.labels().map(LabelFile::folder))
                .orElseThrow(() -> new UsageException("data.dir is not set: give the folder with --data DIR"));
    }

    private LabelFile folds(Path csv, long seed) throws IOException {
        DataConfig data = config.data();
        ImageFolder images = data.labels().isPresent()
                ? LabelFile.read(data.labels().get(), root(), data.folders()).training()
                : ImageFolders.training(root(), data.folders());
        if (data.labels().isEmpty() && !images.root().equals(root())) {
            view.line("the folds are of " + images.root() + "; images beside it are left for eval");
        }
        if (Files.notExists(csv)) {
            if (groups == null) {
                groups = groups(images);
                long alike = images.size() - Arrays.stream(groups).distinct().count();
                if (alike > 0) {
                    view.line(Numbers.count(alike, "image equals or looks", "images equal or look")
                            + " like another: such images are in the same fold");
                }
            }
            LabelFile.write(csv, root(), images, Folds.of(root().toString(), images, groups, plan.folds(), seed));
        }
        LabelFile file = LabelFile.read(csv, root(), data.folders());
        requireSame(csv, images, file);
        return file;
    }

    /** A cross-validation goes on with the folds that it began with. */
    private void requireSame(Path csv, ImageFolder images, LabelFile file) {
        Path from = root().toAbsolutePath().normalize();
        Map<String, String> now = new HashMap<>();
        for (int i = 0; i < images.size(); i++) {
            String path = from.relativize(images.file(i).toAbsolutePath().normalize())
                    .toString()
                    .replace(File.separatorChar, '/');
            now.put(path, images.classes().get(images.label(i)));
        }
        Map<String, String> then = new HashMap<>();
        ImageFolder listed = file.images();
        for (int i = 0; i < listed.size(); i++) {
            then.put(listed.name(i), listed.classes().get(listed.label(i)));
        }
        long folds = IntStream.range(0, listed.size())
                .mapToObj(file::fold)
                .distinct()
                .count();
        if (!now.equals(then) || folds != plan.folds()) {
            throw new UsageException(csv + " was made for "
                    + (folds != plan.folds()
                            ? folds + " folds"
                            : "other images or labels (" + then.size() + ", now " + now.size() + ")")
                    + ": start over with --overwrite, or choose another name ("
                    + options.names().setting("name", "NAME") + ")");
        }
    }

    private int[] groups(ImageDataset images) {
        view.begin("looking for equal images", images.size());
        try {
            return NearDuplicates.groups(images, done -> {
                if (stop.getAsBoolean()) {
                    throw new StoppedException();
                }
                synchronized (view) {
                    view.step(done, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
                }
            });
        } finally {
            view.end();
        }
    }

    private void train(int repeat, int fold, long seed, Optional<Path> csv) throws IOException {
        String name =
                csv.isEmpty() ? "repeat-" + repeat : (repeat == 1 ? "" : "repeat-" + repeat + "-") + "fold-" + fold;
        RunConfig own = config.in(folder, name, seed);
        if (csv.isPresent()) {
            own = own.withData(own.data().withFold(csv.get(), String.valueOf(fold)));
        }
        view.line(name + ", " + (trials.size() + 1) + " of " + plan.folds() * plan.repeats());
        TrainingRun.Summary summary = TrainingRun.execute(loaded(own), options(name), view, stop);
        EpochRow last = summary.last();
        trials.add(new Trial(
                name,
                repeat,
                fold,
                seed,
                last.val(Metric.TOP1),
                last.valLoss(),
                summary.images(),
                seconds(folder.resolve(name)),
                last.epoch()));
    }

    /** What is there is gone on with; what an earlier cross-validation left is replaced, if that was asked for. */
    private TrainingRun.Options options(String name) {
        boolean begun = Files.exists(folder.resolve(name).resolve("config.yaml"));
        return new TrainingRun.Options(
                begun && options.resume(),
                options.overwrite(),
                options.commandLine(),
                options.download(),
                options.names(),
                options.cache());
    }

    private static ConfigLoader.Loaded loaded(RunConfig config) {
        return new ConfigLoader.Loaded(config, config.toYaml());
    }

    private static double seconds(Path run) throws IOException {
        return CsvLog.read(run.resolve("log.csv"), Classification.METRICS).stream()
                .mapToDouble(EpochRow::seconds)
                .filter(Double::isFinite)
                .sum();
    }

    private Outcome sumUp(List<LabelFile> files) throws IOException {
        double right = trials.stream()
                .mapToDouble(trial -> trial.top1() * trial.images())
                .sum();
        long measured = trials.stream().mapToLong(Trial::images).sum();
        long images = measured / plan.repeats();
        Spread top1 = spread(trials.stream().mapToDouble(Trial::top1).toArray(), right / measured);
        Interval interval = Interval.wilson(Math.round(top1.mean() * images), images);
        double loss = trials.stream()
                        .mapToDouble(trial -> trial.loss() * trial.images())
                        .sum()
                / measured;
        Spread losses = spread(trials.stream().mapToDouble(Trial::loss).toArray(), loss);
        Spread seconds = Spread.of(trials.stream().mapToDouble(Trial::seconds).toArray());
        if (files.isEmpty()) {
            Outcome outcome = new Outcome(
                    config.name(),
                    folder,
                    plan,
                    trials,
                    top1,
                    interval,
                    losses,
                    Optional.empty(),
                    seconds,
                    images,
                    List.of(),
                    false,
                    Optional.empty());
            CrossValidationReport.write(outcome, List.of(), options.commandLine());
            return outcome;
        }
        ImageFolder whole = files.get(0).images();
        Evaluation first = answers(whole, 1, 1);
        Interval lossInterval = Interval.ofMean(
                loss,
                Spread.of(first.answers().stream()
                                .mapToDouble(Evaluation.Answer::loss)
                                .toArray())
                        .deviation(),
                images);
        List<LabelErrors.Suspect> suspects =
                LabelErrors.find((plan.repeats() == 1 ? first : answers(whole, 1, plan.repeats())).scores());
        TrainingRun.Summary model = trainOnAll(first, top1, interval);
        Outcome outcome = new Outcome(
                config.name(),
                folder,
                plan,
                trials,
                top1,
                interval,
                losses,
                Optional.of(lossInterval),
                seconds,
                images,
                suspects.stream().map(suspect -> named(suspect, whole)).toList(),
                new Confusion(whole.classes(), first.confusion()).showsLearning(),
                Optional.of(model));
        writeLabels(outcome.labels());
        CrossValidationReport.write(
                outcome,
                suspects.stream()
                        .limit(MOST_SUSPECTS)
                        .map(suspect -> CrossValidationReport.shown(suspect, whole))
                        .toList(),
                options.commandLine());
        return outcome;
    }

    /** The mean over all images, which folds of unlike sizes weigh by these. */
    private static Spread spread(double[] values, double mean) {
        return new Spread(mean, Spread.of(values).deviation(), values.length);
    }

    /** What models that had not seen an image say of it: the mean of the repetitions from the one to the other. */
    private Evaluation answers(ImageFolder whole, int from, int to) throws IOException {
        Map<String, Integer> index = new HashMap<>();
        for (int i = 0; i < whole.size(); i++) {
            index.put(whole.name(i), i);
        }
        int classes = whole.classes().size();
        float[][] sums = new float[whole.size()][];
        int[] counts = new int[whole.size()];
        for (Trial trial : trials) {
            if (trial.repeat() < from || trial.repeat() > to) {
                continue;
            }
            Path file = folder.resolve(trial.name()).resolve(HeldOutAnswers.FILE);
            HeldOutAnswers.read(file, whole.classes(), (path, probabilities) -> {
                Integer image = index.get(path);
                if (image == null) {
                    return; // no image of the data any more: requireSame has seen to it that none is missing
                }
                sums[image] = sums[image] == null ? new float[classes] : sums[image];
                for (int c = 0; c < classes; c++) {
                    sums[image][c] += probabilities[c];
                }
                counts[image]++;
            });
        }
        Evaluation.Tally tally = new Evaluation.Tally(classes, Temperature.NONE);
        for (int i = 0; i < sums.length; i++) {
            if (counts[i] > 0) {
                for (int c = 0; c < classes; c++) {
                    sums[i][c] /= counts[i];
                }
                tally.add(i, whole.label(i), sums[i], 0);
            }
        }
        return tally.evaluation(0);
    }

    /**
     * The model to use. It is trained for as many epochs as the folds' were; where these ended early, each at another epoch, for their
     * mean.
     */
    private TrainingRun.Summary trainOnAll(Evaluation answers, Spread top1, Interval interval) throws IOException {
        int epochs = config.train().monitoring().patience().isEmpty()
                ? config.train().epochs()
                : (int) Math.round(
                        trials.stream().mapToInt(Trial::epochs).average().orElseThrow());
        RunConfig all = config.in(folder, FINAL, config.train().seed()).toTheEnd(epochs);
        all = all.withData(all.data().withAll(folder.resolve("folds.csv")));
        view.line(FINAL + ", on all images: the model to use");
        String words =
                "top-1 " + Numbers.percent(top1.mean()) + " (95 % interval " + Numbers.percent(interval.low()) + " to "
                        + Numbers.percent(interval.high()) + "), by " + plan.words()
                        + ": the answers of models that were trained alike, each for images that it had not seen";
        return TrainingRun.execute(
                loaded(all), options(FINAL), view, stop, new Classification(new CrossValidated(answers, words)));
    }

    private static Suspect named(LabelErrors.Suspect suspect, ImageFolder whole) {
        return new Suspect(
                whole.name(suspect.index()),
                whole.classes().get(suspect.actual()),
                whole.classes().get(suspect.suggested()),
                suspect.own(),
                suspect.probability());
    }

    private void writeLabels(List<Suspect> labels) throws IOException {
        StringWriter text = new StringWriter();
        try (CsvWriter lines = CsvWriter.builder().build(text)) {
            lines.writeRecord("path", "label", "suggested", "label_probability", "probability");
            for (Suspect suspect : labels) {
                lines.writeRecord(
                        suspect.file(),
                        suspect.label(),
                        suspect.suggested(),
                        Numbers.fixed(suspect.labelProbability(), 6),
                        Numbers.fixed(suspect.probability(), 6));
            }
        }
        AtomicFile.write(folder.resolve("labels-to-check.csv"), text.toString());
    }
}
