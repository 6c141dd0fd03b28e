package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.finetune.report.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.stream.DoubleStream;

/**
 * A line chart, usually over epochs, as inline SVG: no script, colours from the page's style sheet, the value of a point as
 * its hover text.
 *
 * <p>XChart draws {@link Charts#curves} and {@link Charts#figure}, but not this: the SVG that it can export has fixed colours, so that it would
 * stay white in a dark page, and neither hover texts, nor a summary for screen readers, nor text that grows on a phone.
 *
 * @param title said to people who cannot see it
 * @param format of values at the axis and in hover texts
 * @param width of the view box; the page scales it
 * @param x what runs from left to right
 * @param logarithmic the height of a value is that of its logarithm
 */
public record LineChart(
        String title,
        List<Series> series,
        DoubleFunction<String> format,
        int width,
        int height,
        Across x,
        boolean logarithmic) {
    private static final int LEFT = 62;
    private static final int RIGHT = 14;
    private static final int TOP = 34;
    private static final int TOP_WITHOUT_LEGEND = 10;
    private static final int BOTTOM = 40;
    /** Enough for any step that can be seen, and too few for the error of a multiplication. */
    private static final int TICK_DIGITS = 10;

    /** Powers of ten that a logarithmic axis names. */
    private static final int MOST_DECADES = 8;

    private static final int MOST_DOTS = 40;
    private static final int MOST_POINTS = 400;

    /** Over epochs. */
    public LineChart(String title, List<Series> series, DoubleFunction<String> format, int width, int height) {
        this(title, series, format, width, height, Across.EPOCHS, false);
    }

    /**
     * The horizontal axis.
     *
     * @param whole only whole numbers are written at it
     */
    public record Across(String label, boolean whole) {
        public static final Across EPOCHS = new Across("epoch", true);
    }

    /**
     * One line.
     *
     * @param style class in the style sheet, which sets colour and dashes
     */
    public record Series(String name, String style, Figure.Mark mark, List<Point> points) {
        public Series {
            points = points.stream().filter(p -> Double.isFinite(p.value)).toList();
        }

        public Series(String name, String style, List<Point> points) {
            this(name, style, Figure.Mark.LINE, points);
        }
    }

    /** @param label what it belongs to */
    public record Point(double at, double value, String label) {
        /** In an epoch. */
        public Point(int epoch, double value) {
            this(epoch, value, "epoch " + epoch);
        }
    }

    /** With a legend, if there are several lines. */
    public Html svg() {
        return svg(series.size() > 1);
    }

    /** Without a legend, for lines that are named beside it. */
    public Html plot() {
        return svg(false);
    }

    private Html svg(boolean withLegend) {
        List<Series> drawn = series.stream()
                .map(s -> logarithmic ? positive(s) : s)
                .filter(s -> !s.points.isEmpty())
                .toList();
        if (drawn.isEmpty()) {
            return new Html().add("<p class=\"none\">{}: nothing measured.</p>", title);
        }
        Html svg = new Html();
        svg.add("<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">", width, height, summary());
        double first = places(drawn).min().getAsDouble();
        double last = places(drawn).max().getAsDouble();
        double room = drawn.stream()
                .filter(s -> s.mark == Figure.Mark.BOXES)
                .mapToDouble(s -> 2 * Figure.halfWidth(boxes(s)))
                .max()
                .orElse(first == last ? 1 : 0);
        Scale across = new Scale(first - room, last + room, LEFT, (double) width - RIGHT);
        double low = heights(drawn).min().getAsDouble();
        double high = heights(drawn).max().getAsDouble();
        int top = withLegend ? TOP : TOP_WITHOUT_LEGEND;
        Scale y = logarithmic ? decades(low, high, top) : verticalScale(low, high, top);
        grid(svg, y);
        axis(svg, across, first, last);
        for (Series s : drawn) {
            svg.add("<g class=\"{}\">", s.style);
            switch (s.mark) {
                case LINE, DOTS -> line(svg, s, across, y);
                case BOXES -> boxes(svg, s, across, y);
                case LEVEL -> level(svg, s, y);
            }
            svg.add("</g>");
        }
        if (withLegend) {
            legend(svg, drawn);
        }
        return svg.add("</svg>");
    }

    /** A mapping of values to pixels. */
    private record Scale(double from, double to, double start, double end) {
        double at(double value) {
            return start + (value - from) / (to - from) * (end - start);
        }
    }

    private Scale verticalScale(double low, double high, int top) {
        double span = high - low;
        double room = span > 0 ? 0.06 * span : Math.max(1e-9, Math.abs(high) * 0.1);
        double step = step(span > 0 ? span : 2 * room);
        double from = Math.floor((low - room) / step) * step;
        // What cannot be negative is not given an axis that is.
        return new Scale(low >= 0 ? Math.max(0, from) : from, high + room, (double) height - BOTTOM, top);
    }

    /** Whole powers of ten. */
    private Scale decades(double low, double high, int top) {
        return new Scale(
                Math.floor(low), Math.max(Math.floor(low) + 1, Math.ceil(high)), (double) height - BOTTOM, top);
    }

    private static Series positive(Series s) {
        return new Series(
                s.name,
                s.style,
                s.mark,
                s.points.stream().filter(p -> p.value > 0).toList());
    }

    /** Where a value is on the vertical axis, before it is scaled. */
    private double height(double value) {
        return logarithmic ? Math.log10(value) : value;
    }

    private void grid(Html svg, Scale y) {
        double step = logarithmic ? Math.max(1, Math.ceil((y.to - y.from) / MOST_DECADES)) : step(y.to - y.from);
        for (long k = (long) Math.ceil(y.from / step - 1e-9); k * step <= y.to * (1 + 1e-12); k++) {
            String at = pixel(y.at(k * step));
            svg.add("<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>", LEFT, width - RIGHT, at, at);
            svg.add(
                    "<text class=\"tick\" text-anchor=\"end\" x=\"{}\" y=\"{}\" dy=\".35em\">{}</text>",
                    LEFT - 8,
                    at,
                    tick(k * step));
        }
    }

    /** A multiple of a round step, in full: 0.2, 50%, 1,500. */
    private String tick(double value) {
        if (logarithmic) {
            return "1e" + Math.round(value);
        }
        boolean percent = format.apply(value).endsWith("%");
        return Numbers.significant(percent ? 100 * value : value, TICK_DIGITS) + (percent ? "%" : "");
    }

    private void axis(Html svg, Scale across, double first, double last) {
        double round = first == last ? 1 : step((last - first) * 0.7);
        double step = x.whole ? Math.max(1, Math.ceil(round)) : round;
        for (long k = (long) Math.ceil(first / step - 1e-9); k * step <= last + 1e-9 * step; k++) {
            number(svg, across, k * step);
        }
        if (first == last && first % step != 0) {
            number(svg, across, first);
        }
        svg.add(
                "<text class=\"tick\" text-anchor=\"middle\" x=\"{}\" y=\"{}\">{}</text>",
                (LEFT + width - RIGHT) / 2,
                height - 6,
                x.label);
    }

    private void number(Html svg, Scale across, double at) {
        svg.add(
                "<text class=\"tick\" text-anchor=\"middle\" x=\"{}\" y=\"{}\">{}</text>",
                pixel(across.at(at)),
                height - BOTTOM + 18,
                Numbers.significant(at, TICK_DIGITS));
    }

    private void line(Html svg, Series s, Scale across, Scale y) {
        List<Point> points = thinned(s.points);
        if (s.mark == Figure.Mark.LINE) {
            StringBuilder path = new StringBuilder();
            for (Point p : points) {
                path.append(path.length() == 0 ? "M" : " L").append(place(p.at, p.value, across, y));
            }
            svg.add("<path d=\"{}\"/>", path);
        }
        String radius = points.size() > MOST_DOTS && s.mark == Figure.Mark.LINE ? "0" : "3";
        for (Point p : points) {
            String left = pixel(across.at(p.at));
            String top = pixel(y.at(height(p.value)));
            svg.add("<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>", left, top, radius);
            svg.add("<circle class=\"hit\" cx=\"{}\" cy=\"{}\" r=\"8\">", left, top);
            svg.add("<title>{}, {}: {}</title></circle>", p.label, s.name, format.apply(p.value));
        }
    }

    private String place(double at, double value, Scale across, Scale y) {
        return pixel(across.at(at)) + " " + pixel(y.at(height(value)));
    }

    private static Map<Double, Figure.Box> boxes(Series s) {
        return Figure.boxes(s.points.stream()
                .map(p -> new Figure.Point(p.at, p.value, p.label))
                .toList());
    }

    private void boxes(Html svg, Series s, Scale across, Scale y) {
        Map<Double, Figure.Box> boxes = boxes(s);
        double half = Figure.halfWidth(boxes);
        boxes.forEach((at, box) -> {
            String left = pixel(across.at(at - half));
            String right = pixel(across.at(at + half));
            String middle = pixel(across.at(at));
            String third = pixel(y.at(height(box.third())));
            String first = pixel(y.at(height(box.first())));
            String median = pixel(y.at(height(box.median())));
            svg.add("<path class=\"body\" d=\"M{} {} H{} V{} H{} Z\">", left, third, right, first, left);
            svg.add(
                    "<title>{}, {}: median {}, from {} to {}</title></path>",
                    Numbers.significant(at, TICK_DIGITS) + " " + x.label,
                    s.name,
                    format.apply(box.median()),
                    format.apply(box.low()),
                    format.apply(box.high()));
            svg.add("<path d=\"M{} {} H{}", left, median, right);
            svg.add(" M{} {} V{}", middle, third, pixel(y.at(height(box.high()))));
            svg.add(" M{} {} V{}\"/>", middle, first, pixel(y.at(height(box.low()))));
        });
    }

    private void level(Html svg, Series s, Scale y) {
        String at = pixel(y.at(height(s.points.get(0).value)));
        svg.add("<path d=\"M{} {} H{}\">", LEFT, at, width - RIGHT);
        svg.add("<title>{}: {}</title></path>", s.name, format.apply(s.points.get(0).value));
    }

    private static void legend(Html svg, List<Series> drawn) {
        int x = LEFT;
        for (Series s : drawn) {
            svg.add("<g class=\"{}\"><path d=\"M{} 14 h28\"/></g>", s.style, x);
            svg.add("<text class=\"name\" x=\"{}\" y=\"18\">{}</text>", x + 35, s.name);
            x += 55 + 8 * s.name.length();
        }
    }

    private String summary() {
        List<String> parts = new ArrayList<>();
        for (Series s : series) {
            if (!s.points.isEmpty()) {
                Point from = s.points.get(0);
                Point to = s.points.get(s.points.size() - 1);
                parts.add(
                        s.mark == Figure.Mark.LEVEL
                                ? s.name + " " + format.apply(from.value)
                                : "%s from %s in %s to %s in %s"
                                        .formatted(
                                                s.name,
                                                format.apply(from.value),
                                                from.label,
                                                format.apply(to.value),
                                                to.label));
            }
        }
        return title + ": " + String.join("; ", parts);
    }

    private static List<Point> thinned(List<Point> points) {
        int stride = (points.size() + MOST_POINTS - 1) / MOST_POINTS;
        List<Point> kept = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            if (i % stride == 0 || i == points.size() - 1) {
                kept.add(points.get(i));
            }
        }
        return kept;
    }

    private static DoubleStream places(List<Series> drawn) {
        boolean levels = drawn.stream().allMatch(s -> s.mark == Figure.Mark.LEVEL);
        return drawn.stream()
                .filter(s -> s.mark != Figure.Mark.LEVEL || levels)
                .flatMap(s -> s.points.stream())
                .mapToDouble(Point::at);
    }

    private DoubleStream heights(List<Series> drawn) {
        return drawn.stream().flatMap(s -> s.points.stream()).mapToDouble(p -> height(p.value));
    }

    /** About a fifth of {@code span}, rounded to 1, 2 or 5 times a power of ten. */
    private static double step(double span) {
        double raw = Math.max(span, 1e-12) / 5;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double lead = raw / power;
        return (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10) * power;
    }

    private static String pixel(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
