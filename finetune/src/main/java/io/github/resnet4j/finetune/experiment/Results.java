package io.github.resnet4j.finetune.experiment;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.ExperimentReport;
import io.github.resnet4j.finetune.report.ExperimentReport.Line;
import io.github.resnet4j.finetune.report.ExperimentReport.Trial;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.report.Spread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** An experiment's results for other programs: shares as numbers, what is not known as null or an empty cell. */
final class Results {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final String HEADER =
            "label,seed,network,state,epochs,of_epochs,full_epochs,test_error,training_error,"
                    + "test_loss,best_test_error,best_epoch,seconds_per_image,seconds,lesion_error,published,folder";

    private Results() {}

    static void write(String name, ExperimentReport report, Path folder) throws IOException {
        AtomicFile.write(folder.resolve("results.json"), JSON.writeValueAsString(json(name, folder, report)) + "\n");
        AtomicFile.write(folder.resolve("results.csv"), csv(report));
    }

    /** One row for each training. */
    static String csv(ExperimentReport report) {
        return report.lines().stream()
                .flatMap(line -> line.trials().stream().map(trial -> row(line, trial)))
                .collect(Collectors.joining("\n", HEADER + "\n", "\n"));
    }

    private static String row(Line line, Trial trial) {
        Optional<EpochRow> last = last(trial);
        Optional<EpochRow> best = EpochRow.best(trial.epochs());
        return Stream.of(
                        line.label(),
                        trial.seed(),
                        line.network(),
                        trial.state(),
                        last.map(EpochRow::epoch).orElse(0),
                        line.epochs(),
                        line.fullEpochs(),
                        last.map(row -> cell(1 - row.val(Metric.TOP1))).orElse(""),
                        last.map(row -> cell(1 - row.train(Metric.TOP1))).orElse(""),
                        last.map(row -> cell(row.valLoss())).orElse(""),
                        best.map(row -> cell(1 - row.val(Metric.TOP1))).orElse(""),
                        best.map(row -> String.valueOf(row.epoch())).orElse(""),
                        trial.secondsPerImage().isPresent()
                                ? String.format(
                                        Locale.ROOT,
                                        "%.6g",
                                        trial.secondsPerImage().getAsDouble())
                                : "",
                        trial.seconds().isPresent() ? cell(trial.seconds().getAsDouble()) : "",
                        trial.lesionError().isPresent()
                                ? cell(trial.lesionError().getAsDouble())
                                : "",
                        line.published().orElse(""),
                        trial.folder())
                .map(String::valueOf)
                .collect(Collectors.joining(","));
    }

    private static Optional<EpochRow> last(Trial trial) {
        return trial.epochs().isEmpty()
                ? Optional.empty()
                : Optional.of(trial.epochs().get(trial.epochs().size() - 1));
    }

    private static String cell(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.6f", value);
    }

    static Map<String, Object> json(String name, Path folder, ExperimentReport report) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("experiment", name);
        json.put("folder", folder.toString());
        json.put("question", report.question());
        json.put("source", report.source().orElse(null));
        json.put("answer", report.answer().name().toLowerCase(Locale.ROOT));
        json.put("findings", report.findings().stream().map(Results::json).toList());
        json.put("runs", report.lines().stream().map(Results::json).toList());
        json.put("warnings", report.warnings());
        return json;
    }

    private static Map<String, Object> json(ExperimentReport.Finding finding) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("claim", finding.claim());
        json.put("answer", finding.answer().name().toLowerCase(Locale.ROOT));
        json.put("figures", finding.figures());
        return json;
    }

    private static Map<String, Object> json(Line line) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("label", line.label());
        json.put("network", line.network());
        json.put("epochs", line.epochs());
        json.put("fullEpochs", line.fullEpochs());
        json.put("testError", json(line.testError()));
        json.put("trainingError", json(line.trainingError()));
        json.put("secondsPerImage", json(line.secondsPerImage()));
        json.put("seconds", json(line.seconds()));
        if (line.lesionError().count() > 0) {
            json.put("lesionError", json(line.lesionError()));
        }
        json.put("published", line.published().orElse(null));
        json.put("publishedIn", line.source().orElse(null));
        List<Map<String, Object>> trials = new ArrayList<>();
        for (Trial trial : line.trials()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("seed", trial.seed());
            one.put("state", trial.state());
            one.put("epochs", last(trial).map(EpochRow::epoch).orElse(0));
            one.put("folder", trial.folder());
            trials.add(one);
        }
        json.put("seeds", trials);
        return json;
    }

    private static Map<String, Object> json(Spread spread) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("mean", number(spread.mean()));
        json.put("deviation", number(spread.deviation()));
        json.put("seeds", spread.count());
        return json;
    }

    private static Double number(double value) {
        return Double.isNaN(value) ? null : value;
    }
}
