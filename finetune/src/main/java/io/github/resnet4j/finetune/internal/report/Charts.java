package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.finetune.report.Confusion;
import io.github.resnet4j.finetune.report.Ellipsis;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.ExperimentReport;
import io.github.resnet4j.finetune.report.ExperimentReport.EpochErrors;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.report.Numbers;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The run's images as PNG, for pasting into a message. Colours are those of Okabe and Ito, told apart
 * with any colour vision; training curves are dashed besides.
 */
public final class Charts {
    private static final int CURVES_WIDTH = 1400;
    private static final int CURVES_HEIGHT = 900;
    private static final int LR_HEIGHT = 220;
    private static final int MOST_EPOCHS_OF_EQUAL_STEPS = 30;
    private static final int FIGURE_HEIGHT = 800;
    private static final int MOST_MARKERS = 40;
    /** Below, numbers at an axis have a power of ten. */
    private static final double SMALL = 0.01;

    /** Up to so many classes the matrix shows its counts. */
    public static final int MOST_CLASSES_WITH_COUNTS = 20;

    private static final int MOST_CLASSES_WITH_NAMES = 60;

    private static final Color INK = new Color(0x1f2933);
    private static final Color MUTED = new Color(0x5f6b7a);
    private static final Color GRID = new Color(0xe3e7ec);
    private static final Color VERMILION = new Color(0xd55e00);
    private static final Color BLUE = new Color(0x0072b2);
    private static final Color GREEN = new Color(0x009e73);
    /** Of an experiment's runs and of a figure's series, as in the pages' style sheet. */
    private static final List<Color> RUNS = List.of(
            BLUE,
            VERMILION,
            GREEN,
            new Color(0x9b4f88),
            new Color(0x8f6a00),
            new Color(0x2b2f36),
            new Color(0x2f8fc6),
            new Color(0xb3446c));

    /** Series of a figure that have colours of their own. */
    static final int SERIES_COLOURS = RUNS.size();

    private static final Color HEAT = new Color(0x084081);
    private static final int HEAT_STEPS = 64;

    private Charts() {}

    /**
     * Draws {@code curves.png}, 1400 x 900: loss and main figure of training and validation, the learning rate below.
     */
    public static void curves(List<EpochRow> rows, Path png) throws IOException {
        Png.draw(png, CURVES_WIDTH, CURVES_HEIGHT, g -> {
            int half = CURVES_WIDTH / 2;
            int height = CURVES_HEIGHT - LR_HEIGHT;
            XYChart loss = chart("Loss by epoch", "0.0##");
            add(loss, "train", rows, EpochRow::trainLoss, VERMILION, true);
            add(loss, "validation", rows, EpochRow::valLoss, BLUE, false);
            Metric main = rows.stream().findFirst().flatMap(EpochRow::main).orElse(Metric.TOP1);
            boolean share = main.unit() == Metric.Unit.SHARE;
            int factor = share ? 100 : 1;
            XYChart figure = chart(main.title() + " by epoch", share ? "0.##'%'" : "0.0##");
            add(figure, "train", rows, row -> factor * row.train(main), VERMILION, true);
            add(figure, "validation", rows, row -> factor * row.val(main), BLUE, false);
            XYChart lr = chart("Learning rate by epoch", "0.##########");
            lr.getStyler().setLegendVisible(false);
            add(lr, "learning rate", rows, EpochRow::lr, GREEN, false);
            paint(g, loss, 0, 0, half, height);
            paint(g, figure, half, 0, half, height);
            paint(g, lr, 0, height, CURVES_WIDTH, LR_HEIGHT);
        });
    }

    /**
     * Draws an experiment's {@code curves.png}, 1400 x 900: for each run, training error thin and test error bold in one
     * colour, as in the figures of He et al. 2015.
     */
    public static void errors(ExperimentReport report, Path png) throws IOException {
        Png.draw(png, CURVES_WIDTH, CURVES_HEIGHT, g -> {
            XYChart chart = chart(report.title() + ": training error (thin) and test error (bold)", "0.##'%'");
            chart.setXAxisTitle("epoch");
            // At the top on the right there is nothing: errors fall.
            chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
            chart.getStyler().setLegendLayout(Styler.LegendLayout.Vertical);
            for (int i = 0; i < report.lines().size(); i++) {
                ExperimentReport.Line line = report.lines().get(i);
                Color colour = RUNS.get(i % RUNS.size());
                boolean dashed = i >= RUNS.size();
                errors(chart, line, " (training)", EpochErrors::training, colour, dashed, 1.3f);
                errors(chart, line, "", EpochErrors::test, colour, dashed, 3.5f);
            }
            paint(g, chart, 0, 0, CURVES_WIDTH, CURVES_HEIGHT);
        });
    }

