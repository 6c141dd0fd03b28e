package io.github.resnet4j.finetune.report;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.report.LineChart.Point;
import io.github.resnet4j.finetune.report.LineChart.Series;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/** The run as one HTML page with charts and images embedded. */
public final class HtmlReport {
    private static final int MOST_PAIRS = 12;
    private static final int MOST_CLASSES_IN_FULL = 50;
    private static final int HARDEST_CLASSES = 20;
    private static final int CHART_WIDTH = 540;
    private static final int HEAT_MAP_SIDE = 800;
    /** From this share of its row on, a cell is dark enough (in dark mode: bright enough) to need the other ink. */
    private static final double STRONG_HEAT = 0.66;
    /** Thumbnails below this width are enlarged with their pixels visible, not blurred. */
    private static final int SMALL_THUMBNAIL = 64;

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
        header();
        html.warnings(report.warnings());
        curves();
        confusion();
        classes();
        gallery();
        topLosses();
        facts();
        sources();
        return html.end();
    }

    private void header() {
        html.openHeader(report.facts().title());
        headline();
        Map<String, String> sections = new LinkedHashMap<>();
        sections.put("curves", "Curves");
        sections.put("confusion", "Confusion");
        sections.put("classes", "Classes");
        sections.put("gallery", "Predictions");
        sections.put("losses", "Top losses");
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
            String of = "%s of %s"
                    .formatted(Numbers.count(confusion.correct()), Numbers.count(confusion.total(), "image", "images"));
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
            double wait = mean(EpochRow::dataWaitShare);
            html.tile(
                    "Images per second",
                    Numbers.fixed(mean(EpochRow::imagesPerSecond), 0),
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

    private void curves() {
        html.openSection("curves", "Training curves");
        html.add("<div class=\"charts\">\n");
        chart("Loss", Numbers::loss, 300, train(EpochRow::trainLoss), validation(EpochRow::valLoss));
        chart("Top-1 accuracy", Numbers::percent, 300, train(EpochRow::trainTop1), validation(EpochRow::valTop1));
        chart("Learning rate", Numbers::rate, 190, line("learning rate", "lr", EpochRow::lr));
        chart(
                "Training images per second",
                value -> Numbers.fixed(value, 0),
                190,
                line("images per second", "speed", EpochRow::imagesPerSecond));
        html.add("</div>\n");
        report.model().ifPresent(model -> {
            EpochRow last = report.epochs().get(report.epochs().size() - 1);
            html.add(
                    "<p>model.zip is from epoch {}: validation accuracy <strong>{}</strong>. {}</p>\n",
                    model.epoch(),
                    Numbers.percent(model.valTop1()),
                    model.equals(last)
                            ? "It is the last epoch, too."
                            : "After the last epoch, %d, it was %s (last.zip)."
                                    .formatted(last.epoch(), Numbers.percent(last.valTop1())));
        });
        if (!report.epochs().isEmpty()) {
            epochTable();
        }
        html.closeSection();
    }

    private Series train(ToDoubleFunction<EpochRow> measure) {
        return line("training", "train", measure);
    }

    private Series validation(ToDoubleFunction<EpochRow> measure) {
        return line("validation", "val", measure);
    }

    private Series line(String name, String style, ToDoubleFunction<EpochRow> measure) {
        return new Series(
                name,
                style,
                report.epochs().stream()
                        .map(row -> new Point(row.epoch(), measure.applyAsDouble(row)))
                        .toList());
    }

    private void chart(String title, DoubleFunction<String> format, int height, Series... series) {
        Html svg = new LineChart(title, List.of(series), format, CHART_WIDTH, height).svg();
        html.add("<figure class=\"plot\"><figcaption>{}</figcaption>\n{}\n</figure>\n", title, svg);
    }

    private void epochTable() {
        html.add("<details><summary>Every epoch</summary>\n");
        html.openTable("Measurements by epoch");
        html.add("<thead><tr><th>Epoch</th><th>Updates</th><th>Rate</th><th>Train loss</th><th>Train top-1</th>");
        boolean top5 = report.epochs().stream().anyMatch(row -> !Double.isNaN(row.valTop5()));
        html.add("<th>Val loss</th><th>Val top-1</th>{}", Html.trusted(top5 ? "<th>Val top-5</th>" : ""));
        html.add("<th>Time</th><th>Images/s</th><th>Data wait</th>");
        html.add("</tr></thead>\n<tbody>\n");
        for (EpochRow row : report.epochs()) {
            html.add(
                    "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td>",
                    row.epoch(),
                    Numbers.count(row.iterations()),
                    Numbers.rate(row.lr()));
            html.add("<td>{}</td><td>{}</td>", Numbers.loss(row.trainLoss()), Numbers.percent(row.trainTop1()));
            html.add("<td>{}</td><td>{}</td>", Numbers.loss(row.valLoss()), Numbers.percent(row.valTop1()));
            if (top5) {
                html.add("<td>{}</td>", Numbers.percent(row.valTop5()));
            }
            html.add(
                    "<td>{}</td><td>{}</td><td>{}</td></tr>\n",
                    Numbers.duration(row.seconds()),
                    Numbers.fixed(row.imagesPerSecond(), 0),
                    Numbers.wholePercent(row.dataWaitShare()));
        }
        html.add("</tbody></table></div></details>\n");
    }

    private void confusion() {
        Confusion confusion = report.confusion();
        html.openSection("confusion", "Confusion matrix");
        html.add("<p>{}.", Charts.caption(confusion));
        if (confusion.total() == 0) {
            html.add("</p>\n</section>\n");
            return;
        }
        html.add(" Rows are actual classes, columns predicted classes; a stronger colour is a larger share of the row."
                + "</p>\n");
        if (confusion.classes().size() <= Charts.MOST_CLASSES_WITH_COUNTS) {
            matrix(confusion);
        } else {
            int cell = Math.max(1, HEAT_MAP_SIDE / confusion.classes().size());
            html.add(
                    "<img class=\"heatmap\" alt=\"{}\" src=\"{}\">\n",
                    "Heat map of the confusion matrix, " + Charts.caption(confusion),
                    pngUri(Png.encode(Charts.heatMap(confusion, cell))));
        }
        html.closeSection();
    }

    private void matrix(Confusion confusion) {
        html.openTable("Confusion matrix", "matrix");
        html.add("<thead><tr><td class=\"corner\">actual ↓ predicted →</td>");
        confusion.classes().forEach(name -> html.add("<th scope=\"col\"><bdi title=\"{}\">{}</bdi></th>", name, name));
        html.add("</tr></thead>\n<tbody>\n");
        for (int i = 0; i < confusion.classes().size(); i++) {
            html.add(
                    "<tr><th scope=\"row\"><bdi>{}</bdi></th>",
                    confusion.classes().get(i));
            long support = confusion.support(i);
            long[] row = confusion.counts()[i];
            for (int j = 0; j < row.length; j++) {
                // The square root makes rare mistakes visible, as in confusion.png.
                double heat = support == 0 ? 0 : Math.sqrt((double) row[j] / support);
                String style =
                        (row[j] == 0 ? "zero" : heat > STRONG_HEAT ? "heat strong" : "heat") + (i == j ? " hit" : "");
                html.add(
                        "<td class=\"{}\" style=\"--h:{}\">{}</td>",
                        style,
                        Numbers.fixed(heat, 2),
                        Numbers.count(row[j]));
            }
            html.add("</tr>\n");
        }
        html.closeTable();
    }

    private void classes() {
        html.openSection("classes", "Classes");
        Confusion confusion = report.confusion();
        if (confusion.total() == 0) {
            html.add("<p class=\"none\">No image was evaluated.</p>\n</section>\n");
            return;
        }
        html.add("<div class=\"columns\">\n<div>\n<h3>Most confused</h3>\n");
        List<Confusion.Pair> pairs = confusion.mostConfused(MOST_PAIRS);
        if (pairs.isEmpty()) {
            html.add("<p class=\"none\">No image was misclassified.</p>\n");
        } else {
            html.add("<ol class=\"pairs\">\n");
            for (Confusion.Pair pair : pairs) {
                html.add("<li><bdi>{}</bdi> mistaken for <bdi>{}</bdi>", pair.actual(), pair.predicted());
                html.add(
                        "<span class=\"share\">{}, {}</span></li>\n",
                        Numbers.count(pair.count(), "image", "images"),
                        Numbers.percent(pair.share()));
            }
            html.add("</ol>\n");
        }
        html.add("</div>\n<div>\n");
        List<Confusion.ClassScore> scores = confusion.scores();
        if (scores.size() <= MOST_CLASSES_IN_FULL) {
            html.add("<h3>By class</h3>\n");
            scoreTable(scores);
        } else {
            html.add("<h3>The {} hardest</h3>\n", HARDEST_CLASSES);
            scoreTable(scores.stream()
                    .filter(score -> score.support() > 0)
                    .sorted(Comparator.comparingDouble(Confusion.ClassScore::recall))
                    .limit(HARDEST_CLASSES)
                    .toList());
            html.add("<details><summary>All {} classes</summary>\n", scores.size());
            scoreTable(scores);
            html.add("</details>\n");
        }
        html.add("</div>\n</div>\n</section>\n");
    }

    private void scoreTable(List<Confusion.ClassScore> scores) {
        html.openTable("Scores by class");
        html.add(
                "<thead><tr><th>Class</th><th>Images</th><th>Precision</th><th>Recall</th><th>F1</th></tr></thead>\n<tbody>\n");
        for (Confusion.ClassScore score : scores) {
            html.add(
                    "<tr><th scope=\"row\"><bdi>{}</bdi></th><td>{}</td>",
                    score.name(),
                    Numbers.count(score.support()));
            bar(score.precision());
            bar(score.recall());
            bar(score.f1());
            html.add("</tr>\n");
        }
        html.closeTable();
    }

    private void bar(double fraction) {
        String width = Double.isNaN(fraction) ? "0" : Numbers.fixed(100 * fraction, 0);
        html.add("<td class=\"bar\" style=\"--w:{}%\">{}</td>", width, Numbers.percent(fraction));
    }

    private void gallery() {
        html.openSection("gallery", "Predictions");
        shots(report.gallery(), "No predictions were recorded.");
        html.closeSection();
    }

    private void topLosses() {
        html.openSection("losses", "Top losses");
        html.add("<p>The images the network got most wrong, worst first. Mislabelled images often show up here.</p>\n");
        shots(report.topLosses(), "No losses were recorded.");
        html.closeSection();
    }

    private void shots(List<Prediction> predictions, String none) {
        if (predictions.isEmpty()) {
            html.add("<p class=\"none\">{}</p>\n", none);
            return;
        }
        html.add("<div class=\"shots\">\n");
        for (Prediction p : predictions) {
            html.add("<figure class=\"shot {}\">", p.right() ? "right" : "wrong");
            if (p.thumbnailPng().length == 0) {
                html.add("<div class=\"blank\">no image</div>");
            } else {
                html.add(
                        "<img class=\"{}\" loading=\"lazy\" alt=\"{}\" src=\"{}\">",
                        p.thumbnailWidth() < SMALL_THUMBNAIL ? "pixels" : "smooth",
                        "Image " + p.file(),
                        pngUri(p.thumbnailPng()));
            }
            html.add("<figcaption><span class=\"verdict\">{}</span> ", p.right() ? "✓ right" : "✗ wrong");
            html.add("<span class=\"share\">{}</span>", Numbers.wholePercent(p.probability()));
            html.add("<bdi class=\"said\">{}</bdi>", p.predicted());
            if (!p.actual().equals(p.predicted())) {
                html.add("<span class=\"truth\">actually <bdi>{}</bdi></span>", p.actual());
            }
            html.add("<bdi class=\"file\" title=\"{}\">{}</bdi></figcaption></figure>\n", p.file(), p.file());
        }
        html.add("</div>\n");
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

    private static Html pngUri(byte[] png) {
        return Html.trusted("data:image/png;base64," + Base64.getEncoder().encodeToString(png));
    }
}
