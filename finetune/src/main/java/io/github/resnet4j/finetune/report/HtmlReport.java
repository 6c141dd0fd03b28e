package io.github.resnet4j.finetune.report;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.quality.Calibration;
import io.github.resnet4j.finetune.quality.Interval;
import io.github.resnet4j.finetune.recipe.Choice;
import io.github.resnet4j.finetune.report.LineChart.Point;
import io.github.resnet4j.finetune.report.LineChart.Series;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The run as one HTML page with charts and images embedded. */
public final class HtmlReport {
    private static final int MOST_PAIRS = 12;
    private static final int MOST_CLASSES_IN_FULL = 50;
    private static final int HARDEST_CLASSES = 20;
    private static final int CHART_WIDTH = 540;
    private static final int HEAT_MAP_SIDE = 800;
    /** Up to so many classes the matrix is a table, whose cells say what they are; beyond, an image. */
    private static final int MOST_CLASSES_AS_TABLE = 200;

    private static final int MOST_MISTAKES_NAMED = 5;
    private static final int MOST_UNREADABLE_NAMED = 200;
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
        beside();
        curves();
        confusion();
        classes();
        calibration();
        topLosses();
        best();
        gallery();
        suspects();
        duplicates();
        unreadable();
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
        html.openTable("This run and others");
        html.add("<thead><tr><th>Run</th><th>Epochs</th><th>Time</th><th>Top-1</th><th>95 % interval</th>"
                + "<th class=\"words\">Starts from</th></tr></thead>\n<tbody>\n");
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
                "<td>{} to {}</td><td class=\"words\"><bdi>{}</bdi></td></tr>\n",
                Numbers.percent(range.low()),
                Numbers.percent(range.high()),
                outcome.start());
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
            matrix(confusion, false);
        } else if (confusion.classes().size() <= MOST_CLASSES_AS_TABLE) {
            html.add(
                    "<p>Point at a cell to read what it counts; the table of mistakes below it has the same in words.</p>\n");
            matrix(confusion, true);
            mistakes(confusion);
        } else {
            int cell = Math.max(1, HEAT_MAP_SIDE / confusion.classes().size());
            html.add(
                    "<img class=\"heatmap\" alt=\"{}\" src=\"{}\">\n",
                    "Heat map of the confusion matrix, " + Charts.caption(confusion),
                    pngUri(Png.encode(Charts.heatMap(confusion, cell))));
            mistakes(confusion);
        }
        html.closeSection();
    }

    /** Every class and what it is taken for, in words. */
    private void mistakes(Confusion confusion) {
        html.add("<details><summary>Every class and what it is mistaken for</summary>\n");
        html.openTable("Mistakes by class", "mistakes");
        html.add("<thead><tr><th>Class</th><th>Right</th><th>Mistaken for</th></tr></thead>\n<tbody>\n");
        for (int i = 0; i < confusion.classes().size(); i++) {
            long[] row = confusion.counts()[i];
            int actual = i;
            List<Integer> others = IntStream.range(0, row.length)
                    .filter(j -> j != actual && row[j] > 0)
                    .boxed()
                    .sorted(Comparator.comparingLong((Integer j) -> row[j]).reversed())
                    .toList();
            html.add(
                    "<tr><th scope=\"row\"><bdi>{}</bdi></th><td>{} of {}</td><td>",
                    confusion.classes().get(i),
                    Numbers.count(row[i]),
                    Numbers.count(confusion.support(i)));
            for (int j : others.subList(0, Math.min(MOST_MISTAKES_NAMED, others.size()))) {
                html.add("<bdi>{}</bdi> ({}) ", confusion.classes().get(j), Numbers.count(row[j]));
            }
            html.add(
                    others.size() > MOST_MISTAKES_NAMED ? "and {} more classes</td></tr>\n" : "{}</td></tr>\n",
                    others.size() > MOST_MISTAKES_NAMED ? String.valueOf(others.size() - MOST_MISTAKES_NAMED) : "");
        }
        html.closeTable();
        html.add("</details>\n");
    }

    /** @param dense without numbers in the cells, which tell them when pointed at */
    private void matrix(Confusion confusion, boolean dense) {
        html.openTable("Confusion matrix", dense ? "matrix dense" : "matrix");
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
                if (dense && row[j] == 0) {
                    html.add("<td></td>");
                    continue;
                }
                html.add(
                        "<td class=\"{}\" style=\"--h:{}\" title=\"{} taken for {}: {} of {}\">",
                        style,
                        Numbers.fixed(heat, 2),
                        confusion.classes().get(i),
                        confusion.classes().get(j),
                        Numbers.count(row[j]),
                        Numbers.count(support));
                if (!dense) {
                    html.add("{}", Numbers.count(row[j]));
                    if (row[j] > 0) {
                        html.add("<small>{}</small>", Numbers.wholePercent((double) row[j] / support));
                    }
                }
                html.add("</td>");
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
        html.add("<thead><tr><th>Class</th><th>Images</th><th>Precision</th><th>95 %</th><th>Recall</th><th>95 %</th>"
                + "<th>F1</th></tr></thead>\n<tbody>\n");
        for (Confusion.ClassScore score : scores) {
            html.add(
                    "<tr><th scope=\"row\"><bdi>{}</bdi></th><td>{}</td>",
                    score.name(),
                    Numbers.count(score.support()));
            bar(score.precision());
            range(score.precisionInterval());
            bar(score.recall());
            range(score.recallInterval());
            bar(score.f1());
            html.add("</tr>\n");
        }
        html.closeTable();
    }

    private void range(Interval interval) {
        html.add("<td class=\"range\">{}</td>", words(interval));
    }

    /** {@code 83–97%}. */
    private static String words(Interval interval) {
        return Double.isNaN(interval.low())
                ? Numbers.NONE
                : Numbers.fixed(100 * interval.low(), 0) + "–" + Numbers.wholePercent(interval.high());
    }

    private void bar(double fraction) {
        String width = Double.isNaN(fraction) ? "0" : Numbers.fixed(100 * fraction, 0);
        html.add("<td class=\"bar\" style=\"--w:{}%\">{}</td>", width, Numbers.percent(fraction));
    }

    private void calibration() {
        report.judgement().map(Judgement::scaling).ifPresent(scaling -> {
            html.openSection("calibration", "Calibration");
            html.add(
                    "<p>When the model says 90 %, is it right nine times of ten? On the line of dashes it is; below it, it is"
                            + " surer than it is right.</p>\n");
            boolean kept = scaling.kept().isPresent();
            List<Series> lines = new ArrayList<>();
            lines.add(new Series("perfect", "ideal", List.of(new Point(0, 0, "perfect"), new Point(1, 1, "perfect"))));
            lines.add(reliability("the network’s own", "train", scaling.before()));
            if (kept) {
                lines.add(reliability("calibrated", "val", scaling.after()));
            }
            Html svg = new LineChart(
                            "Reliability diagram",
                            lines,
                            Numbers::percent,
                            CHART_WIDTH,
                            CHART_WIDTH * 2 / 3,
                            new LineChart.Across("probability of the predicted class", false),
                            false)
                    .svg();
            html.add(
                    "<figure class=\"plot reliability\"><figcaption>Share that is right, by probability</figcaption>\n");
            html.add("{}\n</figure>\n", svg);
            html.add(
                    "<p>Expected calibration error (15 bins): <strong>{}</strong> with the network’s own probabilities",
                    Numbers.percent(scaling.before().error()));
            if (kept) {
                html.add(
                        ", <strong>{}</strong> calibrated with temperature {}. The temperature is in model.zip, and predict and"
                                + " eval use it; it does not change which class is predicted.</p>\n",
                        Numbers.percent(scaling.after().error()),
                        Numbers.rate(scaling.kept().getAsDouble()));
            } else {
                html.add(
                        ". No temperature is stored in model.zip: one fitted to half of the images did not help with the"
                                + " other half.</p>\n");
            }
            html.add(
                    "<p class=\"remark\">Measured on the validation images, {}: each half with a temperature fitted to the"
                            + " other half. Few images make a rough estimate.</p>\n",
                    Numbers.count(scaling.images()));
            html.add("<details><summary>In numbers</summary>\n");
            html.openTable("Reliability", "bins");
            html.add(
                    "<thead><tr><th>Probability</th><th>Images</th><th>Mean</th><th>Right</th></tr></thead>\n<tbody>\n");
            for (Calibration.Bin bin : (kept ? scaling.after() : scaling.before()).bins()) {
                if (bin.images() > 0) {
                    html.add(
                            "<tr><th scope=\"row\">{}–{}</th><td>{}</td>",
                            Numbers.fixed(100 * bin.from(), 0),
                            Numbers.wholePercent(bin.to()),
                            Numbers.count(bin.images()));
                    html.add(
                            "<td>{}</td><td>{}</td></tr>\n",
                            Numbers.percent(bin.confidence()),
                            Numbers.percent(bin.accuracy()));
                }
            }
            html.closeTable();
            html.add("</details>\n");
            html.closeSection();
        });
    }

    private static Series reliability(String name, String style, Calibration calibration) {
        return new Series(
                name,
                style,
                calibration.bins().stream()
                        .filter(bin -> bin.images() > 0)
                        .map(bin -> new Point(
                                bin.confidence(),
                                bin.accuracy(),
                                Numbers.count(bin.images(), "image", "images") + " of about "
                                        + Numbers.wholePercent(bin.confidence())))
                        .toList());
    }

    private void best() {
        html.openSection("best", "Best predictions");
        html.add("<p>Right, and the surest of each class.</p>\n");
        shots(report.best(), "No prediction was right.");
        html.closeSection();
    }

    private void suspects() {
        report.judgement().ifPresent(known -> {
            html.openSection("suspects", "Labels to check");
            if (!known.suspects().isEmpty() && !Verdict.hasLearnt(report.confusion())) {
                html.add("<p class=\"none\">This model knows too little to question a label.</p>\n");
            } else {
                labels(
                        html,
                        known.suspects(),
                        known.suspectCount(),
                        "validation image",
                        "validation images",
                        "report.json");
            }
            html.closeSection();
        });
    }

    /**
     * Images whose labels a model doubts.
     *
     * @param suspects the worst first; of many, the first
     * @param count how many there are
     * @param all the file that names all of them
     */
    static void labels(Page html, List<Prediction> suspects, int count, String one, String many, String all) {
        if (suspects.isEmpty()) {
            html.add("<p class=\"none\">The model confidently disagrees with no label.</p>\n");
            return;
        }
        html.add(
                "<p>With the labels of {} the model disagrees, as confidently as it usually agrees with images of the"
                        + " other class (confident learning, Northcutt et al. 2021). Some may be mislabelled or show"
                        + " both; others are simply the model’s mistakes. Only somebody who looks can tell.</p>\n",
                Numbers.count(count, one, many));
        html.add("<div class=\"shots\">\n");
        for (Prediction p : suspects) {
            html.add("<figure class=\"shot\">{}<figcaption>", image(p));
            html.add("labelled <bdi class=\"said\">{}</bdi>", p.actual());
            html.add(
                    "<span class=\"truth\">the model: <bdi>{}</bdi>, {}</span>",
                    p.predicted(),
                    Numbers.wholePercent(p.probability()));
            html.add("<bdi class=\"file\" title=\"{}\">{}</bdi></figcaption></figure>\n", p.file(), p.file());
        }
        html.add("</div>\n");
        if (count > suspects.size()) {
            html.add(
                    "<p class=\"remark\">The {} with the least probable labels; {} names all.</p>\n",
                    suspects.size(),
                    all);
        }
    }

    private void duplicates() {
        report.judgement().flatMap(Judgement::duplicates).ifPresent(found -> {
            html.openSection("duplicates", "Duplicates between training and validation");
            long all = found.exact() + found.alike();
            String compared = Numbers.count(found.valImages(), "validation image was", "validation images were")
                    + " compared with " + Numbers.count(found.trainImages(), "training image", "training images") + ".";
            if (all == 0) {
                html.add("<p>No validation image looks like a training image. {}</p>\n", compared);
            } else {
                html.add(
                        "<p><strong>{}</strong> equal to a training image in every pixel, and {} like one. The model may know"
                                + " the answers by heart: the more there are, the more its accuracy flatters it. {}</p>\n",
                        Numbers.count(found.exact(), "validation image is", "validation images are"),
                        Numbers.count(found.alike(), "more looks", "more look"),
                        compared);
                html.add("<div class=\"twins\">\n");
                for (Judgement.Twin twin : found.twins()) {
                    html.add(
                            "<figure class=\"twin\"><div>{}{}</div><figcaption>{}",
                            picture(
                                    twin.val().thumbnailPng(),
                                    "Validation image " + twin.val().file()),
                            picture(
                                    twin.train().thumbnailPng(),
                                    "Training image " + twin.train().file()),
                            twin.exact() ? "Equal" : "Alike");
                    html.add(
                            " <bdi class=\"file\" title=\"{}\">{}</bdi>",
                            twin.val().file(),
                            twin.val().file());
                    html.add(
                            " <bdi class=\"file\" title=\"{}\">{}</bdi>",
                            twin.train().file(),
                            twin.train().file());
                    if (!twin.val().label().equals(twin.train().label())) {
                        html.add(
                                "<span class=\"truth\">labelled <bdi>{}</bdi> and <bdi>{}</bdi></span>",
                                twin.val().label(),
                                twin.train().label());
                    }
                    html.add("</figcaption></figure>\n");
                }
                html.add("</div>\n");
                if (all > found.twins().size()) {
                    html.add(
                            "<p class=\"remark\">The first {}; report.json names all.</p>\n",
                            found.twins().size());
                }
            }
            html.closeSection();
        });
    }

    private static Html picture(byte[] png, String text) {
        return png.length == 0
                ? new Html().add("<span class=\"blank\">no image</span>")
                : new Html().add("<img loading=\"lazy\" alt=\"{}\" src=\"{}\">", text, pngUri(png));
    }

    private void unreadable() {
        List<String> names = report.judgement().map(Judgement::unreadable).orElse(List.of());
        if (names.isEmpty()) {
            return;
        }
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

    private void gallery() {
        html.openSection("gallery", "Samples");
        html.add("<p>Spread evenly over the validation images.</p>\n");
        shots(report.gallery(), "No predictions were recorded.");
        html.closeSection();
    }

    private void topLosses() {
        html.openSection("losses", "Worst predictions");
        html.add(
                "<p>The images the network got most wrong, worst first. Mislabelled images often show up here.{}</p>\n",
                report.topLosses().stream().anyMatch(shot -> shot.heatMapPng().length > 0)
                        ? " The second picture is what the network saw; what speaks for its answer glows."
                        : "");
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
            html.add("{}", image(p));
            if (p.heatMapPng().length > 0) {
                html.add(
                        "<img class=\"map\" loading=\"lazy\" alt=\"{}\" src=\"{}\">",
                        "What speaks for " + p.predicted() + " in " + p.file(),
                        pngUri(p.heatMapPng()));
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

    private static Html image(Prediction p) {
        return p.thumbnailPng().length == 0
                ? new Html().add("<div class=\"blank\">no image</div>")
                : new Html()
                        .add(
                                "<img class=\"{}\" loading=\"lazy\" alt=\"{}\" src=\"{}\">",
                                p.thumbnailWidth() < SMALL_THUMBNAIL ? "pixels" : "smooth",
                                "Image " + p.file(),
                                pngUri(p.thumbnailPng()));
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

    private static Html pngUri(byte[] png) {
        return Html.trusted("data:image/png;base64," + Base64.getEncoder().encodeToString(png));
    }
}
