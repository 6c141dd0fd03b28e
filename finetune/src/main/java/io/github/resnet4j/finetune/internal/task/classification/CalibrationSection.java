package io.github.resnet4j.finetune.internal.task.classification;

import io.github.resnet4j.finetune.internal.report.Html;
import io.github.resnet4j.finetune.internal.report.LineChart;
import io.github.resnet4j.finetune.internal.report.LineChart.Point;
import io.github.resnet4j.finetune.internal.report.LineChart.Series;
import io.github.resnet4j.finetune.internal.report.Page;
import io.github.resnet4j.finetune.quality.Calibration;
import io.github.resnet4j.finetune.report.Numbers;
import java.util.ArrayList;
import java.util.List;

/** How far the model's probabilities can be trusted. */
final class CalibrationSection {
    private static final int CHART_WIDTH = 540;
    private static final int CHART_HEIGHT = 360;

    private final ClassificationReport report;
    private final Page html;

    CalibrationSection(ClassificationReport report, Page html) {
        this.report = report;
        this.html = html;
    }

    void calibration() {
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
                            CHART_HEIGHT,
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
}
