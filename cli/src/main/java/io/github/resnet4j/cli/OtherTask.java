package io.github.resnet4j.cli;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.model.TaskModel;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.train.Measured;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.function.Consumer;

/** What the commands {@code eval} and {@code predict} do with a model of a task other than the classification of images. */
final class OtherTask {
    private static final String PROBLEM = "problem";

    private final TaskModel model;
    private final Consumer<String> remarks;
    private final PrintWriter out;

    OtherTask(TaskModel model, Consumer<String> remarks, PrintWriter out) {
        this.model = model;
        this.remarks = remarks;
        this.out = out;
    }

    /** Measures the model and prints the figures. */
    void evaluate(String origin, Path data, int batchSize, boolean json) {
        Measured measured;
        try (Stop stop = new Stop()) {
            measured = model.evaluate(data, batchSize, remarks, done -> {}, stop);
        }
        double speed = measured.images() / measured.seconds();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("model", origin);
            measured.metrics().forEach((metric, value) -> object.put(metric.key(), Double.isNaN(value) ? null : value));
            measured.byClass().ifPresent(classes -> {
                Map<String, Object> values = new LinkedHashMap<>();
                classes.values().forEach((name, value) -> values.put(name, Double.isNaN(value) ? null : value));
                object.put(classes.metric().key(), values);
            });
            object.put("loss", measured.loss());
            object.put("data", data.toString());
            object.put("images", measured.images());
            object.put("seconds", measured.seconds());
            object.put("imagesPerSecond", speed);
            out.println(Json.text(object));
        } else {
            StringJoiner words = new StringJoiner(", ");
            measured.metrics().forEach((metric, value) -> {
                if (!Double.isNaN(value)) {
                    words.add(words(metric, value));
                }
            });
            words.add("loss " + Numbers.loss(measured.loss()));
            measured.byClass().ifPresent(this::print);
            out.printf(Locale.ROOT, "%s on %,d samples, %.0f a second%n", words, measured.images(), speed);
        }
        out.flush();
    }

    private void print(Measured.ByClass classes) {
        classes.values()
                .forEach((name, value) -> out.printf(
                        Locale.ROOT,
                        "%9s  %s%n",
                        Double.isNaN(value) ? "none" : classes.metric().text(value),
                        Printable.line(name)));
    }

    /** A figure as the last line of a command has it. */
    static String words(Metric metric, double value) {
        return metric.unit() == Metric.Unit.SHARE
                ? String.format(Locale.ROOT, "%s %.2f %%", metric.label(), 100 * value)
                : metric.label() + " " + metric.text(value);
    }

    /**
     * Prints what the model says of files: a line for each, or a JSON object; or writes CSV.
     *
     * @param folder for files that the answers consist of
     * @param unreadable receives what cannot be read
     */
    void predict(List<Path> inputs, Optional<Path> folder, boolean json, Optional<Path> csv, Unreadable unreadable)
            throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stop stop = new Stop()) {
            model.predict(
                    inputs,
                    folder,
                    1,
                    remarks,
                    answer -> {
                        if (answer.containsKey(PROBLEM)) {
                            unreadable.add(String.valueOf(answer.get(PROBLEM)));
                            return;
                        }
                        if (csv.isPresent()) {
                            if (lines.isEmpty()) {
                                lines.add(Csv.line(answer.keySet().toArray()));
                            }
                            lines.add(Csv.line(answer.values().stream()
                                    .map(OtherTask::text)
                                    .toArray()));
                        } else {
                            out.println(json ? Json.text(answer) : line(answer));
                            out.flush();
                        }
                    },
                    stop);
        }
        if (csv.isPresent()) {
            AtomicFile.write(csv.get(), String.join("\n", lines).concat("\n"));
        }
    }

    private static String line(Map<String, Object> answer) {
        StringJoiner line = new StringJoiner("  ");
        answer.forEach((name, value) ->
                line.add(name.equals("file") ? Printable.line(String.valueOf(value)) : name + " " + text(value)));
        return line.toString();
    }

    private static String text(Object value) {
        if (value instanceof Map<?, ?> shares) {
            StringJoiner words = new StringJoiner(", ");
            shares.forEach((name, share) ->
                    words.add(Printable.line(String.valueOf(name)) + " " + Numbers.percent((Double) share)));
            return words.toString();
        }
        return value instanceof Double number ? String.format(Locale.ROOT, "%.6f", number) : String.valueOf(value);
    }
}