    private static void errors(
            XYChart chart,
            ExperimentReport.Line line,
            String suffix,
            ToDoubleFunction<EpochErrors> measure,
            Color colour,
            boolean dashed,
            float width) {
        List<EpochErrors> measured = line.curve().stream()
                .filter(point -> Double.isFinite(measure.applyAsDouble(point)))
                .toList();
        if (measured.isEmpty()) {
            return;
        }
        XYSeries series = chart.addSeries(
                line.label() + suffix,
                epochs(measured.stream().mapToInt(EpochErrors::epoch)),
                measured.stream()
                        .mapToDouble(point -> 100 * measure.applyAsDouble(point))
                        .toArray());
        series.setLineColor(colour);
        series.setLineWidth(width);
        series.setLineStyle(new BasicStroke(
                width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dashed ? new float[] {8, 5} : null, 0));
        series.setMarker(SeriesMarkers.NONE);
        series.setShowInLegend(suffix.isEmpty());
    }

    /** Draws a figure of a study, 1400 x 800. */
    public static void figure(Figure figure, Path png) throws IOException {
        Png.draw(png, CURVES_WIDTH, FIGURE_HEIGHT, g -> paint(g, plot(figure), 0, 0, CURVES_WIDTH, FIGURE_HEIGHT));
    }

    private static XYChart plot(Figure figure) {
        Figure.Scale scale = figure.y().scale();
        XYChart chart = chart(figure.title(), scale == Figure.Scale.PERCENT ? "0.##'%'" : "0.####");
        chart.setXAxisTitle(figure.x().label());
        chart.setYAxisTitle(figure.y().label());
        chart.getStyler().setXAxisDecimalPattern(figure.x().scale() == Figure.Scale.WHOLE ? "0" : "0.###");
        if (figure.x().scale() == Figure.Scale.LOGARITHMIC) {
            chart.getStyler().setXAxisLogarithmic(true);
            chart.getStyler().setXAxisDecimalPattern("0E0");
        }
        if (scale == Figure.Scale.LOGARITHMIC) {
            chart.getStyler().setYAxisLogarithmic(true);
            chart.getStyler().setYAxisDecimalPattern("0E0");
        }
        double factor = scale == Figure.Scale.PERCENT ? 100 : 1;
        boolean small = figure.series().stream()
                .flatMap(series -> series.points().stream())
                .allMatch(point -> Math.abs(point.y()) < SMALL);
        if (small && scale == Figure.Scale.NUMBER) {
            chart.getStyler().setYAxisDecimalPattern("0.##E0");
        }
        int number = 0;
        for (Figure.Series series : figure.series()) {
            Color colour = RUNS.get(number++ % SERIES_COLOURS);
            List<Figure.Point> points = series.points().stream()
                    .filter(point -> scale != Figure.Scale.LOGARITHMIC || point.y() > 0)
                    .toList();
            if (!points.isEmpty()) {
                switch (series.mark()) {
                    case LINE -> line(chart, series.name(), points, factor, colour, true);
                    case DOTS -> line(chart, series.name(), points, factor, colour, false);
                    case BOXES -> boxes(chart, series.name(), points, factor, colour);
                    case LEVEL ->
                        level(chart, figure, series.name(), points.get(0).y() * factor);
                }
            }
        }
        return chart;
    }

    private static void line(
            XYChart chart, String name, List<Figure.Point> points, double factor, Color colour, boolean joined) {
        double[] across = points.stream().mapToDouble(Figure.Point::x).toArray();
        XYSeries series = chart.addSeries(
                name,
                joined ? unequal(across) : across,
                points.stream().mapToDouble(point -> factor * point.y()).toArray());
        series.setLineColor(colour);
        series.setLineWidth(2.5f);
        series.setMarkerColor(colour);
        series.setMarker(joined && points.size() > MOST_MARKERS ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
        if (!joined) {
            series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
        }
    }

    /** XChart's own boxes stand in a chart without numbers across; these are lines, lifted where a NaN is. */
    private static void boxes(XYChart chart, String name, List<Figure.Point> points, double factor, Color colour) {
        Map<Double, Figure.Box> boxes = Figure.boxes(points);
        double half = Figure.halfWidth(boxes);
        List<double[]> path = new ArrayList<>();
        boxes.forEach((x, box) -> {
            path.addAll(List.of(
                    new double[] {x, box.low()},
                    new double[] {x, box.first()},
                    new double[] {x - half, box.first()},
                    new double[] {x - half, box.third()},
                    new double[] {x, box.third()},
                    new double[] {x, box.high()},
                    new double[] {x, box.third()},
                    new double[] {x + half, box.third()},
                    new double[] {x + half, box.first()},
                    new double[] {x, box.first()},
                    new double[] {x, Double.NaN},
                    new double[] {x - half, box.median()},
                    new double[] {x + half, box.median()},
                    new double[] {x, Double.NaN}));
        });
        XYSeries series = chart.addSeries(
                name,
                path.stream().mapToDouble(point -> point[0]).toArray(),
                path.stream().mapToDouble(point -> factor * point[1]).toArray());
        series.setLineColor(colour);
        series.setLineWidth(2.5f);
        series.setMarker(SeriesMarkers.NONE);
    }

    private static void level(XYChart chart, Figure figure, String name, double y) {
        double[] ends = figure.series().stream()
                .filter(series -> series.mark() != Figure.Mark.LEVEL)
                .flatMap(series -> series.points().stream())
                .mapToDouble(Figure.Point::x)
                .toArray();
        if (ends.length == 0) {
            return;
        }
        XYSeries series = chart.addSeries(
                name,
                new double[] {
                    Arrays.stream(ends).min().getAsDouble(),
                    Arrays.stream(ends).max().getAsDouble()
                },
                new double[] {y, y});
        series.setLineColor(MUTED);
        series.setLineStyle(dashes(2));
        series.setMarker(SeriesMarkers.NONE);
    }

    private static BasicStroke dashes(float width) {
        return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {8, 5}, 0);
    }

