package io.github.resnet4j.finetune.report;

import io.github.resnet4j.finetune.report.LineChart.Point;
import io.github.resnet4j.finetune.report.LineChart.Series;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/** What became of the run, epoch by epoch. */
final class CurvesSection {
    private static final int CHART_WIDTH = 540;

    private final RunReport report;
    private final Page html;

    CurvesSection(RunReport report, Page html) {
        this.report = report;
        this.html = html;
    }

    void curves() {
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
}
