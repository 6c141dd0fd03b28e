package io.github.resnet4j.finetune.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A line chart over epochs as inline SVG: no script, colours from the page's style sheet, the value of a point as its
 * hover text.
 *
 * <p>XChart draws {@link Charts#curves}, but not this: the SVG that it can export has fixed colours, so that it would
 * stay white in a dark page, and neither hover texts, nor a summary for screen readers, nor text that grows on a phone.
 *
 * @param title said to people who cannot see it
 * @param format of values at the axis and in hover texts
 * @param width of the view box; the page scales it
 */
record LineChart(String title, List<Series> series, DoubleFunction<String> format, int width, int height) {
    private static final int LEFT = 62;
    private static final int RIGHT = 14;
    private static final int TOP = 34;
    private static final int TOP_WITHOUT_LEGEND = 10;
    private static final int BOTTOM = 40;
    /** Enough for any step that can be seen, and too few for the error of a multiplication. */
    private static final int TICK_DIGITS = 10;

    private static final int MOST_DOTS = 40;
    private static final int MOST_POINTS = 400;

    /**
     * One line.
     *
     * @param style class in the style sheet, which sets colour and dashes
     */
    record Series(String name, String style, List<Point> points) {
        Series {
            points = points.stream().filter(p -> Double.isFinite(p.value)).toList();
        }
    }

    record Point(int epoch, double value) {}

    /** With a legend, if there are several lines. */
    Html svg() {
        return svg(series.size() > 1);
    }

    /** Without a legend, for lines that are named beside it. */
    Html plot() {
        return svg(false);
    }

    private Html svg(boolean withLegend) {
        List<Series> drawn = series.stream().filter(s -> !s.points.isEmpty()).toList();
        if (drawn.isEmpty()) {
            return new Html().add("<p class=\"none\">{}: nothing measured.</p>", title);
        }
        Html svg = new Html();
        svg.add("<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">", width, height, summary());
        int first = epochs(drawn).min().getAsInt();
        int last = epochs(drawn).max().getAsInt();
        double low = values(drawn).min().getAsDouble();
        double high = values(drawn).max().getAsDouble();
        Scale x = first == last
                ? new Scale(first - 1, last + 1, LEFT, width - RIGHT)
                : new Scale(first, last, LEFT, width - RIGHT);
        Scale y = verticalScale(low, high, withLegend ? TOP : TOP_WITHOUT_LEGEND);
        grid(svg, y);
        epochAxis(svg, x, first, last);
        for (Series s : drawn) {
            line(svg, s, x, y);
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

    private void grid(Html svg, Scale y) {
        double step = step(y.to - y.from);
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
        boolean percent = format.apply(value).endsWith("%");
        return Numbers.significant(percent ? 100 * value : value, TICK_DIGITS) + (percent ? "%" : "");
    }

    private void epochAxis(Html svg, Scale x, int first, int last) {
        int step = (int) Math.max(1, Math.ceil(step((last - first) * 0.7)));
        for (int epoch = first; epoch <= last; epoch++) {
            if (epoch % step == 0 || first == last) {
                svg.add(
                        "<text class=\"tick\" text-anchor=\"middle\" x=\"{}\" y=\"{}\">{}</text>",
                        pixel(x.at(epoch)),
                        height - BOTTOM + 18,
                        epoch);
            }
        }
        svg.add(
                "<text class=\"tick\" text-anchor=\"middle\" x=\"{}\" y=\"{}\">epoch</text>",
                (LEFT + width - RIGHT) / 2,
                height - 6);
    }

    private void line(Html svg, Series s, Scale x, Scale y) {
        List<Point> points = thinned(s.points);
        StringBuilder path = new StringBuilder();
        for (Point p : points) {
            path.append(path.length() == 0 ? "M" : " L")
                    .append(pixel(x.at(p.epoch)))
                    .append(' ')
                    .append(pixel(y.at(p.value)));
        }
        svg.add("<g class=\"{}\"><path d=\"{}\"/>", s.style, path);
        String radius = points.size() > MOST_DOTS ? "0" : "3";
        for (Point p : points) {
            String left = pixel(x.at(p.epoch));
            String top = pixel(y.at(p.value));
            svg.add("<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>", left, top, radius);
            svg.add("<circle class=\"hit\" cx=\"{}\" cy=\"{}\" r=\"8\">", left, top);
            svg.add("<title>epoch {}, {}: {}</title></circle>", p.epoch, s.name, format.apply(p.value));
        }
        svg.add("</g>");
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
                parts.add("%s from %s in epoch %d to %s in epoch %d"
                        .formatted(s.name, format.apply(from.value), from.epoch, format.apply(to.value), to.epoch));
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

    private static IntStream epochs(List<Series> drawn) {
        return drawn.stream().flatMap(s -> s.points.stream()).mapToInt(Point::epoch);
    }

    private static DoubleStream values(List<Series> drawn) {
        return drawn.stream().flatMap(s -> s.points.stream()).mapToDouble(Point::value);
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
