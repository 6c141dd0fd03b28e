package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.finetune.internal.report.LineChart.Point;
import io.github.resnet4j.finetune.internal.report.LineChart.Series;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.report.Numbers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.Function;
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
        Optional<Metric> main = report.epochs().stream().findFirst().flatMap(EpochRow::main);
        html.openSection("curves", "Training curves");
        html.add("<div class=\"charts\">\n");
        chart("Loss", Numbers::loss, 300, train(EpochRow::trainLoss), validation(EpochRow::valLoss));
        main.ifPresent(metric -> chart(
                metric.title(),
                metric::text,
                300,
                train(row -> row.train(metric)),
                validation(row -> row.val(metric))));
        chart("Learning rate", Numbers::rate, 190, line("learning rate", "lr", EpochRow::lr));
        chart(
                "Training " + report.task().trainingSamples() + " per second",
                value -> Numbers.fixed(value, 0),
                190,
                line(report.task().trainingSamples() + " per second", "speed", EpochRow::imagesPerSecond));
        html.add("</div>\n");
        report.model().ifPresent(model -> {
            EpochRow last = report.epochs().get(report.epochs().size() - 1);
            html.add(
                    "<p>model.zip is from epoch {}: validation {} <strong>{}</strong>. {}</p>\n",
                    model.epoch(),
                    main.map(metric -> metric.equals(Metric.TOP1) ? "accuracy" : metric.label())
                            .orElse("loss"),
                    value(model),
                    model.equals(last)
                            ? "It is the last epoch, too."
                            : "After the last epoch, %d, it was %s (last.zip).".formatted(last.epoch(), value(last)));
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
        List<Metric> training = measured(EpochRow::training);
        List<Metric> validation = measured(EpochRow::validation);
        html.add("<thead><tr><th>Epoch</th><th>Updates</th><th>Rate</th><th>Train loss</th>");
        training.forEach(metric -> html.add("<th>Train {}</th>", metric.label()));
        html.add("<th>Val loss</th>");
        validation.forEach(metric -> html.add("<th>Val {}</th>", metric.label()));
        html.add(
                "<th>Time</th><th>{}/s</th><th>Data wait</th>",
                HtmlReport.capital(report.task().trainingSamples()));
        html.add("</tr></thead>\n<tbody>\n");
        for (EpochRow row : report.epochs()) {
            html.add(
                    "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td>",
                    row.epoch(),
                    Numbers.count(row.iterations()),
                    Numbers.rate(row.lr()));
            html.add("<td>{}</td>", Numbers.loss(row.trainLoss()));
            training.forEach(metric -> html.add("<td>{}</td>", metric.text(row.train(metric))));
            html.add("<td>{}</td>", Numbers.loss(row.valLoss()));
            validation.forEach(metric -> html.add("<td>{}</td>", metric.text(row.val(metric))));
            html.add(
                    "<td>{}</td><td>{}</td><td>{}</td></tr>\n",
                    Numbers.duration(row.seconds()),
                    Numbers.speed(row.imagesPerSecond()),
                    Numbers.wholePercent(row.dataWaitShare()));
        }
        html.add("</tbody></table></div></details>\n");
    }

    /** The main figure, and others that any epoch has. */
    private List<Metric> measured(Function<EpochRow, Map<Metric, Double>> part) {
        return report.epochs().stream()
                .flatMap(row -> part.apply(row).entrySet().stream())
                .filter(entry -> !Double.isNaN(entry.getValue())
                        || report.epochs().get(0).main().equals(Optional.of(entry.getKey())))
                .map(Map.Entry::getKey)
                .distinct()
                .toList();
    }

    private static String value(EpochRow row) {
        return row.main().map(metric -> metric.text(row.val(metric))).orElseGet(() -> Numbers.loss(row.valLoss()));
    }
}
