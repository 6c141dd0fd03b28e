package io.github.resnet4j.faults;

import io.github.resnet4j.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A file for each row that was measured, and the page that is made of them. */
final class Results {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Path folder;
    private final Path page;

    /** @param results the folder of the page {@code faults.md} and of {@code faults/}, the rows */
    Results(Path results) {
        folder = results.resolve("faults");
        page = results.resolve("faults.md");
    }

    Optional<Result> of(Bar bar) throws IOException {
        Path file = file(bar.id());
        if (Files.notExists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(file), Result.class));
        } catch (JacksonException e) {
            throw new IOException(file + ": " + e.getOriginalMessage(), e);
        }
    }

    void write(Result result) throws IOException {
        Files.createDirectories(folder);
        AtomicFile.write(file(result.bar()), JSON.writeValueAsString(result) + "\n");
    }

    private Path file(String id) {
        return folder.resolve(id + ".json");
    }

    /** Writes the page of all bars, with or without a result. */
    void writePage(List<Bar> bars) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "# Faults",
                "",
                "What was done to whole programs, and what they made of it: `faults/run.sh` runs every row at full length and writes",
                "this page; `faults/run.sh ROW...` runs some. Each row is a file in `faults/` beside it. A row is *met* only if it was",
                "tried as often as the bar asks, *short* if it was tried less or falls short of a figure.",
                "",
                "| bar | asked | measured | verdict | trials | seconds | command |",
                "|---|---|---|---|---:|---:|---|"));
        TreeSet<String> places = new TreeSet<>();
        for (Bar bar : bars) {
            Optional<Result> known = of(bar);
            known.filter(result -> result.trials() > 0)
                    .ifPresent(result -> places.add(result.date() + ": " + result.machine()));
            lines.add(line(bar, known));
        }
        lines.addAll(List.of("", "Measured on:", ""));
        places.forEach(place -> lines.add("* " + place));
        AtomicFile.write(page, String.join("\n", lines) + "\n");
    }

    private static String line(Bar bar, Optional<Result> known) {
        return known.map(result -> String.format(
                        Locale.ROOT,
                        "| %s | %s | %s | %s | %,d | %,d | `%s` |",
                        bar.id(),
                        cell(bar.asked()),
                        cell(result.figure()),
                        result.verdict().words(),
                        result.trials(),
                        result.seconds(),
                        result.command()))
                .orElseGet(() -> "| " + bar.id() + " | " + cell(bar.asked())
                        + " | – | not run | 0 | 0 | `faults/run.sh " + bar.id() + "` |");
    }

    private static String cell(String text) {
        return text.strip().replaceAll("\\s+", " ").replace("|", "\\|");
    }
}
