package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.ImageFolder;
import io.github.resnet4j.engine.Backend;
import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.internal.report.Figure;
import io.github.resnet4j.finetune.internal.report.Prediction;
import io.github.resnet4j.finetune.internal.report.StudyPage;
import io.github.resnet4j.finetune.quality.Interval;
import io.github.resnet4j.finetune.quality.LabelErrors;
import io.github.resnet4j.finetune.report.Machine;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.Spread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;

/** Tells what a cross-validation found: {@code report.html} for people, {@code report.json} for programs. */
final class CrossValidationReport {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int THUMBNAIL = 96;

    private CrossValidationReport() {}

    static void write(CrossValidation.Outcome outcome, List<Prediction> suspects, List<String> commandLine)
            throws IOException {
        String json = JSON.writeValueAsString(json(outcome));
        AtomicFile.write(outcome.folder().resolve("report.json"), json + "\n");
        boolean folds = outcome.plan().folds() > 1;
        new StudyPage(
                        outcome.name() + ": " + outcome.plan().words(),
                        tiles(outcome),
                        List.of(),
                        List.of(figure(outcome)),
                        List.of(table(outcome)),
                        folds
                                ? Optional.of(new StudyPage.Labels(
                                        suspects, outcome.labels().size(), outcome.learnt()))
                                : Optional.empty(),
                        facts(outcome, commandLine),
                        notes(outcome),
                        json)
                .write(outcome.folder().resolve("report.html"));
    }

    /** An image whose label is doubted, as a picture. */
    static Prediction shown(LabelErrors.Suspect suspect, ImageFolder whole) {
        byte[] picture;
        try {
            picture = Prediction.thumbnail(whole.image(suspect.index()), THUMBNAIL);
        } catch (BadDataException e) {
            picture = new byte[0]; // it was read a while ago, but files come and go
        }
        return new Prediction(
                whole.name(suspect.index()),
                picture,
                whole.classes().get(suspect.actual()),
                whole.classes().get(suspect.suggested()),
                Math.min(1, suspect.probability()),
                false);
    }

