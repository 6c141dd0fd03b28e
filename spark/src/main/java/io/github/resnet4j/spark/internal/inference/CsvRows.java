package io.github.resnet4j.spark.internal.inference;

import io.github.resnet4j.spark.InferenceTask;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Rows as comma-separated values (RFC 4180) with a header. Numbers have all their digits. */
final class CsvRows implements RowWriter {
    private final Writer out;
    private final InferenceTask task;
    private final int values;

    /** @param values features of an image, or classes of a row */
    CsvRows(OutputStream out, InferenceTask task, int values) throws IOException {
        this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        this.task = task;
        this.values = values;
        List<String> header = new ArrayList<>(List.of("path"));
        if (task == InferenceTask.EVAL) {
            header.add("label");
            header.add("loss");
        }
        for (int i = 0; i < values; i++) {
            if (task == InferenceTask.EMBED) {
                header.add("f" + i);
            } else {
                header.add("class_" + (i + 1));
                header.add("probability_" + (i + 1));
            }
        }
        header.add("error");
        line(header);
    }

    @Override
    public void write(Row row) throws IOException {
        boolean answered = row.error().isEmpty();
        List<String> fields = new ArrayList<>(List.of(row.path()));
        if (task == InferenceTask.EVAL) {
            fields.add(answered ? row.label() : "");
            fields.add(answered ? Double.toString(row.loss()) : "");
        }
        for (int i = 0; i < values; i++) {
            if (task != InferenceTask.EMBED) {
                fields.add(answered ? row.classes().get(i) : "");
            }
            fields.add(answered ? Float.toString(row.values()[i]) : "");
        }
        fields.add(row.error());
        line(fields);
    }

    private void line(List<String> fields) throws IOException {
        out.write(fields.stream().map(CsvRows::quoted).collect(Collectors.joining(",")));
        out.write('\n');
    }

    private static String quoted(String field) {
        return field.matches("[^,\"\r\n]*") ? field : '"' + field.replace("\"", "\"\"") + '"';
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
