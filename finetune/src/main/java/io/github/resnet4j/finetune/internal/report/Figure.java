package io.github.resnet4j.finetune.internal.report;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A figure of a study, drawn as PNG by {@link Charts#figure} and into a page by {@link StudyPage}.
 *
 * @param id its name as a file and as a place in the page
 * @param title what it shows
 * @param caption what a reader must know to read it
 * @param series drawn one over the other, in colours of their own
 */
public record Figure(String id, String title, String caption, Axis x, Axis y, List<Series> series) {
    public Figure {
        series = List.copyOf(series);
    }

    /** An axis and how its values are written. */
    public record Axis(String label, Scale scale) {}

    /** How values lie on an axis. */
    public enum Scale {
        /** Whole numbers: a count, a position. */
        WHOLE,
        /** Any numbers. */
        NUMBER,
        /** Fractions, written as percent. */
        PERCENT,
        /** Positive numbers, by their magnitude. */
        LOGARITHMIC
    }

    /** How the points of a series are drawn. */
    public enum Mark {
        /** Dots with lines between them. */
        LINE,
        /** Dots alone. */
        DOTS,
        /** One box for all points of one x: least, quartiles, largest. */
        BOXES,
        /** A dashed line at the height of the first point, across the figure. */
        LEVEL
    }

    /**
     * Points of one kind; those with a value that is not finite are left out.
     *
     * @param name in the legend
     */
    public record Series(String name, Mark mark, List<Point> points) {
        public Series {
            points = points.stream()
                    .filter(point -> Double.isFinite(point.x) && Double.isFinite(point.y))
                    .toList();
        }
    }

    /**
     * A measured value.
     *
     * @param label what it belongs to, for people: {@code layer2.0}, {@code 5 blocks}
     */
    public record Point(double x, double y, String label) {}

    /** The least value, the quartiles (interpolated linearly) and the largest. */
    record Box(double low, double first, double median, double third, double high) {
        static Box of(double[] values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            return new Box(
                    sorted[0],
                    quantile(sorted, 0.25),
                    quantile(sorted, 0.5),
                    quantile(sorted, 0.75),
                    sorted[sorted.length - 1]);
        }

        private static double quantile(double[] sorted, double share) {
            double at = share * (sorted.length - 1);
            int below = (int) at;
            int above = Math.min(below + 1, sorted.length - 1);
            return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
        }
    }

    /** The boxes of points, by x. */
    static Map<Double, Box> boxes(List<Point> points) {
        Map<Double, Box> boxes = new TreeMap<>();
        points.stream()
                .collect(Collectors.groupingBy(Point::x))
                .forEach((x, all) ->
                        boxes.put(x, Box.of(all.stream().mapToDouble(Point::y).toArray())));
        return boxes;
    }

    /** Half the width of boxes, in units of x. */
    static double halfWidth(Map<Double, Box> boxes) {
        double least = Double.POSITIVE_INFINITY;
        double before = Double.NaN;
        for (double x : boxes.keySet()) {
            least = Double.isNaN(before) ? least : Math.min(least, x - before);
            before = x;
        }
        return Double.isInfinite(least) ? 0.3 : 0.3 * least;
    }
}
