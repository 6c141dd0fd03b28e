package io.github.resnet4j.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The results of a run.
 *
 * @param settings what was measured
 * @param machine where
 * @param absent who could not take part, and why
 * @param rows workload by workload
 */
record Results(Settings settings, Machine machine, Map<Who, String> absent, List<Row> rows) {
    private static final MathContext FIVE_DIGITS = new MathContext(5);

    /** Whether any contestant finished a workload. */
    boolean any() {
        return rows.stream().anyMatch(row -> row.series().isPresent());
    }

    /** Speed relative to the faster of PyTorch's layouts; empty if one of them did not finish. */
    Optional<Double> ratio(Row row) {
        Optional<Series> yardstick = rows.stream()
                .filter(other ->
                        other.workload().equals(row.workload()) && other.who().yardstick())
                .flatMap(other -> other.series().stream())
                .max(Comparator.comparingDouble(Series::median));
        return row.series().flatMap(own -> yardstick.map(own::ratioTo));
    }

    /** The table for people. */
    String table() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s, %d cores, %s, load %.1f before; %d threads, %d rounds of %s s; images per second",
                machine.cpu(),
                machine.cores(),
                machine.os(),
                machine.load(),
                settings.threads(),
                settings.rounds(),
                number(settings.seconds())));
        for (Workload workload : settings.workloads()) {
            List<Row> own =
                    rows.stream().filter(row -> row.workload().equals(workload)).toList();
            if (!own.isEmpty()) {
                lines.add("");
                lines.add(String.format("%-34s%10s%10s%10s%8s", workload.title(), "median", "min", "max", "ratio"));
                own.forEach(row -> lines.add(line(row)));
            }
        }
        lines.add("");
        lines.add("ratio: to the faster of PyTorch's layouts, round by round");
        descriptions().forEach((who, texts) -> lines.add(who + ": " + String.join("; ", texts)));
        absent.forEach((who, reason) -> lines.add(who.word() + ": absent, " + reason));
        return String.join(System.lineSeparator(), lines);
    }

    private String line(Row row) {
        String name = "  " + row.who().word();
        return row.series()
                .map(series -> String.format(
                        Locale.ROOT,
                        "%-34s%10s%10s%10s%8s",
                        name,
                        rounded(series.median()),
                        rounded(series.min()),
                        rounded(series.max()),
                        ratio(row)
                                .map(ratio -> String.format(Locale.ROOT, "%.2f", ratio))
                                .orElse("-")))
                .orElseGet(() -> String.format("%-34s%s", name, row.failure().orElse("no round")));
    }

    /** CSV for programs: a header and a line for every contestant that finished a workload. */
    String csv() {
        List<String> lines = new ArrayList<>();
        lines.add("who,network,mode,batch,imagesPerSecond,min,max");
        for (Row row : rows) {
            row.series()
                    .ifPresent(series -> lines.add(String.join(
                            ",",
                            row.who().word(),
                            row.workload().network(),
                            row.workload().mode().word(),
                            String.valueOf(row.workload().batch()),
                            number(series.median()),
                            number(series.min()),
                            number(series.max()))));
        }
        return String.join("\n", lines) + "\n";
    }

    /** What the CSV leaves out: the machine, the versions, and every round. */
    Map<String, Object> json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("machine", machine);
        Map<String, Object> asked = new LinkedHashMap<>();
        asked.put("rounds", settings.rounds());
        asked.put("seconds", settings.seconds());
        asked.put("threads", settings.threads());
        object.put("settings", asked);
        object.put("contestants", descriptions());
        Map<String, String> missing = new LinkedHashMap<>();
        absent.forEach((who, reason) -> missing.put(who.word(), reason));
        object.put("absent", missing);
        List<Object> measured = new ArrayList<>();
        for (Row row : rows) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("who", row.who().word());
            one.put("network", row.workload().network());
            one.put("mode", row.workload().mode().word());
            one.put("batch", row.workload().batch());
            one.put("description", row.description());
            one.put("rounds", row.rounds());
            row.failure().ifPresent(failure -> one.put("failure", failure));
            measured.add(one);
        }
        object.put("measured", measured);
        return object;
    }

    /** How every contestant described itself: PyTorch and others do not run every workload in the same way. */
    private Map<String, Set<String>> descriptions() {
        Map<String, Set<String>> descriptions = new LinkedHashMap<>();
        for (Row row : rows) {
            if (!row.description().isEmpty()) {
                descriptions
                        .computeIfAbsent(row.who().word(), who -> new LinkedHashSet<>())
                        .add(row.description());
            }
        }
        return descriptions;
    }

    /** For people: as many digits as the measurement is worth. */
    private static String rounded(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.3f" : "%.1f", value);
    }

    private static String number(double value) {
        return BigDecimal.valueOf(value).round(FIVE_DIGITS).stripTrailingZeros().toPlainString();
    }
}
