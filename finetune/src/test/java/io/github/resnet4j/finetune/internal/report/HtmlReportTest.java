package io.github.resnet4j.finetune.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.finetune.internal.task.classification.ClassificationReport;
import io.github.resnet4j.finetune.internal.task.classification.Judgement;
import io.github.resnet4j.finetune.recipe.Choice;
import io.github.resnet4j.finetune.report.Confusion;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.EpochRows;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.report.Numbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HtmlReportTest {
    private static final double NAN = Double.NaN;

    @TempDir
    Path folder;

    private String page(RunReport report) throws IOException {
        Path file = folder.resolve("report.html");
        HtmlReport.write(report, file);
        return Files.readString(file);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<h1>resnet18 on flowers</h1>",
                "Top-1 accuracy</div><div class=\"value\">86.00%",
                "688 of 800 images; 95 % interval 83.42% to 88.23%",
                "The model names the class of 86.0 % of 800 images it was not trained on (for more images like these, expect"
                        + " 83.4 % to 88.2 %); always answering “daisy” would be right for 10.0 %; it is weakest on “",
                "id=\"calibration\"",
                "calibrated with temperature",
                "Labels to check",
                "With the labels of 7 validation images the model disagrees",
                "<strong>1 validation image is</strong> equal to a training image in every pixel, and 2 more look like one",
                "labelled <bdi>daisy</bdi> and <bdi>rose</bdi>",
                "tulip/broken.jpg: not an image",
                "<td class=\"range\">",
                "Top-5 accuracy",
                "Validation loss",
                "epoch 12 of 12",
                "12 epochs, 552 updates",
                "2 warnings",
                "could not be decoded",
                "id=\"curves\"",
                "<svg class=\"chart\"",
                "<title>epoch 3, validation: ",
                "model.zip is from epoch 12: validation accuracy <strong>86.00%</strong>. It is the last epoch, too.",
                "Every epoch",
                "id=\"confusion\"",
                "class=\"heat strong hit\"",
                "<bdi>daisy</bdi> mistaken for <bdi>dandelion</bdi>",
                "<th>Precision</th><th>95 %</th><th>Recall</th><th>95 %</th><th>F1</th>",
                "id=\"gallery\"",
                "✓ right",
                "✗ wrong",
                "actually <bdi>poppy</bdi>",
                "id=\"losses\"",
                "alt=\"Image daisy/IMG_0000_a_rather_long_name.jpg\"",
                "<dt>Parameters</dt><dd>11,181,642</dd>",
                "<dt>Folder</dt>",
                "<dt>Schedule</dt>",
                "<dt>Backend</dt>",
                "the first three stages stay frozen",
                "config.yaml",
                "batch-size: 64",
                "provenance.json",
                "&quot;commit&quot; : &quot;48ad3a1&quot;",
                "prefers-color-scheme: dark",
                "@media print",
            })
    void tellsEverything(String part) throws IOException {
        assertThat(page(Example.run())).contains(part);
    }

    @Test
    void showsHowTheExecutorsSpentTheirTime() throws IOException {
        assertThat(page(Example.run()))
                .contains(
                        "2 executors: 439 + 439 images/s, 8 % exchanging, 1 % waiting for data; the slowest computes 5 %"
                                + " longer than the fastest",
                        "10.0.0.1", "17,616");
        assertThat(page(Example.thousandClasses())).doesNotContain("Executors");
    }

    @Test
    void escapesWhateverComesFromTheData() throws IOException {
        String bad = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>&\u0000\u001b[31m";
        byte[] thumbnail = Prediction.thumbnail(Example.image(1, 8), 8);
        Prediction shot = new Prediction(bad, thumbnail, bad, bad + "2", 0.5, false);
        Map<String, String> facts = Map.of(bad, bad);
        String page = page(new RunReport(
                new RunFacts(bad, facts, facts, facts, facts, List.of(bad)),
                Example.epochs(2),
                Optional.empty(),
                new ClassificationReport(
                        Example.confusion(List.of(bad, bad + "2"), 9),
                        Optional.of(new RunOutcome(bad, bad, 2, 3, 9, 18, bad)),
                        List.of(new RunOutcome(bad, bad, 2, 3, 9, 18, bad)),
                        Optional.of(new Judgement(
                                Example.judgement().scaling(),
                                List.of(shot),
                                1,
                                Optional.of(new Judgement.Duplicates(
                                        1,
                                        1,
                                        0,
                                        1,
                                        List.of(new Judgement.Twin(
                                                new Judgement.Side(bad, bad, thumbnail),
                                                new Judgement.Side(bad, bad + "2", thumbnail),
                                                false,
                                                0.99)))))),
                        List.of(shot),
                        List.of(shot),
                        List.of(shot),
                        List.of(new ClassificationReport.Label(bad, bad, bad, 0.1, 0.9)),
                        List.of(new ClassificationReport.Pair(bad, bad, true, 1))),
                List.of(new ExecutorRow(0, bad, 9, 1, 0, 0)),
                List.of(new Choice(bad, bad, bad, bad, true)),
                List.of(bad),
                "</pre>" + bad,
                "</pre>" + bad,
                List.of(bad)));
        assertThat(page)
                .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&gt;&lt;img src=x")
                .doesNotContain("<script", "<img src=x", "</pre>&lt;/pre>", "\u0000", "\u001b");
        // Every tag that is there is one this program writes.
        assertThat(Pattern.compile("<([a-z][a-z0-9]*)").matcher(page).results().map(m -> m.group(1)))
                .doesNotContain("script")
                .isSubsetOf(
                        "html",
                        "head",
                        "meta",
                        "title",
                        "style",
                        "body",
                        "header",
                        "main",
                        "footer",
                        "nav",
                        "a",
                        "aside",
                        "section",
                        "h1",
                        "h2",
                        "h3",
                        "p",
                        "ul",
                        "ol",
                        "li",
                        "small",
                        "div",
                        "span",
                        "strong",
                        "svg",
                        "g",
                        "line",
                        "path",
                        "text",
                        "circle",
                        "figure",
                        "figcaption",
                        "table",
                        "thead",
                        "tbody",
                        "tr",
                        "th",
                        "td",
                        "bdi",
                        "img",
                        "dl",
                        "dt",
                        "dd",
                        "details",
                        "summary",
                        "pre");
    }

    @Test
    void loadsNothingFromAnywhere() throws IOException {
        String page = page(Example.run());
        assertThat(page)
                .contains("default-src 'none'; img-src data:")
                .doesNotContain("http://", "https://", "url(", "@import", "<link");
        assertThat(Pattern.compile("src=\"(?!data:image/png;base64,)")
                        .matcher(page)
                        .find())
                .isFalse();
    }

    @Test
    void everyImageHasAText() throws IOException {
        String page = page(Example.run());
        assertThat(Pattern.compile("<img (?![^>]*alt=\"[^\"]+\")").matcher(page).find())
                .isFalse();
        assertThat(Pattern.compile("<svg (?![^>]*aria-label=\"[^\"]+\")")
                        .matcher(page)
                        .find())
                .isFalse();
    }

    @Test
    void tagsAreBalanced() throws IOException {
        String page = page(Example.run());
        for (String tag :
                List.of("section", "div", "table", "tr", "td", "svg", "g", "figure", "details", "bdi", "ol")) {
            assertThat(page.split("<" + tag + "[ >]", -1).length)
                    .as(tag)
                    .isEqualTo(page.split("</" + tag + ">", -1).length);
        }
    }

    @Test
    void aThousandClassesStaySmall() throws IOException {
        String page = page(Example.thousandClasses());
        assertThat(page.length()).isLessThan(3_000_000);
        assertThat(page).contains("class=\"heatmap\"", "The 20 hardest", "All 1000 classes", "class 999");
    }

    /** Every mistake can be read, by pointing at it and as text. */
    @Test
    void hundredsOfClassesAreATableWithoutNumbers() throws IOException {
        String page = page(Example.of(Example.epochs(2), Example.confusion(Example.names(200), 50)));
        assertThat(page.length()).isLessThan(1_500_000);
        assertThat(page)
                .contains(
                        "class=\"matrix dense\"", "title=\"class 000 taken for class 001: ", "what it is mistaken for")
                .doesNotContain("class=\"heatmap\"");
    }

    @Test
    void worksWithoutAnything() throws IOException {
        String page = page(Example.of(List.of(), Confusion.none()));
        assertThat(page).contains("Loss: nothing measured", "no image was evaluated", "No predictions were recorded");
        assertThat(page).doesNotContain("NaN", "null");
    }

    @Test
    void worksWithOneEpoch() throws IOException {
        String page = page(Example.of(Example.epochs(1), Confusion.none()));
        assertThat(page)
                .contains("1 epoch, 46 updates", "<title>epoch 1, training: ")
                .doesNotContain("NaN");
    }

    @Test
    void showsADashForWhatWasNotMeasured() throws IOException {
        EpochRow bare = EpochRows.of(1, 5, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN);
        assertThat(page(Example.of(List.of(bare), Confusion.none())))
                .contains("<td>–</td>")
                .doesNotContain("NaN");
    }

    @Test
    void aFlatCurveIsStillACurve() throws IOException {
        EpochRow one = EpochRows.of(1, 5, 0, 1, 1, 1, 1, 1, 1, 1, 0);
        EpochRow two = EpochRows.of(2, 9, 0, 1, 1, 1, 1, 1, 1, 1, 0);
        assertThat(page(Example.of(List.of(one, two), Confusion.none())))
                .contains("<title>epoch 2, learning rate: 0<")
                .doesNotContain("NaN");
    }

    @Test
    void comparesWithOtherRuns() throws IOException {
        assertThat(page(Example.run()))
                .contains(
                        "Beside other runs",
                        "resnet18 on flowers: 86.00%, 21.5 points more than from-scratch (64.50%), in 1 min 24 s as against"
                                + " 1 min 31 s; the intervals do not overlap.",
                        "1.1 points more than linear-probe (84.88%), in 1 min 24 s as against 4.2 s; the intervals overlap:"
                                + " 800 images may be too few to tell the two apart.");
        assertThat(page(Example.thousandClasses())).doesNotContain("Beside other runs");
    }

    /** The page is about one model: its epoch is not the last, nor that with the same accuracy. */
    @Test
    void claimsTheLossOfTheModelThatItShows() throws IOException {
        RunReport report = Example.run();
        EpochRow model = report.epochs().get(4);
        String page = page(new RunReport(
                report.facts(),
                report.epochs(),
                Optional.of(model),
                Example.confusionAlone(Example.task(report).confusion()),
                List.of(),
                List.of(),
                List.of(),
                "",
                "",
                List.of()));
        assertThat(page)
                .contains(
                        "688 of 800 images",
                        "epoch 5 of 12",
                        "model.zip is from epoch 5: validation accuracy <strong>"
                                + Numbers.percent(model.val(Metric.TOP1)),
                        "After the last epoch, 12, it was 86.00% (last.zip).");
    }
}
