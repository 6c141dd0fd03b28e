package io.github.resnet4j.finetune.lesion;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A measurement as a table of comma-separated values, errors as fractions.
 *
 * @param name of the file
 * @param header names of the columns
 * @param rows as many cells each
 */
record LesionTable(String name, List<String> header, List<List<Object>> rows) {

    /** What is measured. */
    static List<LesionTable> of(LesionResult result) {
        List<LesionTable> tables = new ArrayList<>();
        add(
                tables,
                "single",
                List.of("position", result.unit(), "down_sampling", "error"),
                result.single(),
                one -> List.of(one.position(), one.unit(), one.downSampling(), one.error()));
        add(
                tables,
                "random",
                List.of("removed", "draw", "error", result.unit() + "s"),
                result.random(),
                one -> List.of(one.removed(), one.draw(), one.error(), String.join(" ", one.units())));
        add(
                tables,
                "permuted",
                List.of("swaps", "draw", "tau", "tau_of_all", "error", "order"),
                result.permuted(),
                one -> List.of(
                        one.swaps(),
                        one.draw(),
                        one.tau(),
                        one.tauOfAll(),
                        one.error(),
                        String.join(" ", one.order())));
        add(
                tables,
                "paths",
                List.of("length", "share", "gradient", "deviation", "product"),
                result.paths(),
                one -> List.of(one.length(), one.share(), one.gradient(), one.deviation(), one.product()));
        add(
                tables,
                "responses",
                List.of("model", "position", "layer", "deviation"),
                result.responses(),
                one -> List.of(one.model(), one.position(), one.layer(), one.deviation()));
        return tables;
    }

    private static <R> void add(
            List<LesionTable> tables, String name, List<String> header, List<R> rows, Function<R, List<Object>> cells) {
        if (!rows.isEmpty()) {
            tables.add(new LesionTable(name, header, rows.stream().map(cells).toList()));
        }
    }

    /** A line for the header and one for each row. */
    String csv() {
        StringBuilder csv = new StringBuilder(String.join(",", header)).append('\n');
        for (List<Object> row : rows) {
            csv.append(row.stream().map(LesionTable::cell).collect(Collectors.joining(",")))
                    .append('\n');
        }
        return csv.toString();
    }

    /** Text with a comma, quote or line break in quotes (RFC 4180). */
    private static String cell(Object value) {
        String text = value instanceof Double number ? number.toString() : String.format(Locale.ROOT, "%s", value);
        return text.matches("(?s).*[,\"\\r\\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
