package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.internal.report.Figure.Box;
import io.github.resnet4j.finetune.internal.report.Figure.Mark;
import io.github.resnet4j.finetune.internal.report.Figure.Scale;
import io.github.resnet4j.finetune.internal.task.classification.ImageSections;
import io.github.resnet4j.finetune.report.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;

/**
 * What a study of a network found, as one HTML page like {@link HtmlReport}'s: figures, and the numbers behind each.
 *
 * @param title the page's heading
 * @param tiles the findings in short
 * @param warnings what the reader must know before trusting the numbers
 * @param figures in order; each is a section
 * @param tables in order behind them, each a section
 * @param labels that somebody should look at; absent if nobody searched
 * @param facts groups of names and values: model, data, how it was measured
 * @param notes sentences: what is left out, and why
 * @param json everything, for programs
 */
public record StudyPage(
        String title,
        List<Tile> tiles,
        List<String> warnings,
        List<Figure> figures,
        List<Table> tables,
        Optional<Labels> labels,
        Map<String, Map<String, String>> facts,
        List<String> notes,
        String json) {
    private static final int WIDTH = 560;
    private static final int HEIGHT = 270;

    public StudyPage {
        tiles = List.copyOf(tiles);
        warnings = List.copyOf(warnings);
        figures = List.copyOf(figures);
        tables = List.copyOf(tables);
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        notes = List.copyOf(notes);
    }

    /** Of figures alone. */
    public StudyPage(
            String title,
            List<Tile> tiles,
            List<String> warnings,
            List<Figure> figures,
            Map<String, Map<String, String>> facts,
            List<String> notes,
            String json) {
        this(title, tiles, warnings, figures, List.of(), Optional.empty(), facts, notes, json);
    }

    /**
     * Rows of text, the first of each its name.
     *
     * @param id its place in the page
     * @param caption what a reader must know to read it
     */
    public record Table(String id, String title, List<String> header, List<Row> rows, String caption) {
        public Table {
            header = List.copyOf(header);
            rows = List.copyOf(rows);
        }
    }

    /**
     * A row of a table.
     *
     * @param link what the name leads to, relative to the page
     */
    public record Row(List<String> cells, Optional<String> link) {
        public Row {
            cells = List.copyOf(cells);
        }
    }

    /**
     * Labels to check.
     *
     * @param shown the worst first; of many, the first
     * @param count how many there are
     * @param learnt whether the models know enough to doubt a label; otherwise the page says so and shows none
     */
    public record Labels(List<Prediction> shown, int count, boolean learnt) {
        public Labels {
            shown = List.copyOf(shown);
        }
    }

    /** A number in large type. */
    public record Tile(String name, String value, String remark) {}

    /** Writes the page, replacing one that is there. */
    public void write(Path file) throws IOException {
        AtomicFile.write(file, page());
    }

    private String page() {
        Page page = new Page(title).openHeader(title);
        tiles.forEach(tile -> page.tile(tile.name, tile.value, tile.remark));
        Map<String, String> sections = new LinkedHashMap<>();
        figures.forEach(figure -> sections.put(figure.id(), figure.title()));
        tables.forEach(table -> sections.put(table.id, table.title));
        labels.ifPresent(found -> sections.put("suspects", "Labels to check"));
        sections.put("facts", "Facts");
        page.closeHeader(sections).warnings(warnings);
        figures.forEach(figure -> section(page, figure));
        tables.forEach(table -> section(page, table));
        labels.ifPresent(found -> {
            page.openSection("suspects", "Labels to check");
            ImageSections.labels(
                    page, found.shown, found.count, found.learnt, "image", "images", "labels-to-check.csv");
            page.closeSection();
        });
        page.openSection("facts", "Facts").add("<div class=\"cards\">\n");
        facts.forEach(page::card);
        page.add("</div>\n");
        if (!notes.isEmpty()) {
            page.add("<h3>Notes</h3>\n<ul>\n");
            notes.forEach(note -> page.add("<li>{}</li>\n", note));
            page.add("</ul>\n");
        }
        page.add("<details><summary>All of it as JSON</summary>\n<pre>{}</pre>\n</details>\n", json);
        return page.closeSection().end();
    }

    private static void section(Page page, Figure figure) {
        page.openSection(figure.id(), figure.title());
        page.add("<figure class=\"plot study\">{}\n", svg(figure));
        if (figure.series().size() > 1) {
            page.add("<ul class=\"legend\">\n");
            for (int i = 0; i < figure.series().size(); i++) {
                Figure.Series series = figure.series().get(i);
                page.add("<li class=\"{}\">{}</li>\n", style(series, i), series.name());
            }
            page.add("</ul>\n");
        }
        page.add("<figcaption class=\"caption\">{}</figcaption></figure>\n", figure.caption());
        numbers(page, figure);
        page.closeSection();
    }

    private static void section(Page page, Table table) {
        page.openSection(table.id, table.title).openTable(table.title);
        page.add("<thead><tr>");
        table.header.forEach(name -> page.add("<th>{}</th>", name));
        page.add("</tr></thead>\n<tbody>\n");
        for (Row row : table.rows) {
            page.add("<tr><th scope=\"row\">");
            if (row.link.isPresent()) {
                page.add("<a href=\"{}\">{}</a>", row.link.get(), row.cells.get(0));
            } else {
                page.add("{}", row.cells.get(0));
            }
            page.add("</th>");
            row.cells.stream().skip(1).forEach(cell -> page.add("<td>{}</td>", cell));
            page.add("</tr>\n");
        }
        page.closeTable().add("<p>{}</p>\n", table.caption).closeSection();
    }

    private static Html svg(Figure figure) {
        List<LineChart.Series> series = IntStream.range(0, figure.series().size())
                .mapToObj(i -> series(figure.series().get(i), i))
                .toList();
        return new LineChart(
                        figure.title() + ", " + figure.y().label() + " by "
                                + figure.x().label(),
                        series,
                        written(figure.y().scale()),
                        WIDTH,
                        HEIGHT,
                        new LineChart.Across(figure.x().label(), figure.x().scale() == Scale.WHOLE),
                        figure.y().scale() == Scale.LOGARITHMIC)
                .plot();
    }

    private static String style(Figure.Series series, int number) {
        return series.mark() == Mark.LEVEL ? "level" : "series s" + number % Charts.SERIES_COLOURS;
    }

    private static LineChart.Series series(Figure.Series series, int number) {
        return new LineChart.Series(
                series.name(),
                style(series, number),
                series.mark(),
                series.points().stream()
                        .map(point -> new LineChart.Point(point.x(), point.y(), point.label()))
                        .toList());
    }

    private static void numbers(Page page, Figure figure) {
        page.add("<details><summary>The numbers</summary>\n");
        DoubleFunction<String> written = written(figure.y().scale());
        for (Figure.Series series : figure.series()) {
            if (series.mark() == Mark.LEVEL) {
                continue;
            }
            page.openTable(figure.title() + ", " + series.name());
            if (series.mark() == Mark.BOXES) {
                page.add(
                        "<thead><tr><th>{}</th><th>Least</th><th>Quartile</th><th>Median</th><th>Quartile</th>"
                                + "<th>Largest</th></tr></thead>\n<tbody>\n",
                        figure.x().label());
                Figure.boxes(series.points()).forEach((x, box) -> {
                    page.add("<tr><th scope=\"row\">{}</th>", Numbers.significant(x, 6));
                    for (double value : values(box)) {
                        page.add("<td>{}</td>", written.apply(value));
                    }
                    page.add("</tr>\n");
                });
            } else {
                page.add(
                        "<thead><tr><th>{}</th><th>{}</th><th></th></tr></thead>\n<tbody>\n",
                        figure.x().label(),
                        series.name());
                for (Figure.Point point : series.points()) {
                    page.add(
                            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n",
                            Numbers.significant(point.x(), 4),
                            written.apply(point.y()),
                            point.label());
                }
            }
            page.closeTable();
        }
        page.add("</details>\n");
    }

    private static double[] values(Box box) {
        return new double[] {box.low(), box.first(), box.median(), box.third(), box.high()};
    }

    private static DoubleFunction<String> written(Scale scale) {
        return scale == Scale.PERCENT ? Numbers::percent : value -> Numbers.significant(value, 4);
    }
}
