package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.ExperimentReport;
import io.github.resnet4j.finetune.report.ExperimentReport.Answer;
import io.github.resnet4j.finetune.report.ExperimentReport.EpochErrors;
import io.github.resnet4j.finetune.report.ExperimentReport.Finding;
import io.github.resnet4j.finetune.report.ExperimentReport.Line;
import io.github.resnet4j.finetune.report.ExperimentReport.Trial;
import io.github.resnet4j.finetune.report.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** An experiment as one HTML page: the verdict, all curves on one axis, and a table beside the published figures. */
public final class ExperimentPage {
    private static final int CHART_WIDTH = 540;
    private static final int CHART_HEIGHT = 330;

    private final ExperimentReport report;
    private final Page page;

    private ExperimentPage(ExperimentReport report) {
        this.report = report;
        this.page = new Page(report.title());
    }

    /** Writes the page, replacing one that is there. */
    public static void write(ExperimentReport report, Path file) throws IOException {
        AtomicFile.write(file, new ExperimentPage(report).text());
    }

    private String text() {
        page.openHeader(report.title());
        page.tile("Verdict", word(report.answer()), report.claimsThatHold());
        page.tile("Runs done", report.progress().replaceFirst(" runs?$", ""), length());
        report.lines().stream()
                .filter(line -> line.testError().count() > 0)
                .min(Comparator.comparingDouble(line -> line.testError().mean()))
                .ifPresent(best -> page.tile(
                        "Lowest test error", Numbers.percent(best.testError().mean()), best.label()));
        page.tile("Training time", Numbers.duration(seconds()), "of all runs together");
        Map<String, String> sections = new LinkedHashMap<>();
        sections.put("verdict", "Verdict");
        sections.put("curves", "Curves");
        sections.put("table", "Table");
        sections.put("facts", "Facts");
        page.closeHeader(sections);
        page.warnings(report.warnings());
        verdict();
        curves();
        table();
        page.openSection("facts", "Facts").add("<div class=\"cards\">\n");
        page.card("Experiment", report.facts());
        return page.add("</div>\n").closeSection().end();
    }

    private static String word(Answer answer) {
        return switch (answer) {
            case YES -> "yes";
            case NO -> "no";
            case OPEN -> "open";
        };
    }

    private String length() {
        boolean shortened = report.lines().stream().anyMatch(line -> line.epochs() < line.fullEpochs());
        return shortened ? "shortened" : "at full length";
    }

    private double seconds() {
        return report.lines().stream()
                .flatMap(line -> line.trials().stream())
                .flatMap(trial -> trial.epochs().stream())
                .mapToDouble(EpochRow::seconds)
                .filter(Double::isFinite)
                .sum();
    }

    private void verdict() {
        page.openSection("verdict", "Verdict");
        page.add(
                "<p class=\"question\">{}</p>\n<p>{}: <strong>{}</strong>.</p>\n<ul class=\"findings\">\n",
                report.question(),
                report.source().orElse("Answer"),
                report.verdict());
        for (Finding finding : report.findings()) {
            page.add(
                    "<li class=\"{}\"><span class=\"mark\" aria-hidden=\"true\">{}</span>",
                    word(finding.answer()),
                    mark(finding.answer()));
            page.add("<span>{}</span></li>\n", finding.line());
        }
        page.add("</ul>\n").closeSection();
    }

    private static String mark(Answer answer) {
        return switch (answer) {
            case YES -> "✓";
            case NO -> "✗";
            case OPEN -> "…";
        };
    }

    private void curves() {
        page.openSection("curves", "Training error (thin) and test error (bold)");
        List<LineChart.Series> series = new ArrayList<>();
        for (int i = 0; i < report.lines().size(); i++) {
            Line line = report.lines().get(i);
            series.add(series(line, "training", "thin s" + i, EpochErrors::training));
            series.add(series(line, "test", "bold s" + i, EpochErrors::test));
        }
        page.add(
                "<figure class=\"plot together\">\n{}\n",
                new LineChart("Training and test error", series, Numbers::percent, CHART_WIDTH, CHART_HEIGHT).plot());
        page.add("<figcaption><ul class=\"legend\">\n");
        for (int i = 0; i < report.lines().size(); i++) {
            page.add("<li class=\"s{}\">{}</li>\n", i, report.lines().get(i).label());
        }
        page.add("</ul></figcaption></figure>\n");
        page.add(
                "<p>Errors in percent after each epoch; the training error is that of the augmented images during the epoch"
                        + "{}.</p>\n",
                severalSeeds() ? ", and both are means over the seeds" : "");
        page.closeSection();
    }

