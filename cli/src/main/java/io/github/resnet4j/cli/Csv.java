package io.github.resnet4j.cli;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Lines of comma-separated values (RFC 4180). */
final class Csv {
    private Csv() {}

    /** One line, without its end. */
    static String line(Object... fields) {
        return Arrays.stream(fields).map(String::valueOf).map(Csv::quoted).collect(Collectors.joining(","));
    }

    private static String quoted(String field) {
        return field.matches("[^,\"\r\n]*") ? field : '"' + field.replace("\"", "\"\"") + '"';
    }
}