    static Map<String, Object> json(CrossValidation.Outcome outcome) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("run", outcome.name());
        object.put("folder", outcome.folder().toString());
        object.put("folds", outcome.plan().folds());
        object.put("repeats", outcome.plan().repeats());
        object.put("images", outcome.images());
        object.put("top1", outcome.top1().mean());
        object.put("top1Deviation", outcome.top1().deviation());
        object.put("top1Interval", interval(outcome.top1Interval()));
        object.put("loss", outcome.loss().mean());
        object.put("lossDeviation", outcome.loss().deviation());
        object.put(
                "lossInterval",
                outcome.lossInterval().map(CrossValidationReport::interval).orElse(null));
        object.put("secondsPerRun", outcome.seconds().mean());
        object.put("secondsDeviation", outcome.seconds().deviation());
        object.put("runs", outcome.trials());
        object.put(
                "model",
                outcome.model()
                        .map(model -> model.folder().resolve(BestModel.FILE).toString())
                        .orElse(null));
        object.put("labelsToCheck", outcome.plan().folds() > 1 ? outcome.labels() : null);
        return object;
    }

    private static List<Double> interval(Interval interval) {
        return List.of(interval.low(), interval.high());
    }

    private static List<StudyPage.Tile> tiles(CrossValidation.Outcome outcome) {
        List<StudyPage.Tile> tiles = new ArrayList<>();
        tiles.add(new StudyPage.Tile(
                "Top-1",
                Numbers.percent(outcome.top1().mean()),
                "95 % interval " + Numbers.percent(outcome.top1Interval().low()) + " to "
                        + Numbers.percent(outcome.top1Interval().high())));
        tiles.add(new StudyPage.Tile(
                "From run to run",
                "± " + Numbers.fixed(100 * outcome.top1().deviation(), 2),
                "standard deviation, points"));
        tiles.add(new StudyPage.Tile(
                "Loss",
                Numbers.loss(outcome.loss().mean()),
                "± " + Numbers.loss(outcome.loss().deviation())));
        tiles.add(new StudyPage.Tile(
                "Time of a run",
                Numbers.duration(outcome.seconds().mean()),
                "± " + Numbers.fixed(outcome.seconds().deviation(), 1) + " s"));
        return tiles;
    }

    private static Figure figure(CrossValidation.Outcome outcome) {
        List<CrossValidation.Trial> trials = outcome.trials();
        List<Figure.Point> points = IntStream.range(0, trials.size())
                .mapToObj(i -> new Figure.Point(
                        i + 1, trials.get(i).top1(), trials.get(i).name()))
                .toList();
        return new Figure(
                "runs-top1",
                "Top-1 of every run",
                "After the last epoch; the dashed line is the mean.",
                new Figure.Axis("run", Figure.Scale.WHOLE),
                new Figure.Axis("top-1", Figure.Scale.PERCENT),
                List.of(
                        new Figure.Series("run", Figure.Mark.DOTS, points),
                        new Figure.Series(
                                "mean",
                                Figure.Mark.LEVEL,
                                List.of(new Figure.Point(1, outcome.top1().mean(), "mean")))));
    }

    private static StudyPage.Table table(CrossValidation.Outcome outcome) {
        List<StudyPage.Row> rows = new ArrayList<>();
        for (CrossValidation.Trial trial : outcome.trials()) {
            rows.add(new StudyPage.Row(
                    List.of(
                            trial.name(),
                            String.valueOf(trial.seed()),
                            Numbers.count(trial.images()),
                            Numbers.percent(trial.top1()),
                            Numbers.loss(trial.loss()),
                            String.valueOf(trial.epochs()),
                            Numbers.duration(trial.seconds())),
                    Optional.of(trial.name() + "/report.html")));
        }
        Spread top1 = outcome.top1();
        rows.add(new StudyPage.Row(
                List.of(
                        "mean ± deviation",
                        "",
                        "",
                        top1.percent(),
                        Numbers.loss(outcome.loss().mean()) + " ± "
                                + Numbers.loss(outcome.loss().deviation()),
                        "",
                        Numbers.duration(outcome.seconds().mean()) + " ± "
                                + Numbers.fixed(outcome.seconds().deviation(), 1) + " s"),
                Optional.empty()));
        outcome.model()
                .ifPresent(model -> rows.add(new StudyPage.Row(
                        List.of(
                                "final, the model to use",
                                "",
                                "trained on all",
                                "see mean",
                                "see mean",
                                String.valueOf(model.epochs()),
                                ""),
                        Optional.of(model.name() + "/report.html"))));
        return new StudyPage.Table(
                "runs",
                "Runs",
                List.of("Run", "Seed", "Images", "Top-1", "Loss", "Epochs", "Time"),
                rows,
                "Top-1 and loss after the last epoch, on the images that the run was not trained on. A run’s own report is about"
                        + " its best epoch, which these images chose.");
    }

    private static Map<String, Map<String, String>> facts(CrossValidation.Outcome outcome, List<String> commandLine) {
        Map<String, Map<String, String>> facts = new LinkedHashMap<>();
        Map<String, String> how = new LinkedHashMap<>();
        how.put("Method", outcome.plan().words());
        how.put("Images", Numbers.count(outcome.images()));
        outcome.lossInterval()
                .ifPresent(loss -> how.put(
                        "95 % interval of the loss", Numbers.loss(loss.low()) + " to " + Numbers.loss(loss.high())));
        outcome.model()
                .ifPresent(model ->
                        how.put("Model", model.folder().resolve(BestModel.FILE).toString()));
        how.put("Command", String.join(" ", commandLine));
        facts.put("Cross-validation", how);
        Backend backend = Backend.inspect();
        Machine here = Machine.here(backend.threads(), backend.name());
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("resnet4j", here.resnet4j());
        machine.put("Java", here.java());
        machine.put("CPU", here.cpu() + ", " + here.cores() + " cores, " + here.threads() + " threads");
        facts.put("Environment", machine);
        return facts;
    }

    private static List<String> notes(CrossValidation.Outcome outcome) {
        List<String> notes = new ArrayList<>();
        if (outcome.plan().folds() > 1) {
            notes.add(
                    "Every fold has the same share of every class, and images that are equal or look alike are in the same"
                            + " fold. Each model is measured on the fold it was not trained on.");
            notes.add(
                    "final/model.zip is trained on all images in the same way, so nothing is left to measure it on. What is"
                            + " expected of it is what the folds’ models achieved, which know fewer images; its calibration is from"
                            + " their answers, too.");
            notes.add(
                    "The interval says how far the accuracy on very many images like these may be from that measured; it"
                            + " does not allow for images of another kind. The deviation is that between runs; they share most of"
                            + " their training images, so it is no measure of error by itself.");
        } else {
            notes.add(
                    "Every repetition has a seed of its own for everything that is left to chance: which images are held out,"
                            + " unless the data has a validation part, the initial weights, the order and the augmentation.");
        }
        return notes;
    }
}
