package io.github.resnet4j.finetune.internal.task.classification;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.finetune.internal.report.Charts;
import io.github.resnet4j.finetune.internal.report.Prediction;
import io.github.resnet4j.finetune.internal.report.RunOutcome;
import io.github.resnet4j.finetune.internal.task.FinishedRun;
import io.github.resnet4j.finetune.internal.task.RunImages;
import io.github.resnet4j.finetune.internal.task.ShippedModel;
import io.github.resnet4j.finetune.quality.LabelErrors;
import io.github.resnet4j.finetune.quality.NearDuplicates;
import io.github.resnet4j.finetune.quality.Temperature;
import io.github.resnet4j.finetune.quality.TemperatureScaling;
import io.github.resnet4j.finetune.report.Confusion;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.train.Evaluation;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Calibrates a classifier and finds out what is to be told of it. */
final class ClassificationReporter {
    private static final int GALLERY = 24;
    private static final int TOP_LOSSES = 12;
    private static final int BEST = 12;
    private static final int MOST_SUSPECTS = 12;
    private static final int MOST_TWINS = 12;
    private static final int THUMBNAIL = 96;
    /** Images between two reports of progress. */
    private static final int STEP = 50;

    private final FinishedRun run;
    private final ImageDataset train;
    private final ImageDataset val;
    private final Optional<CrossValidated> known;

    /** @param known what is known of the model, if it was trained on all images */
    ClassificationReporter(FinishedRun run, RunImages images, Optional<CrossValidated> known) {
        this.run = run;
        this.train = images.train();
        this.val = images.val();
        this.known = known;
    }

    /** @param result of the model on the validation images */
    ClassificationReport report(Evaluation result) throws IOException {
        Confusion confusion = new Confusion(val.classes(), result.confusion());
        Charts.confusion(confusion, run.folder().resolve("confusion.png"));
        TemperatureScaling scaling = TemperatureScaling.of(result.scores());
        ModelCard card = ShippedModel.finish(
                run, described -> described.withTemperature(scaling.kept()), CardText.of(confusion, scaling));
        List<LabelErrors.Suspect> suspects = LabelErrors.find(result.scores());
        // A fold's images have been grouped by what is alike, and where nothing is held out, all are the same.
        Optional<NearDuplicates> duplicates = run.config().data().fold().isPresent() || known.isPresent()
                ? Optional.empty()
                : Optional.of(duplicates());
        try (Gallery images = Gallery.open(val, run.modelFile(), Temperature.of(card), result.scores())) {
            Judgement judgement = new Judgement(
                    scaling,
                    images.suspects(suspects.subList(0, Math.min(MOST_SUSPECTS, suspects.size()))),
                    suspects.size(),
                    duplicates.isPresent() ? Optional.of(shown(duplicates.get())) : Optional.empty());
            warn(duplicates);
            duplicates.flatMap(ClassificationReporter::duplicated).ifPresent(run.view()::line);
            return new ClassificationReport(
                    confusion,
                    Optional.of(outcome(confusion)),
                    run.others(),
                    Optional.of(judgement),
                    images.plain(evenly(result.answers(), GALLERY)),
                    images.explained(surest(result.answers(), BEST)),
                    images.explained(worst(result.answers(), TOP_LOSSES)),
                    labels(suspects),
                    duplicates.map(this::pairs).orElse(List.of()));
        }
    }

    private RunOutcome outcome(Confusion confusion) {
        return new RunOutcome(
                run.config().name(),
                run.origin(),
                run.epochs(),
                run.seconds(),
                confusion.correct(),
                confusion.total(),
                val.fingerprint());
    }