    /** Where the published figures are from. */
    private String published() {
        Map<String, List<String>> sources = new LinkedHashMap<>();
        report.lines().forEach(line -> line.source()
                .ifPresent(source -> sources.computeIfAbsent(source, any -> new ArrayList<>())
                        .add(line.label())));
        return sources.isEmpty()
                ? ""
                : " Published: "
                        + sources.entrySet().stream()
                                .map(entry -> entry.getKey() + " (" + String.join(", ", entry.getValue()) + ")")
                                .collect(Collectors.joining("; "))
                        + ".";
    }

    private boolean severalSeeds() {
        return report.lines().stream().anyMatch(line -> line.trials().size() > 1);
    }

    private static LineChart.Series series(
            Line line, String kind, String style, ToDoubleFunction<EpochErrors> measure) {
        return new LineChart.Series(
                line.label() + ", " + kind,
                style,
                line.curve().stream()
                        .map(point -> new LineChart.Point(point.epoch(), measure.applyAsDouble(point)))
                        .toList());
    }

    private void table() {
        page.openSection("table", "Results");
        page.openTable("Results by run");
        boolean lesions =
                report.lines().stream().anyMatch(line -> line.lesionError().count() > 0);
        page.add("<thead><tr><th>Run</th><th>Test error</th><th>Published</th><th>Training error</th>");
        page.add(lesions ? "<th>Without a block</th>" : "");
        page.add("<th>Epochs</th><th>Time per image</th><th>Time</th><th>Seeds</th></tr></thead>\n<tbody>\n");
        for (Line line : report.lines()) {
            page.add("<tr><th scope=\"row\" title=\"{}\">{}</th>", line.network(), line.label());
            page.add(
                    "<td><strong>{}</strong></td>",
                    line.testError().count() == 0
                            ? line.progress()
                            : line.testError().percent());
            page.add(
                    "<td title=\"{}\">{}</td>",
                    line.source().orElse("not published"),
                    line.published().orElse(Numbers.NONE));
            page.add("<td>{}</td>", line.trainingError().percent());
            if (lesions) {
                page.add("<td>{}", line.lesionError().percent());
                line.trials().stream()
                        .filter(trial -> trial.lesionError().isPresent())
                        .forEach(trial -> page.add(
                                " <a href=\"{}/lesion/report.html\" title=\"lesion study of seed {}\">↗</a>",
                                trial.folder(),
                                trial.seed()));
                page.add("</td>");
            }
            page.add(
                    "<td>{}</td><td>{}</td><td>{}</td><td>",
                    line.length(),
                    line.secondsPerImage().millis(),
                    Double.isNaN(line.seconds().mean())
                            ? Numbers.NONE
                            : Numbers.duration(line.seconds().mean()));
            for (Trial trial : line.trials()) {
                if (trial.done()) {
                    page.add("<a href=\"{}/report.html\">{}</a> ", trial.folder(), trial.seed());
                } else {
                    page.add("<span class=\"none\" title=\"{}\">{}</span> ", trial.state(), trial.seed());
                }
            }
            page.add("</td></tr>\n");
        }
        page.closeTable();
        page.add(
                "<p>Errors after the last epoch{}.{} Time to train on one image, in the median epoch, and of the whole run without"
                        + " its report.{}</p>\n",
                severalSeeds() ? "; mean ± standard deviation over the seeds that are done" : "",
                lesions
                        ? " Without a block, or a layer where there are none: the median over all that can be removed."
                        : "",
                published());
        page.closeSection();
    }
}
