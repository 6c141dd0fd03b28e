package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.report.EpochRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** {@code report.json}: the report's numbers for programs. What was not measured is null. */
public final class JsonReport {
    /** Its name. */
    public static final String FILE = "report.json";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private JsonReport() {}

    /** Writes the file, replacing one that is there. */
    public static void write(RunReport report, Path file) throws IOException {
        AtomicFile.write(file, JSON.writeValueAsString(object(report)) + "\n");
    }

    private static Map<String, Object> object(RunReport report) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", report.facts().title());
        object.put("verdict", report.task().verdict());
        object.put("epoch", report.model().map(EpochRow::epoch).orElse(null));
        object.put("epochs", report.epochs().size());
        object.put("loss", report.model().map(row -> number(row.valLoss())).orElse(null));
        report.task().json(object);
        object.put("executors", report.executors());
        object.put("recipe", report.choices());
        object.put("unreadable", report.unreadable());
        return object;
    }

    /** What JSON has for a number that may not be one: null. */
    public static Double number(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