    private static XYChart chart(String title, String pattern) {
        XYChart chart = new XYChartBuilder().title(title).build();
        XYStyler styler = chart.getStyler();
        styler.setBaseFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15));
        styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 20));
        styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 16));
        styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15));
        styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 16));
        styler.setChartFontColor(INK);
        styler.setAxisTickLabelsColor(MUTED);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(GRID);
        styler.setPlotGridLinesStroke(new BasicStroke(1));
        styler.setPlotGridVerticalLinesVisible(false);
        styler.setPlotContentSize(0.94);
        styler.setAxisTickMarksColor(GRID);
        styler.setChartPadding(18);
        styler.setLegendPosition(Styler.LegendPosition.OutsideS);
        styler.setLegendLayout(Styler.LegendLayout.Horizontal);
        styler.setLegendBorderColor(Color.WHITE);
        styler.setXAxisDecimalPattern("0");
        styler.setYAxisDecimalPattern(pattern);
        return chart;
    }

    private static void add(
            XYChart chart,
            String name,
            List<EpochRow> rows,
            ToDoubleFunction<EpochRow> measure,
            Color colour,
            boolean dashed) {
        List<EpochRow> measured = rows.stream()
                .filter(row -> Double.isFinite(measure.applyAsDouble(row)))
                .toList();
        if (measured.isEmpty()) {
            return;
        }
        XYSeries series = chart.addSeries(
                name,
                epochs(measured.stream().mapToInt(EpochRow::epoch)),
                measured.stream().mapToDouble(measure).toArray());
        series.setLineColor(colour);
        series.setLineWidth(2.5f);
        if (dashed) {
            series.setLineStyle(dashes(2.5f));
        }
        series.setMarkerColor(colour);
        series.setMarker(measured.size() > MOST_MARKERS ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
    }

    /** XChart sets the labels of equal steps so close that those of many epochs overlap; a thousandth of one makes them unequal. */
    private static double[] epochs(IntStream epochs) {
        return unequal(epochs.asDoubleStream().toArray());
    }

    private static double[] unequal(double[] values) {
        if (values.length > MOST_EPOCHS_OF_EQUAL_STEPS) {
            values[0] += 0.001 * (values[1] - values[0]);
        }
        return values;
    }

    private static void paint(Graphics2D g, XYChart chart, int x, int y, int width, int height) {
        AffineTransform before = g.getTransform();
        g.translate(x, y);
        if (chart.getSeriesMap().isEmpty()) {
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, width, height);
            g.setColor(MUTED);
            g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 18));
            String text = chart.getTitle() + ": nothing measured yet";
            g.drawString(text, (width - g.getFontMetrics().stringWidth(text)) / 2, height / 2);
        } else {
            chart.paint(g, width, height);
        }
        g.setTransform(before);
    }

    /**
     * Draws {@code confusion.png}: a row per actual class, shaded by the share of it that was predicted as the column.
     * Counts are written into the cells for up to 20 classes, names beside them for up to 60.
     */
    public static void confusion(Confusion confusion, Path png) throws IOException {
        int n = confusion.classes().size();
        boolean names = n <= MOST_CLASSES_WITH_NAMES;
        int cell = n == 0 ? 0 : Math.max(1, n <= 5 ? 110 : 900 / n);
        int side = cell * n;
        int fontSize = Math.max(11, Math.min(16, cell * 2 / 3));
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, fontSize);
        int left = names ? 230 : 70;
        int top = 90;
        int width = Math.max(560, left + side + 60);
        int height = top + side + (names ? 200 : 70);
        Png.draw(png, width, height, g -> {
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, width, height);
            g.setColor(INK);
            g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 20));
            g.drawString("Confusion matrix", left, 38);
            g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15));
            g.setColor(MUTED);
            g.drawString(caption(confusion), left, 62);
            if (n == 0) {
                return;
            }
            g.drawImage(heatMap(confusion, cell), left, top, null);
            g.setColor(GRID);
            g.drawRect(left - 1, top - 1, side + 1, side + 1);
            g.setFont(font);
            for (int i = 0; i < n; i++) {
                if (n <= MOST_CLASSES_WITH_COUNTS) {
                    counts(g, confusion, i, left, top + i * cell, cell);
                }
                if (names) {
                    name(g, confusion.classes().get(i), i, left, top, side, cell);
                }
            }
            g.setColor(MUTED);
            g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 16));
            FontMetrics metrics = g.getFontMetrics();
            g.drawString("predicted", left + (side - metrics.stringWidth("predicted")) / 2, height - 18);
            AffineTransform before = g.getTransform();
            g.rotate(-Math.PI / 2);
            g.drawString("actual", -(top + (side + metrics.stringWidth("actual")) / 2), 28);
            g.setTransform(before);
        });
    }

    public static String caption(Confusion confusion) {
        return confusion.total() == 0
                ? "no image was evaluated"
                : Numbers.percent(confusion.top1()) + " of "
                        + Numbers.count(confusion.total(), "image", "images") + " correct, "
                        + Numbers.count(confusion.classes().size(), "class", "classes");
    }

    private static void counts(Graphics2D g, Confusion confusion, int actual, int left, int y, int cell) {
        FontMetrics metrics = g.getFontMetrics();
        long[] row = confusion.counts()[actual];
        for (int j = 0; j < row.length; j++) {
            boolean dark = share(confusion, actual, confusion.support(actual), j) > 0.5;
            g.setColor(row[j] == 0 ? new Color(0xb4bcc6) : dark ? Color.WHITE : INK);
            String text = Ellipsis.fit(Long.toString(row[j]), metrics::stringWidth, cell - 2);
            g.drawString(
                    text,
                    left + j * cell + (cell - metrics.stringWidth(text)) / 2,
                    y + (cell + metrics.getAscent() - metrics.getDescent()) / 2);
        }
    }

    private static void name(Graphics2D g, String name, int index, int left, int top, int side, int cell) {
        FontMetrics metrics = g.getFontMetrics();
        int middle = index * cell + (cell + metrics.getAscent() - metrics.getDescent()) / 2;
        String text = Ellipsis.fit(name, metrics::stringWidth, 170);
        int length = metrics.stringWidth(text);
        g.setColor(INK);
        g.drawString(text, left - 10 - length, top + middle);
        AffineTransform before = g.getTransform();
        String below = Ellipsis.fit(name, metrics::stringWidth, 140);
        g.translate(left + middle, top + side + 10);
        g.rotate(-Math.PI / 2);
        g.drawString(below, -metrics.stringWidth(below), 0);
        g.setTransform(before);
    }

    /** The bare matrix, {@code cell} pixels per class, in 64 shades so that a thousand classes stay a small file. */
    public static BufferedImage heatMap(Confusion confusion, int cell) {
        int n = confusion.classes().size();
        BufferedImage image = new BufferedImage(n * cell, n * cell, BufferedImage.TYPE_BYTE_INDEXED, palette());
        for (int i = 0; i < n; i++) {
            long support = confusion.support(i);
            for (int j = 0; j < n; j++) {
                int shade = (int) Math.ceil(share(confusion, i, support, j) * (HEAT_STEPS - 1));
                int[] block = new int[cell * cell];
                Arrays.fill(block, shade);
                image.getRaster().setPixels(j * cell, i * cell, cell, cell, block);
            }
        }
        return image;
    }

    private static double share(Confusion confusion, int actual, long support, int predicted) {
        return support == 0 ? 0 : (double) confusion.counts()[actual][predicted] / support;
    }

    private static IndexColorModel palette() {
        byte[] red = new byte[HEAT_STEPS];
        byte[] green = new byte[HEAT_STEPS];
        byte[] blue = new byte[HEAT_STEPS];
        for (int i = 0; i < HEAT_STEPS; i++) {
            // The square root lifts rare mistakes off the paper: they are what the image is looked at for.
            double depth = Math.sqrt(i / (HEAT_STEPS - 1.0));
            red[i] = shade(HEAT.getRed(), depth);
            green[i] = shade(HEAT.getGreen(), depth);
            blue[i] = shade(HEAT.getBlue(), depth);
        }
        return new IndexColorModel(8, HEAT_STEPS, red, green, blue);
    }

    private static byte shade(int full, double depth) {
        return (byte) Math.round(255 + (full - 255) * depth);
    }
}
