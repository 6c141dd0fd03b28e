package io.github.resnet4j.finetune.internal.task.classification;

import io.github.resnet4j.finetune.internal.report.Charts;
import io.github.resnet4j.finetune.internal.report.Page;
import io.github.resnet4j.finetune.internal.report.Png;
import io.github.resnet4j.finetune.quality.Interval;
import io.github.resnet4j.finetune.report.Confusion;
import io.github.resnet4j.finetune.report.Numbers;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** What is taken for what, and how well each class is known. */
final class ConfusionSections {
    private static final int MOST_PAIRS = 12;
    private static final int MOST_CLASSES_IN_FULL = 50;
    private static final int HARDEST_CLASSES = 20;
    private static final int HEAT_MAP_SIDE = 800;
    /** Up to so many classes the matrix is a table, whose cells say what they are; beyond, an image. */
    private static final int MOST_CLASSES_AS_TABLE = 200;

    private static final int MOST_MISTAKES_NAMED = 5;
    /** From this share of its row on, a cell is dark enough (in dark mode: bright enough) to need the other ink. */
    private static final double STRONG_HEAT = 0.66;

    private final ClassificationReport report;
    private final Page html;

    ConfusionSections(ClassificationReport report, Page html) {
        this.report = report;
        this.html = html;
    }

    void confusion() {
        Confusion confusion = report.confusion();
        html.openSection("confusion", "Confusion matrix");
        html.add("<p>{}.", Charts.caption(confusion));
        if (confusion.total() == 0) {
            html.add("</p>\n</section>\n");
            return;
        }
        html.add(" Rows are actual classes, columns predicted classes; a stronger colour is a larger share of the row."
                + "</p>\n");
        if (confusion.classes().size() <= Charts.MOST_CLASSES_WITH_COUNTS) {
            matrix(confusion, false);
        } else if (confusion.classes().size() <= MOST_CLASSES_AS_TABLE) {
            html.add(
                    "<p>Point at a cell to read what it counts; the table of mistakes below it has the same in words.</p>\n");
            matrix(confusion, true);
            mistakes(confusion);
        } else {
            int cell = Math.max(1, HEAT_MAP_SIDE / confusion.classes().size());
            html.add(
                    "<img class=\"heatmap\" alt=\"{}\" src=\"{}\">\n",
                    "Heat map of the confusion matrix, " + Charts.caption(confusion),
                    Png.uri(Png.encode(Charts.heatMap(confusion, cell))));
            mistakes(confusion);
        }
        html.closeSection();
    }

    /** Every class and what it is taken for, in words. */
    private void mistakes(Confusion confusion) {
        html.add("<details><summary>Every class and what it is mistaken for</summary>\n");
        html.openTable("Mistakes by class", "mistakes");
        html.add("<thead><tr><th>Class</th><th>Right</th><th>Mistaken for</th></tr></thead>\n<tbody>\n");
        for (int i = 0; i < confusion.classes().size(); i++) {
            long[] row = confusion.counts()[i];
            int actual = i;
            List<Integer> others = IntStream.range(0, row.length)
                    .filter(j -> j != actual && row[j] > 0)
                    .boxed()
                    .sorted(Comparator.comparingLong((Integer j) -> row[j]).reversed())
                    .toList();
            html.add(
                    "<tr><th scope=\"row\"><bdi>{}</bdi></th><td>{} of {}</td><td>",
                    confusion.classes().get(i),
                    Numbers.count(row[i]),
                    Numbers.count(confusion.support(i)));
            for (int j : others.subList(0, Math.min(MOST_MISTAKES_NAMED, others.size()))) {
                html.add("<bdi>{}</bdi> ({}) ", confusion.classes().get(j), Numbers.count(row[j]));
            }
            html.add(
                    others.size() > MOST_MISTAKES_NAMED ? "and {} more classes</td></tr>\n" : "{}</td></tr>\n",
                    others.size() > MOST_MISTAKES_NAMED ? String.valueOf(others.size() - MOST_MISTAKES_NAMED) : "");
        }
        html.closeTable();
        html.add("</details>\n");
    }

