package io.github.resnet4j.finetune.report;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.quality.Calibration;
import io.github.resnet4j.finetune.quality.Interval;
import io.github.resnet4j.finetune.quality.TemperatureScaling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** {@code report.json}: the report's numbers for programs. What was not measured is null. */
public final class JsonReport {
    /** Its name. */
    public static final String FILE = "report.json";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private JsonReport() {}

    /**
     * A label to check.
     *
     * @param labelProbability what the network gives the label, uncalibrated
     * @param probability what it gives its suggestion
     */
    public record Label(String file, String label, String suggested, double labelProbability, double probability) {}

    /** A validation image and the training image it equals or looks like. */
    public record Pair(String validation, String training, boolean exact, double likeness) {}

    /** Writes the file, replacing one that is there. */
    public static void write(RunReport report, List<Label> labels, List<Pair> duplicates, Path file)
            throws IOException {
        AtomicFile.write(file, JSON.writeValueAsString(object(report, labels, duplicates)) + "\n");
    }

    private static Map<String, Object> object(RunReport report, List<Label> labels, List<Pair> duplicates) {
        Confusion confusion = report.confusion();
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", report.facts().title());
        object.put("verdict", Verdict.of(confusion));
        object.put("epoch", report.model().map(EpochRow::epoch).orElse(null));
        object.put("epochs", report.epochs().size());
        object.put("images", confusion.total());
        object.put("correct", confusion.correct());
        object.put("top1", number(confusion.top1()));
        object.put("top1Interval", interval(confusion.top1Interval()));
        object.put("top5", report.model().map(row -> number(row.valTop5())).orElse(null));
        object.put("loss", report.model().map(row -> number(row.valLoss())).orElse(null));
        report.outcome().ifPresent(outcome -> {
            object.put("initialWeights", outcome.start());
            object.put("seconds", outcome.seconds());
            object.put("validation", outcome.validation());
            object.put("beside", report.others());
        });
        if (confusion.total() > 0) {
            int frequent = confusion.mostFrequent();
            object.put("mostFrequentClass", confusion.classes().get(frequent));
            object.put("mostFrequentShare", (double) confusion.support(frequent) / confusion.total());
        }
        object.put("classes", confusion.scores().stream().map(JsonReport::score).toList());
        object.put("confusion", confusion.counts());
        object.put("executors", report.executors());
        object.put("recipe", report.choices());
        report.judgement().ifPresent(known -> {
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
            object.put("unreadable", known.unreadable());
        });
        return object;
    }

    private static Map<String, Object> score(Confusion.ClassScore score) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", score.name());
        object.put("images", score.support());
        object.put("precision", number(score.precision()));
        object.put("precisionInterval", interval(score.precisionInterval()));
        object.put("recall", number(score.recall()));
        object.put("recallInterval", interval(score.recallInterval()));
        object.put("f1", number(score.f1()));
        return object;
    }

    private static Map<String, Object> calibration(TemperatureScaling scaling) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("temperature", scaling.kept().isPresent() ? scaling.kept().getAsDouble() : null);
        object.put("images", scaling.images());
        object.put("lossBefore", number(scaling.lossBefore()));
        object.put("lossAfter", number(scaling.lossAfter()));
        object.put("errorBefore", number(scaling.before().error()));
        object.put("errorAfter", number(scaling.after().error()));
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
            object.put("confidence", number(bin.confidence()));
            object.put("accuracy", number(bin.accuracy()));
            bins.add(object);
        }
        return bins;
    }

    private static List<Double> interval(Interval interval) {
        return Double.isNaN(interval.low()) ? null : List.of(interval.low(), interval.high());
    }

    private static Double number(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
