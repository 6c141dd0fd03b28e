package io.github.resnet4j.finetune.internal.task.spoofing;

import io.github.resnet4j.finetune.internal.report.Html;
import io.github.resnet4j.finetune.quality.SpoofingScores;
import io.github.resnet4j.finetune.report.Numbers;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * The detection error trade-off as inline SVG: both errors on the scale of the normal distribution's quantiles, on which the
 * curve of normally distributed scores is a straight line (Martin et al. 1997, "The DET curve in assessment of detection task
 * performance"). Errors of 0 are at the edge.
 */
record DetChart(SpoofingScores scores) {
    private static final NormalDistribution NORMAL = new NormalDistribution();
    private static final double[] TICKS = {
        0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98,
        0.99
    };
    private static final double LEAST = 0.0001;
    private static final double MOST = 0.99;
    /** The upper ends of the axes, where the equal errors are well below. */
    private static final double USUAL = 0.6;

    private static final int SIDE = 420;
    private static final int LEFT = 62;
    private static final int TOP = 10;
    private static final int RIGHT = 14;
    private static final int BOTTOM = 44;
    private static final int WIDTH = LEFT + SIDE + RIGHT;
    private static final int HEIGHT = TOP + SIDE + BOTTOM;

    Html svg() {
        Axis axis = axis();
        SpoofingScores.Point equal = scores.atEqualError();
        Html svg = new Html();
        svg.add(
                "<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
                WIDTH,
                HEIGHT,
                "Detection error trade-off: " + errors(equal));
        for (double tick : TICKS) {
            if (tick >= axis.low && tick <= axis.high) {
                grid(svg, axis, tick);
            }
        }
        svg.add(
                "<text class=\"tick\" text-anchor=\"middle\" x=\"{}\" y=\"{}\">spoofed sounds taken for real</text>",
                LEFT + SIDE / 2,
                HEIGHT - 6);
        svg.add("<g class=\"ideal\"><path d=\"M{} {} L{} {}\"/></g>", LEFT, TOP + SIDE, LEFT + SIDE, TOP);
        svg.add("<g class=\"val\">");
        StringBuilder path = new StringBuilder();
        for (SpoofingScores.Point point : scores.curve()) {
            path.append(path.length() == 0 ? "M" : " L").append(place(axis, point));
        }
        svg.add("<path d=\"{}\"/>", path);
        String[] at = place(axis, equal).split(" ");
        svg.add("<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"4\"/>", at[0], at[1]);
        for (SpoofingScores.Point point : thinned()) {
            String[] near = place(axis, point).split(" ");
            svg.add("<circle class=\"hit\" cx=\"{}\" cy=\"{}\" r=\"6\">", near[0], near[1]);
            svg.add("<title>{}</title></circle>", errors(point));
        }
        return svg.add("</g></svg>");
    }

    /** Both axes: from half the smallest error that the sounds can show. */
    private Axis axis() {
        double smallest = scores.curve().stream()
                .flatMapToDouble(point -> DoubleStream.of(point.miss(), point.falseAlarm()))
                .filter(error -> error > 0)
                .min()
                .orElse(1);
        double low = Math.max(LEAST, Math.min(smallest / 2, 0.02));
        return new Axis(low, scores.equalErrorRate() < USUAL - 0.2 ? USUAL : MOST);
    }

    private record Axis(double low, double high) {
        /** From 0 to the side. */
        double at(double error) {
            double from = NORMAL.inverseCumulativeProbability(low);
            double to = NORMAL.inverseCumulativeProbability(high);
            double within = NORMAL.inverseCumulativeProbability(Math.max(low, Math.min(high, error)));
            return SIDE * (within - from) / (to - from);
        }
    }

    private static void grid(Html svg, Axis axis, double tick) {
        String x = pixel(LEFT + axis.at(tick));
        String y = pixel(TOP + SIDE - axis.at(tick));
        String label = Numbers.significant(100 * tick, 3) + "%";
        svg.add("<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>", LEFT, LEFT + SIDE, y, y);
        svg.add("<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>", x, x, TOP, TOP + SIDE);
        svg.add(
                "<text class=\"tick\" text-anchor=\"end\" x=\"{}\" y=\"{}\" dy=\".35em\">{}</text>",
                LEFT - 8,
                y,
                label);
        svg.add("<text class=\"tick\" text-anchor=\"middle\" x=\"{}\" y=\"{}\">{}</text>", x, TOP + SIDE + 18, label);
    }

    private List<SpoofingScores.Point> thinned() {
        List<SpoofingScores.Point> all = scores.curve();
        int stride = Math.max(1, all.size() / 200);
        return IntStream.iterate(0, i -> i < all.size(), i -> i + stride)
                .mapToObj(all::get)
                .toList();
    }

    private static String errors(SpoofingScores.Point point) {
        return (Double.isFinite(point.threshold())
                        ? "threshold " + Numbers.rate(point.threshold())
                        : "below all scores")
                + ": " + Numbers.percent(point.falseAlarm()) + " of spoofed sounds taken for real, "
                + Numbers.percent(point.miss()) + " of real ones for spoofed";
    }

    private static String place(Axis axis, SpoofingScores.Point point) {
        return pixel(LEFT + axis.at(point.falseAlarm())) + " " + pixel(TOP + SIDE - axis.at(point.miss()));
    }

    private static String pixel(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