    /** @param dense without numbers in the cells, which tell them when pointed at */
    private void matrix(Confusion confusion, boolean dense) {
        html.openTable("Confusion matrix", dense ? "matrix dense" : "matrix");
        html.add("<thead><tr><td class=\"corner\">actual ↓ predicted →</td>");
        confusion.classes().forEach(name -> html.add("<th scope=\"col\"><bdi title=\"{}\">{}</bdi></th>", name, name));
        html.add("</tr></thead>\n<tbody>\n");
        for (int i = 0; i < confusion.classes().size(); i++) {
            html.add(
                    "<tr><th scope=\"row\"><bdi>{}</bdi></th>",
                    confusion.classes().get(i));
            long support = confusion.support(i);
            long[] row = confusion.counts()[i];
            for (int j = 0; j < row.length; j++) {
                // The square root makes rare mistakes visible, as in confusion.png.
                double heat = support == 0 ? 0 : Math.sqrt((double) row[j] / support);
                String style =
                        (row[j] == 0 ? "zero" : heat > STRONG_HEAT ? "heat strong" : "heat") + (i == j ? " hit" : "");
                if (dense && row[j] == 0) {
                    html.add("<td></td>");
                    continue;
                }
                html.add(
                        "<td class=\"{}\" style=\"--h:{}\" title=\"{} taken for {}: {} of {}\">",
                        style,
                        Numbers.fixed(heat, 2),
                        confusion.classes().get(i),
                        confusion.classes().get(j),
                        Numbers.count(row[j]),
                        Numbers.count(support));
                if (!dense) {
                    html.add("{}", Numbers.count(row[j]));
                    if (row[j] > 0) {
                        html.add("<small>{}</small>", Numbers.wholePercent((double) row[j] / support));
                    }
                }
                html.add("</td>");
            }
            html.add("</tr>\n");
        }
        html.closeTable();
    }

    void classes() {
        html.openSection("classes", "Classes");
        Confusion confusion = report.confusion();
        if (confusion.total() == 0) {
            html.add("<p class=\"none\">No image was evaluated.</p>\n</section>\n");
            return;
        }
        html.add("<div class=\"columns\">\n<div>\n<h3>Most confused</h3>\n");
        List<Confusion.Pair> pairs = confusion.mostConfused(MOST_PAIRS);
        if (pairs.isEmpty()) {
            html.add("<p class=\"none\">No image was misclassified.</p>\n");
        } else {
            html.add("<ol class=\"pairs\">\n");
            for (Confusion.Pair pair : pairs) {
                html.add("<li><bdi>{}</bdi> mistaken for <bdi>{}</bdi>", pair.actual(), pair.predicted());
                html.add(
                        "<span class=\"share\">{}, {}</span></li>\n",
                        Numbers.count(pair.count(), "image", "images"),
                        Numbers.percent(pair.share()));
            }
            html.add("</ol>\n");
        }
        html.add("</div>\n<div>\n");
        List<Confusion.ClassScore> scores = confusion.scores();
        if (scores.size() <= MOST_CLASSES_IN_FULL) {
            html.add("<h3>By class</h3>\n");
            scoreTable(scores);
        } else {
            html.add("<h3>The {} hardest</h3>\n", HARDEST_CLASSES);
            scoreTable(scores.stream()
                    .filter(score -> score.support() > 0)
                    .sorted(Comparator.comparingDouble(Confusion.ClassScore::recall))
                    .limit(HARDEST_CLASSES)
                    .toList());
            html.add("<details><summary>All {} classes</summary>\n", scores.size());
            scoreTable(scores);
            html.add("</details>\n");
        }
        html.add("</div>\n</div>\n</section>\n");
    }

    private void scoreTable(List<Confusion.ClassScore> scores) {
        html.openTable("Scores by class");
        html.add("<thead><tr><th>Class</th><th>Images</th><th>Precision</th><th>95 %</th><th>Recall</th><th>95 %</th>"
                + "<th>F1</th></tr></thead>\n<tbody>\n");
        for (Confusion.ClassScore score : scores) {
            html.add(
                    "<tr><th scope=\"row\"><bdi>{}</bdi></th><td>{}</td>",
                    score.name(),
                    Numbers.count(score.support()));
            bar(score.precision());
            range(score.precisionInterval());
            bar(score.recall());
            range(score.recallInterval());
            bar(score.f1());
            html.add("</tr>\n");
        }
        html.closeTable();
    }

    private void range(Interval interval) {
        html.add("<td class=\"range\">{}</td>", words(interval));
    }

    /** {@code 83–97%}. */
    private static String words(Interval interval) {
        return Double.isNaN(interval.low())
                ? Numbers.NONE
                : Numbers.fixed(100 * interval.low(), 0) + "–" + Numbers.wholePercent(interval.high());
    }

    private void bar(double fraction) {
        String width = Double.isNaN(fraction) ? "0" : Numbers.fixed(100 * fraction, 0);
        html.add("<td class=\"bar\" style=\"--w:{}%\">{}</td>", width, Numbers.percent(fraction));
    }
}