    private void warn(Optional<NearDuplicates> duplicates) {
        if (duplicates.isPresent() && NearDuplicates.images(train, val) < train.size() + val.size()) {
            run.warnings()
                    .accept("Only a part of the images, chosen evenly, was searched for duplicates: "
                            + Numbers.count(duplicates.get().trainImages()) + " of " + Numbers.count(train.size())
                            + " training and " + Numbers.count(duplicates.get().valImages()) + " of "
                            + Numbers.count(val.size()) + " validation images. There may be more than are shown.");
        }
        duplicates.flatMap(ClassificationReporter::duplicated).ifPresent(words -> run.warnings()
                .accept(words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1) + "."));
        known.ifPresent(others -> run.warnings()
                .accept("This model was trained on all images. What this page says of predictions is " + others.words()
                        + "; the log's accuracies are of the training images."));
    }

    /** What duplicates mean for the accuracy, if there are any. */
    private static Optional<String> duplicated(NearDuplicates found) {
        int count = found.pairs().size();
        return count == 0
                ? Optional.empty()
                : Optional.of(count + " of " + Numbers.count(found.valImages(), "validation image", "validation images")
                        + (count == 1 ? " equals or looks" : " equal or look")
                        + " like a training image, so the accuracy flatters the model; see Duplicates in the report");
    }

    /** Looks at every image once more, which the progress tells. */
    private NearDuplicates duplicates() {
        ProgressView view = run.view();
        view.begin("looking for duplicates", NearDuplicates.images(train, val));
        try {
            return NearDuplicates.find(train, val, done -> {
                if (run.stop().getAsBoolean()) {
                    throw new StoppedException();
                }
                if (done % STEP == 0) {
                    synchronized (view) {
                        view.step(done, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
                    }
                }
            });
        } finally {
            view.end();
        }
    }

    private Judgement.Duplicates shown(NearDuplicates found) throws IOException {
        List<Judgement.Twin> twins = new ArrayList<>();
        for (NearDuplicates.Pair pair :
                found.pairs().subList(0, Math.min(MOST_TWINS, found.pairs().size()))) {
            twins.add(new Judgement.Twin(
                    side(val, pair.val()), side(train, pair.train()), pair.exact(), pair.likeness()));
        }
        return new Judgement.Duplicates(
                found.trainImages(),
                found.valImages(),
                found.exact(),
                found.pairs().size() - found.exact(),
                twins);
    }

    private static Judgement.Side side(ImageDataset data, int index) {
        return new Judgement.Side(
                data.name(index),
                data.classes().get(data.label(index)),
                Prediction.thumbnail(data.image(index), THUMBNAIL));
    }

    private List<ClassificationReport.Label> labels(List<LabelErrors.Suspect> suspects) {
        return suspects.stream()
                .map(suspect -> new ClassificationReport.Label(
                        val.name(suspect.index()),
                        val.classes().get(suspect.actual()),
                        val.classes().get(suspect.suggested()),
                        suspect.own(),
                        suspect.probability()))
                .toList();
    }

    private List<ClassificationReport.Pair> pairs(NearDuplicates found) {
        return found.pairs().stream()
                .map(pair -> new ClassificationReport.Pair(
                        val.name(pair.val()), train.name(pair.train()), pair.exact(), pair.likeness()))
                .toList();
    }

    private static List<Evaluation.Answer> evenly(List<Evaluation.Answer> answers, int count) {
        List<Evaluation.Answer> chosen = new ArrayList<>();
        int wanted = Math.min(count, answers.size());
        for (int i = 0; i < wanted; i++) {
            chosen.add(answers.get((int) ((long) i * answers.size() / wanted)));
        }
        return chosen;
    }

    private static List<Evaluation.Answer> worst(List<Evaluation.Answer> answers, int count) {
        return answers.stream()
                .sorted(Comparator.comparingDouble(Evaluation.Answer::loss).reversed())
                .limit(count)
                .toList();
    }

    /** The right ones of least loss, class by class, so that every class is among them if there is room. */
    private static List<Evaluation.Answer> surest(List<Evaluation.Answer> answers, int count) {
        Map<Integer, List<Evaluation.Answer>> byClass = answers.stream()
                .filter(answer -> answer.predicted() == answer.actual())
                .sorted(Comparator.comparingDouble(Evaluation.Answer::loss))
                .collect(Collectors.groupingBy(Evaluation.Answer::actual, TreeMap::new, Collectors.toList()));
        List<Evaluation.Answer> chosen = new ArrayList<>();
        for (int rank = 0; chosen.size() < count && rank < answers.size(); rank++) {
            for (List<Evaluation.Answer> own : byClass.values()) {
                if (rank < own.size() && chosen.size() < count) {
                    chosen.add(own.get(rank));
                }
            }
        }
        return chosen;
    }
}
