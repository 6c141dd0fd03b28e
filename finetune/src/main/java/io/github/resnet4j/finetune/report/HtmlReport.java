package io.github.resnet4j.finetune.report;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.quality.Interval;
import io.github.resnet4j.finetune.recipe.Choice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The run as one HTML page with charts and images embedded. */
public final class HtmlReport {
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
        ConfusionSections confusion = new ConfusionSections(report, html);
        ImageSections images = new ImageSections(report, html);
        header();
        html.warnings(report.warnings());
        beside();
        new CurvesSection(report, html).curves();
        confusion.confusion();
        confusion.classes();
        new CalibrationSection(report, html).calibration();
        images.topLosses();
        images.best();
        images.gallery();
        images.suspects();
        images.duplicates();
        images.unreadable();
        executors();
        recipe();
        facts();
        sources();
        return html.end();
    }

    private void header() {
        html.openHeader(report.facts().title(), Verdict.of(report.confusion()));
        headline();
        Map<String, String> sections = new LinkedHashMap<>();
        if (!report.others().isEmpty()) {
            sections.put("beside", "Other runs");
        }
        sections.put("curves", "Curves");
        sections.put("confusion", "Confusion");
        sections.put("classes", "Classes");
        report.judgement().ifPresent(known -> sections.put("calibration", "Calibration"));
        sections.put("losses", "Worst predictions");
        sections.put("best", "Best");
        sections.put("gallery", "Samples");
        report.judgement().ifPresent(known -> {
            sections.put("suspects", "Labels to check");
            sections.put("duplicates", "Duplicates");
            if (!known.unreadable().isEmpty()) {
                sections.put("unreadable", "Unreadable images");
            }
        });
        if (!report.executors().isEmpty()) {
            sections.put("executors", "Executors");
        }
        if (!report.choices().isEmpty()) {
            sections.put("recipe", "Recipe");
        }
        sections.put("facts", "Facts");
        sections.put("sources", "Configuration");
        html.closeHeader(sections);
    }

    private void headline() {
        Confusion confusion = report.confusion();
        Optional<EpochRow> row = report.model();
        int epochs = report.epochs().stream().mapToInt(EpochRow::epoch).max().orElse(0);
        String when =
                row.map(r -> "epoch %d of %d".formatted(r.epoch(), epochs)).orElse("");
        if (confusion.total() > 0) {
            Interval range = confusion.top1Interval();
            String of = "%s of %s; 95 %% interval %s to %s"
                    .formatted(
                            Numbers.count(confusion.correct()),
                            Numbers.count(confusion.total(), "image", "images"),
                            Numbers.percent(range.low()),
                            Numbers.percent(range.high()));
            html.tile("Top-1 accuracy", Numbers.percent(confusion.top1()), of);
        } else {
            html.tile(
                    "Top-1 accuracy", row.map(r -> Numbers.percent(r.valTop1())).orElse(Numbers.NONE), when);
        }
        row.filter(r -> !Double.isNaN(r.valTop5()))
                .ifPresent(r -> html.tile("Top-5 accuracy", Numbers.percent(r.valTop5()), when));
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
                    "Images per second",
                    Numbers.fixed(1 / each, 0),
                    Double.isNaN(wait) ? "in training" : Numbers.wholePercent(wait) + " of the time waiting for data");
        }
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

    private void beside() {
        if (report.others().isEmpty() || report.outcome().isEmpty()) {
            return;
        }
        RunOutcome own = report.outcome().get();
        html.openSection("beside", "Beside other runs");
        for (RunOutcome other : report.others()) {
            html.add("<p>{}</p>\n", own.beside(other));
        }
        html.openTable("This run and others", "words");
        html.add("<thead><tr><th>Run</th><th>Epochs</th><th>Time</th><th>Top-1</th><th>95 % interval</th>"
                + "<th>Starts from</th></tr></thead>\n<tbody>\n");
        row(own);
        report.others().forEach(this::row);
        html.closeTable();
        html.closeSection();
    }

    private void row(RunOutcome outcome) {
        Interval range = outcome.top1Interval();
        html.add(
                "<tr><th scope=\"row\"><bdi>{}</bdi></th><td>{}</td><td>{}</td><td>{}</td>",
                outcome.name(),
                Numbers.count(outcome.epochs()),
                Numbers.duration(outcome.seconds()),
                Numbers.percent(outcome.top1()));
        html.add(
                "<td>{} to {}</td><td><bdi>{}</bdi></td></tr>\n",
                Numbers.percent(range.low()),
                Numbers.percent(range.high()),
                outcome.start());
    }

    private void executors() {
        if (report.executors().isEmpty()) {
            return;
        }
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
                    Numbers.fixed(row.imagesPerSecond(), 0));
        }
        html.closeTable();
        html.closeSection();
    }

    private void recipe() {
        if (report.choices().isEmpty()) {
            return;
        }
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
