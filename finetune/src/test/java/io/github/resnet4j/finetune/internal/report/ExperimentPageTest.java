package io.github.resnet4j.finetune.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.EpochRows;
import io.github.resnet4j.finetune.report.ExperimentReport;
import io.github.resnet4j.finetune.report.ExperimentReport.Answer;
import io.github.resnet4j.finetune.report.ExperimentReport.EpochErrors;
import io.github.resnet4j.finetune.report.ExperimentReport.Finding;
import io.github.resnet4j.finetune.report.ExperimentReport.Line;
import io.github.resnet4j.finetune.report.ExperimentReport.Trial;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.report.Spread;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExperimentPageTest {
    @TempDir
    Path folder;

    private static EpochRow row(int epoch, double error) {
        return EpochRows.of(epoch, epoch, 0.1, 1, 1 - error / 2, 1, 1 - error, Double.NaN, 10, 500, 0);
    }

    private static Trial trial(long seed, String folder, int epochs, boolean done, double error) {
        return new Trial(
                seed,
                folder,
                done,
                done ? "done" : epochs == 0 ? "missing" : "half-done",
                IntStream.rangeClosed(1, epochs)
                        .mapToObj(epoch -> row(epoch, error / epoch))
                        .toList(),
                done ? OptionalDouble.of(90 * seed) : OptionalDouble.empty(),
                folder.equals("d-seed2") ? OptionalDouble.of(0.77) : OptionalDouble.empty());
    }

    private static Line line(String label, Trial... trials) {
        double[] errors = List.of(trials).stream()
                .filter(Trial::done)
                .mapToDouble(trial ->
                        1 - trial.epochs().get(trial.epochs().size() - 1).val(Metric.TOP1))
                .toArray();
        return new Line(
                label,
                "plain20-cifar",
                Optional.of("8.75%"),
                Optional.of("table 6"),
                3,
                164,
                List.of(trials),
                Spread.of(errors),
                Spread.of(errors),
                Spread.of(new double[errors.length]),
                label.equals("d") ? Spread.of(0.77) : Spread.of());
    }

    private static ExperimentReport report(Line... lines) {
        return new ExperimentReport(
                "Degradation",
                Optional.of("He et al. 2015, figure 6"),
                "Does depth hurt?",
                List.of(
                        new Finding("b is worse than a", Answer.YES, "24.10% against 15.30%"),
                        new Finding("c is worse than a", Answer.NO, "14.10% against 15.30%"),
                        new Finding("d is worse than a", Answer.OPEN, "since d has no result")),
                List.of(lines),
                List.of("Shortened to 3 of 164 epochs"),
                Map.of("Data", "CIFAR-10"));
    }

    private static final ExperimentReport MIXED = report(
            line("a", trial(1, "a-seed1", 3, true, 0.6)),
            line("b", trial(1, "b-seed1", 2, false, 0.6)),
            line("c", trial(1, "c-seed1", 0, false, 0.6)),
            line("d", trial(1, "d-seed1", 3, true, 0.6), trial(2, "d-seed2", 3, true, 0.3)));

    private String page(ExperimentReport report) throws IOException {
        Path file = folder.resolve("report.html");
        ExperimentPage.write(report, file);
        return Files.readString(file);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<h1>Degradation</h1>",
                "Does depth hurt?",
                "He et al. 2015, figure 6: <strong>not known yet</strong>",
                "b is worse than a: yes, 24.10% against 15.30%",
                "c is worse than a: no, 14.10% against 15.30%",
                "d is worse than a: not known yet, since d has no result",
                "1 warning",
                "Shortened to 3 of 164 epochs",
                "Runs done</div><div class=\"value\">3 of 5<",
                "<span class=\"none\" title=\"half-done\">1</span>",
                "<title>epoch 2, a, test: 30.00%</title>",
                "<title>epoch 2, a, training: 15.00%</title>",
                "<title>epoch 3, d, test: 15.00%</title>",
                "class=\"bold s3\"",
                "<li class=\"s3\">d</li>",
                "half-done, epoch 2 of 3",
                "<strong>missing</strong>",
                "15.00% ± 7.07",
                "<td title=\"table 6\">8.75%</td>",
                "Published: table 6 (a, b, c, d).",
                "<th>Without a block</th>",
                "<td>77.00% <a href=\"d-seed2/lesion/report.html\" title=\"lesion study of seed 2\">↗</a></td>",
                "<td>3 of 164</td>",
                "<td>2 min 15 s</td>",
                "<a href=\"d-seed2/report.html\">2</a>",
                "mean ± standard deviation",
                "<dt>Data</dt><dd>CIFAR-10</dd>",
            })
    void tellsEverything(String part) throws IOException {
        assertThat(page(MIXED)).contains(part);
    }

    @Test
    void escapesWhateverComesFromFiles() throws IOException {
        String bad = "<script>alert('x')</script>\"><img src=x>";
        ExperimentReport report = new ExperimentReport(
                bad,
                Optional.of(bad),
                bad,
                List.of(new Finding(bad, Answer.YES, bad)),
                List.of(line(bad, trial(1, bad, 3, true, 0.5))),
                List.of(bad),
                Map.of(bad, bad));
        assertThat(page(report)).doesNotContain("<script", "<img src=x").contains("&lt;script&gt;");
    }

    @Test
    void theAnswerIsYesIfAllClaimsHold() {
        Finding yes = new Finding("a", Answer.YES, "x");
        Finding no = new Finding("b", Answer.NO, "x");
        Finding open = new Finding("c", Answer.OPEN, "x");
        assertThat(verdict(yes, yes)).isEqualTo("yes");
        assertThat(verdict(yes, no)).isEqualTo("no: 1 of 2 claims holds");
        assertThat(verdict(no)).isEqualTo("no");
        assertThat(verdict(no, open)).isEqualTo("not known yet");
    }

    private static String verdict(Finding... findings) {
        return new ExperimentReport("t", Optional.empty(), "q", List.of(findings), List.of(), List.of(), Map.of())
                .verdict();
    }

    /** As far as all seeds are that have begun. */
    @Test
    void curvesAreMeansOverTheSeeds() {
        Line line = line("a", trial(1, "x", 3, true, 0.6), trial(2, "y", 2, false, 0.2), trial(3, "z", 0, false, 0.2));
        assertThat(line.curve())
                .extracting(
                        EpochErrors::epoch,
                        point -> Math.round(1000 * point.test()),
                        point -> Math.round(1000 * point.training()))
                .containsExactly(tuple(1, 400L, 200L), tuple(2, 200L, 100L));
        assertThat(line.progress()).isEqualTo("1 of 3 seeds");
    }

    @Test
    void drawsTheCurvesEvenWithoutAny() throws IOException {
        for (ExperimentReport report : List.of(MIXED, report(line("a", trial(1, "a-seed1", 0, false, 1))))) {
            Path png = folder.resolve("curves.png");
            Charts.errors(report, png);
            BufferedImage image = ImageIO.read(png.toFile());
            assertThat(image.getWidth()).isEqualTo(1400);
            assertThat(page(report)).contains("</html>");
        }
    }
}
