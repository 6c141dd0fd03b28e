package io.github.resnet4j.finetune.report;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.report.Figure.Box;
import io.github.resnet4j.finetune.report.Figure.Mark;
import io.github.resnet4j.finetune.report.Figure.Scale;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;

/**
 * What a study of a network found, as one HTML page like {@link HtmlReport}'s: figures, and the numbers behind each.
 *
 * @param title the page's heading
 * @param tiles the findings in short
 * @param warnings what the reader must know before trusting the numbers
 * @param figures in order; each is a section
 * @param facts groups of names and values: model, data, how it was measured
 * @param notes sentences: what is left out, and why
 * @param json everything, for programs
 */
public record StudyPage(
        String title,
        List<Tile> tiles,
        List<String> warnings,
        List<Figure> figures,
        Map<String, Map<String, String>> facts,
        List<String> notes,
        String json) {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 400;

    public StudyPage {
        tiles = List.copyOf(tiles);
        warnings = List.copyOf(warnings);
        figures = List.copyOf(figures);
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        notes = List.copyOf(notes);
    }

    /** A number in large type. */
    public record Tile(String name, String value, String remark) {}

    /** Writes the page, replacing one that is there. */
    public void write(Path file) throws IOException {
        AtomicFile.write(file, page());
    }

    private String page() {
        Page page = new Page(title);
        Html html = page.html();
        html.add("<header>\n<h1>{}</h1>\n<div class=\"tiles\">\n", title);
        tiles.forEach(tile -> page.tile(tile.name, tile.value, tile.remark));
        html.add("</div>\n<nav aria-label=\"Sections\">");
        figures.forEach(figure -> html.add("<a href=\"#{}\">{}</a>", figure.id(), figure.title()));
        html.add("<a href=\"#facts\">Facts</a></nav>\n</header>\n<main>\n");
        page.warnings(warnings);
        figures.forEach(figure -> section(page, figure));
        page.section("facts", "Facts");
        html.add("<div class=\"cards\">\n");
        facts.forEach(page::card);
        html.add("</div>\n");
        if (!notes.isEmpty()) {
            html.add("<h3>Notes</h3>\n<ul>\n");
            notes.forEach(note -> html.add("<li>{}</li>\n", note));
            html.add("</ul>\n");
        }
        html.add("<details><summary>All of it as JSON</summary>\n<pre>{}</pre>\n</details>\n</section>\n", json);
        return page.finished();
    }

    private static void section(Page page, Figure figure) {
        page.section(figure.id(), figure.title());
        page.html().add("<figure class=\"plot\">{}\n", svg(figure));
        page.html().add("<figcaption class=\"caption\">{}</figcaption></figure>\n", figure.caption());
        numbers(page, figure);
        page.html().add("</section>\n");
    }

    private static Html svg(Figure figure) {
        List<LineChart.Series> series = IntStream.range(0, figure.series().size())
                .mapToObj(i -> series(figure.series().get(i), i))
                .toList();
        return new LineChart(
                        figure.title() + ", " + figure.y().label() + " by " + figure.x().label(),
                        series,
                        written(figure.y().scale()),
                        WIDTH,
                        HEIGHT,
                        new LineChart.Across(figure.x().label(), figure.x().scale() == Scale.WHOLE),
                        figure.y().scale() == Scale.LOGARITHMIC)
                .svg();
    }

    private static LineChart.Series series(Figure.Series series, int number) {
        return new LineChart.Series(
                series.name(),
                series.mark() == Mark.LEVEL ? "level" : "s" + number % Charts.SERIES_COLOURS,
                series.mark(),
                series.points().stream()
                        .map(point -> new LineChart.Point(point.x(), point.y(), point.label()))
                        .toList());
    }

    private static void numbers(Page page, Figure figure) {
        Html html = page.html();
        html.add("<details><summary>The numbers</summary>\n");
        DoubleFunction<String> written = written(figure.y().scale());
        for (Figure.Series series : figure.series()) {
            if (series.mark() == Mark.LEVEL) {
                continue;
            }
            page.openTable(figure.title() + ", " + series.name());
            if (series.mark() == Mark.BOXES) {
                html.add(
                        "<thead><tr><th>{}</th><th>Least</th><th>Quartile</th><th>Median</th><th>Quartile</th>"
                                + "<th>Largest</th></tr></thead>\n<tbody>\n",
                        figure.x().label());
                Figure.boxes(series.points()).forEach((x, box) -> {
                    html.add("<tr><th scope=\"row\">{}</th>", Numbers.significant(x, 6));
                    for (double value : values(box)) {
                        html.add("<td>{}</td>", written.apply(value));
                    }
                    html.add("</tr>\n");
                });
            } else {
                html.add("<thead><tr><th>{}</th><th>{}</th><th></th></tr></thead>\n<tbody>\n",
                        figure.x().label(),
                        series.name());
                for (Figure.Point point : series.points()) {
                    html.add(
                            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n",
                            Numbers.significant(point.x(), 4),
                            written.apply(point.y()),
                            point.label());
                }
            }
            html.add("</tbody></table></div>\n");
        }
        html.add("</details>\n");
    }

    private static double[] values(Box box) {
        return new double[] {box.low(), box.first(), box.median(), box.third(), box.high()};
    }

    private static DoubleFunction<String> written(Scale scale) {
        return scale == Scale.PERCENT ? Numbers::percent : value -> Numbers.significant(value, 4);
    }
}
