package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.recipe.Choice;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The run as one HTML page with charts and images embedded. */
public final class HtmlReport {
    private static final int MOST_UNREADABLE_NAMED = 200;

    private final RunReport report;
    private final Page html;

    private HtmlReport(RunReport report) {
        this.report = report;
        this.html = new Page(report.facts().title());
    }

    /** Writes the page, replacing one that is there. */
    public static void write(RunReport report, Path file) throws IOException {
        AtomicFile.write(file, new HtmlReport(report).page());
    }

    private String page() {
        List<Section> sections = sections();
        html.openHeader(report.facts().title(), report.task().verdict());
        headline();
        Map<String, String> links = new LinkedHashMap<>();
        sections.forEach(section -> links.put(section.id(), section.link()));
        html.closeHeader(links);
        html.warnings(report.warnings());
        sections.forEach(section -> section.body().accept(html));
        return html.end();
    }

    private List<Section> sections() {
        Section curves = new Section("curves", "Curves", page -> new CurvesSection(report, page).curves());
        List<Section> sections = new ArrayList<>(report.task().sections(curves));
        if (!report.unreadable().isEmpty()) {
            sections.add(new Section("unreadable", "Unreadable images", page -> unreadable()));
        }
        if (!report.executors().isEmpty()) {
            sections.add(new Section("executors", "Executors", page -> executors()));
        }
        if (!report.choices().isEmpty()) {
            sections.add(new Section("recipe", "Recipe", page -> recipe()));
        }
        sections.add(new Section("facts", "Facts", page -> facts()));
        sections.add(new Section("sources", "Configuration", page -> sources()));
        return sections;
    }

    private void headline() {
        Optional<EpochRow> row = report.model();
        int epochs = report.epochs().stream().mapToInt(EpochRow::epoch).max().orElse(0);
        String when =
                row.map(r -> "epoch %d of %d".formatted(r.epoch(), epochs)).orElse("");
        report.task().headline(html, row, when);
        row.ifPresent(r -> html.tile("Validation loss", Numbers.loss(r.valLoss()), when));
        if (!report.epochs().isEmpty()) {
            long updates = report.epochs().get(report.epochs().size() - 1).iterations();
            String length =
                    Numbers.count(epochs, "epoch", "epochs") + ", " + Numbers.count(updates, "update", "updates");
            html.tile("Time", Numbers.duration(total(EpochRow::seconds)), length);
            // Every epoch has the same images; those with cached features take next to no time.
            double each = mean(epoch -> 1 / epoch.imagesPerSecond());
            double wait = mean(epoch -> epoch.dataWaitShare() / epoch.imagesPerSecond()) / each;
            html.tile(
                    capital(report.task().trainingSamples()) + " per second",
                    Numbers.speed(1 / each),
                    Double.isNaN(wait) ? "in training" : Numbers.wholePercent(wait) + " of the time waiting for data");
        }
    }

    /** With a capital letter, as the beginning of a title. */
    static String capital(String noun) {
        return Character.toUpperCase(noun.charAt(0)) + noun.substring(1);
    }

    private double total(ToDoubleFunction<EpochRow> measure) {
        return report.epochs().stream()
                .mapToDouble(measure)
                .filter(Double::isFinite)
                .sum();
    }

    private double mean(ToDoubleFunction<EpochRow> measure) {
        return report.epochs().stream()
                .mapToDouble(measure)
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
    }

    private void unreadable() {
        List<String> names = report.unreadable();
        html.openSection("unreadable", "Unreadable images");
        html.add("<p>{} could not be read and left out.</p>\n<ul>\n", Numbers.count(names.size(), "image", "images"));
        names.stream().limit(MOST_UNREADABLE_NAMED).forEach(name -> html.add("<li><bdi>{}</bdi></li>\n", name));
        html.add("</ul>\n");
        if (names.size() > MOST_UNREADABLE_NAMED) {
            html.add(
                    "<p class=\"remark\">And {} more; report.json names all.</p>\n",
                    names.size() - MOST_UNREADABLE_NAMED);
        }
        html.closeSection();
    }

    private void executors() {
        html.openSection("executors", "Executors");
        html.add("<p>{}.</p>\n", ExecutorLog.words(report.executors()));
        html.openTable("How each executor spent its time", "words");
        html.add("<thead><tr><th>Executor</th><th>Host</th><th>Images</th><th>Time</th><th>Computing</th>"
                + "<th>Waiting for data</th><th>Exchanging</th><th>Images/s</th></tr></thead>\n<tbody>\n");
        for (ExecutorRow row : report.executors()) {
            html.add(
                    "<tr><th scope=\"row\">{}</th><td><bdi>{}</bdi></td><td>{}</td><td>{}</td>",
                    Numbers.count(row.rank()),
                    row.host(),
                    Numbers.count(row.images()),
                    Numbers.duration(row.seconds()));
            html.add(
                    "<td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                    Numbers.wholePercent(row.computed() / row.seconds()),
                    Numbers.wholePercent(row.waited() / row.seconds()),
                    Numbers.wholePercent(row.exchanged() / row.seconds()),
                    Numbers.speed(row.imagesPerSecond()));
        }
        html.closeTable();
        html.closeSection();
    }

    private void recipe() {
        html.openSection("recipe", "The recipe and its reasons");
        html.openTable("What was chosen, and why", "words");
        html.add("<thead><tr><th>Key</th><th>Value</th><th>Reason</th></tr></thead>\n<tbody>\n");
        for (Choice choice : report.choices()) {
            html.add(
                    "<tr><th scope=\"row\">{}</th><td title=\"{}\">{}</td><td>{}</td></tr>\n",
                    choice.key(),
                    choice.value(),
                    choice.shown(),
                    choice.reason());
        }
        html.closeTable();
        html.closeSection();
    }

    private void facts() {
        html.openSection("facts", "Facts");
        html.add("<div class=\"cards\">\n");
        html.card("Model", report.facts().model());
        html.card("Dataset", report.facts().dataset());
        html.card("Recipe", report.facts().recipe());
        html.card("Environment", report.facts().environment());
        html.add("</div>\n");
        if (!report.facts().notes().isEmpty()) {
            html.add("<h3>Notes</h3>\n<ul>\n");
            report.facts().notes().forEach(note -> html.add("<li>{}</li>\n", note));
            html.add("</ul>\n");
        }
        html.closeSection();
    }

    private void sources() {
        html.openSection("sources", "Configuration and provenance");
        html.add("<details><summary>config.yaml</summary>\n<pre>{}</pre>\n</details>\n", report.configYaml());
        html.add("<details><summary>provenance.json</summary>\n<pre>{}</pre>\n</details>\n", report.provenanceJson());
        html.closeSection();
    }
}
