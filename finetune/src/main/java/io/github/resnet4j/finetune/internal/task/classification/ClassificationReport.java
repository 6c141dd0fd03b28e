package io.github.resnet4j.finetune.internal.task.classification;

import io.github.resnet4j.finetune.internal.report.JsonReport;
import io.github.resnet4j.finetune.internal.report.Page;
import io.github.resnet4j.finetune.internal.report.Prediction;
import io.github.resnet4j.finetune.internal.report.RunOutcome;
import io.github.resnet4j.finetune.internal.report.Section;
import io.github.resnet4j.finetune.internal.report.TaskReport;
import io.github.resnet4j.finetune.quality.Calibration;
import io.github.resnet4j.finetune.quality.Interval;
import io.github.resnet4j.finetune.quality.TemperatureScaling;
import io.github.resnet4j.finetune.report.Confusion;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.report.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the reports say of a classifier.
 *
 * @param confusion on the validation images, {@link Confusion#none()} without an evaluation
 * @param outcome what the run achieved, in how much time; absent without an evaluation
 * @param others runs to compare it with, evaluated on the same images
 * @param judgement how far all this is to be trusted; absent without an evaluation
 * @param gallery samples of the validation images
 * @param best validation images the network was right about and surest of
 * @param topLosses the validation images the network was most wrong about, worst first
 * @param labels to check
 * @param duplicates of training images in the validation images
 */
public record ClassificationReport(
        Confusion confusion,
        Optional<RunOutcome> outcome,
        List<RunOutcome> others,
        Optional<Judgement> judgement,
        List<Prediction> gallery,
        List<Prediction> best,
        List<Prediction> topLosses,
        List<Label> labels,
        List<Pair> duplicates)
        implements TaskReport {
    public ClassificationReport {
        others = List.copyOf(others);
        gallery = List.copyOf(gallery);
        best = List.copyOf(best);
        topLosses = List.copyOf(topLosses);
        labels = List.copyOf(labels);
        duplicates = List.copyOf(duplicates);
    }

    /**
     * A label to check.
     *
     * @param labelProbability what the network gives the label, uncalibrated
     * @param probability what it gives its suggestion
     */
    public record Label(String file, String label, String suggested, double labelProbability, double probability) {}

    /** A validation image and the training image it equals or looks like. */
    public record Pair(String validation, String training, boolean exact, double likeness) {}

    @Override
    public String verdict() {
        return Verdict.of(confusion);
    }

    @Override
    public void headline(Page page, Optional<EpochRow> model, String when) {
        if (confusion.total() > 0) {
            Interval range = confusion.top1Interval();
            String of = "%s of %s; 95 %% interval %s to %s"
                    .formatted(
                            Numbers.count(confusion.correct()),
                            Numbers.count(confusion.total(), "image", "images"),
                            Numbers.percent(range.low()),
                            Numbers.percent(range.high()));
            page.tile("Top-1 accuracy", Numbers.percent(confusion.top1()), of);
        } else {
            String measured =
                    model.map(row -> Numbers.percent(row.val(Metric.TOP1))).orElse(Numbers.NONE);
            page.tile("Top-1 accuracy", measured, when);
        }
        model.map(row -> row.val(Metric.TOP5))
                .filter(top5 -> !Double.isNaN(top5))
                .ifPresent(top5 -> page.tile("Top-5 accuracy", Numbers.percent(top5), when));
    }

    @Override
    public List<Section> sections(Section curves) {
        List<Section> sections = new ArrayList<>();
        if (!others.isEmpty() && outcome.isPresent()) {
            sections.add(new Section("beside", "Other runs", this::beside));
        }
        sections.add(curves);
        sections.add(new Section("confusion", "Confusion", page -> new ConfusionSections(this, page).confusion()));
        sections.add(new Section("classes", "Classes", page -> new ConfusionSections(this, page).classes()));
        judgement.ifPresent(known -> sections.add(
                new Section("calibration", "Calibration", page -> new CalibrationSection(this, page).calibration())));
        sections.add(new Section("losses", "Worst predictions", page -> new ImageSections(this, page).topLosses()));
        sections.add(new Section("best", "Best", page -> new ImageSections(this, page).best()));
        sections.add(new Section("gallery", "Samples", page -> new ImageSections(this, page).gallery()));
        judgement.ifPresent(known -> {
            sections.add(new Section("suspects", "Labels to check", page -> new ImageSections(this, page).suspects()));
            known.duplicates()
                    .ifPresent(found -> sections.add(new Section(
                            "duplicates", "Duplicates", page -> new ImageSections(this, page).duplicates())));
        });
        return sections;
    }

    private void beside(Page html) {
        RunOutcome own = outcome.orElseThrow();
        html.openSection("beside", "Beside other runs");
        for (RunOutcome other : others) {
            html.add("<p>{}</p>\n", own.beside(other));
        }
        html.openTable("This run and others", "words");
        html.add("<thead><tr><th>Run</th><th>Epochs</th><th>Time</th><th>Top-1</th><th>95 % interval</th>"
                + "<th>Starts from</th></tr></thead>\n<tbody>\n");
        row(html, own);
        others.forEach(other -> row(html, other));
        html.closeTable();
        html.closeSection();
    }

    private static void row(Page html, RunOutcome outcome) {
        Interval range = outcome.top1Interval();
        html.add(
                "<tr><th scope=\"row\"><bdi>{}</bdi></th><td>{}</td><td>{}</td><td>{}</td>",
                outcome.name(),
                Numbers.count(outcome.epochs()),
                Numbers.duration(outcome.seconds()),
                Numbers.percent(outcome.top1()));
        html.add(
                "<td>{} to {}</td><td><bdi>{}</bdi></td></tr>\n",
                Numbers.percent(range.low()),
                Numbers.percent(range.high()),
                outcome.start());
    }

    @Override
    public void json(Map<String, Object> object) {
        object.put("images", confusion.total());
        object.put("correct", confusion.correct());
        object.put("top1", JsonReport.number(confusion.top1()));
        object.put("top1Interval", interval(confusion.top1Interval()));
        outcome.ifPresent(known -> {
            object.put("initialWeights", known.start());
            object.put("seconds", known.seconds());
            object.put("validation", known.validation());
            object.put("beside", others);
        });
        if (confusion.total() > 0) {
            int frequent = confusion.mostFrequent();
            object.put("mostFrequentClass", confusion.classes().get(frequent));
            object.put("mostFrequentShare", (double) confusion.support(frequent) / confusion.total());
        }
        object.put(
                "classes",
                confusion.scores().stream().map(ClassificationReport::score).toList());
        object.put("confusion", confusion.counts());
        judgement.ifPresent(known -> {
            object.put("calibration", calibration(known.scaling()));
            object.put("labelsToCheck", labels);
            known.duplicates().ifPresent(found -> {
                Map<String, Object> counts = new LinkedHashMap<>();
                counts.put("trainingImages", found.trainImages());
                counts.put("validationImages", found.valImages());
                counts.put("exact", found.exact());
                counts.put("alike", found.alike());
                counts.put("pairs", duplicates);
                object.put("duplicates", counts);
            });
        });
    }

    private static Map<String, Object> score(Confusion.ClassScore score) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", score.name());
        object.put("images", score.support());
        object.put("precision", JsonReport.number(score.precision()));
        object.put("precisionInterval", interval(score.precisionInterval()));
        object.put("recall", JsonReport.number(score.recall()));
        object.put("recallInterval", interval(score.recallInterval()));
        object.put("f1", JsonReport.number(score.f1()));
        return object;
    }

    private static Map<String, Object> calibration(TemperatureScaling scaling) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("temperature", scaling.kept().isPresent() ? scaling.kept().getAsDouble() : null);
        object.put("images", scaling.images());
        object.put("lossBefore", JsonReport.number(scaling.lossBefore()));
        object.put("lossAfter", JsonReport.number(scaling.lossAfter()));
        object.put("errorBefore", JsonReport.number(scaling.before().error()));
        object.put("errorAfter", JsonReport.number(scaling.after().error()));
        object.put("binsBefore", bins(scaling.before()));
        object.put("binsAfter", bins(scaling.after()));
        return object;
    }

    private static List<Map<String, Object>> bins(Calibration calibration) {
        List<Map<String, Object>> bins = new ArrayList<>();
        for (Calibration.Bin bin : calibration.bins()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("from", bin.from());
            object.put("to", bin.to());
            object.put("images", bin.images());
            object.put("confidence", JsonReport.number(bin.confidence()));
            object.put("accuracy", JsonReport.number(bin.accuracy()));
            bins.add(object);
        }
        return bins;
    }

    private static List<Double> interval(Interval interval) {
        return Double.isNaN(interval.low()) ? null : List.of(interval.low(), interval.high());
    }
}
