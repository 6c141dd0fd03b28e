package io.github.resnet4j.finetune.internal.task.spoofing;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.audio.SoundFeature;
import io.github.resnet4j.finetune.internal.report.Html;
import io.github.resnet4j.finetune.internal.report.JsonReport;
import io.github.resnet4j.finetune.internal.report.LineChart;
import io.github.resnet4j.finetune.internal.report.ModelCardText;
import io.github.resnet4j.finetune.internal.report.Page;
import io.github.resnet4j.finetune.internal.report.Png;
import io.github.resnet4j.finetune.internal.report.Section;
import io.github.resnet4j.finetune.internal.report.TaskReport;
import io.github.resnet4j.finetune.internal.task.FinishedRun;
import io.github.resnet4j.finetune.internal.task.ShippedModel;
import io.github.resnet4j.finetune.quality.Interval;
import io.github.resnet4j.finetune.quality.SpoofingScores;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Numbers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the reports say of a detector.
 *
 * @param evaluation on the validation sounds, of both kinds
 * @param attacks how well it does on each attack, against all real sounds
 * @param worst the sounds whose scores are farthest on the wrong side, worst first
 */
record SpoofingReport(SpoofingEvaluation evaluation, List<Attack> attacks, List<Heard> worst) implements TaskReport {
    private static final int WORST = 12;
    private static final int SIDE = 160;
    private static final int WIDTH = 540;
    private static final int HEIGHT = 360;

    /** One attack. */
    record Attack(String name, long sounds, double equalErrorRate) {}

    /**
     * A sound.
     *
     * @param feature a picture of what the network takes of it; nothing if it cannot be read any more
     */
    record Heard(String file, String attack, boolean real, double score, byte[] feature) {}

    /** Finishes the model and looks at its answers. */
    static SpoofingReport of(
            FinishedRun run, SpoofingSounds sounds, SoundFeature feature, SpoofingEvaluation evaluation)
            throws IOException {
        Map<String, List<SpoofingEvaluation.Answer>> byAttack = new TreeMap<>();
        List<SpoofingEvaluation.Answer> real = new ArrayList<>();
        for (SpoofingEvaluation.Answer answer : evaluation.answers()) {
            if (answer.real()) {
                real.add(answer);
            } else {
                byAttack.computeIfAbsent(sounds.attack(answer.index()), name -> new ArrayList<>())
                        .add(answer);
            }
        }
        List<Attack> attacks = new ArrayList<>();
        byAttack.forEach((name, own) -> {
            List<SpoofingEvaluation.Answer> both = new ArrayList<>(real);
            both.addAll(own);
            double error =
                    real.isEmpty() ? Double.NaN : SpoofingEvaluation.curve(both).equalErrorRate();
            attacks.add(new Attack(name, own.size(), error));
        });
        List<Heard> worst = evaluation.answers().stream()
                .sorted(Comparator.comparingDouble(SpoofingEvaluation.Answer::wrongBy)
                        .reversed())
                .limit(WORST)
                .map(answer -> new Heard(
                        sounds.name(answer.index()),
                        sounds.attack(answer.index()),
                        answer.real(),
                        answer.score(),
                        picture(sounds, answer.index(), feature)))
                .toList();
        SpoofingReport report = new SpoofingReport(evaluation, List.copyOf(attacks), worst);
        ShippedModel.finish(
                run,
                card -> {
                    Map<String, String> provenance = new TreeMap<>(card.provenance());
                    report.threshold().ifPresent(at -> provenance.put(Detector.THRESHOLD, Double.toString(at)));
                    return card.withProvenance(provenance);
                },
                report.card());
        return report;
    }

    private static byte[] picture(SpoofingSounds sounds, int index, SoundFeature feature) {
        try {
            return SpectrogramPicture.png(feature.of(sounds.sound(index)), feature.rows(), feature.frames(), SIDE);
        } catch (BadDataException e) {
            return new byte[0]; // it was read a while ago, but files come and go
        }
    }

    private Optional<SpoofingScores> curve() {
        return evaluation.hasBothKinds() ? Optional.of(evaluation.curve()) : Optional.empty();
    }

    private Optional<Double> threshold() {
        return curve().map(SpoofingScores::atEqualError)
                .map(SpoofingScores.Point::threshold)
                .filter(Double::isFinite);
    }

    private long wrong() {
        double threshold = threshold().orElse(0.0);
        return evaluation.answers().stream()
                .filter(answer -> answer.real() != answer.score() > threshold)
                .count();
    }

    private Interval interval() {
        return Interval.wilson(wrong(), evaluation.images());
    }

    @Override
    public String verdict() {
        return curve().map(curve -> "At the threshold where it errs equally often on both sides, the model takes "
                        + Numbers.percent(curve.equalErrorRate())
                        + " of spoofed sounds for real ones, and of real ones for spoofed (of "
                        + Numbers.count(evaluation.images(), "sound", "sounds") + " it was not trained on, "
                        + Numbers.count(wrong()) + " wrongly; for more sounds like these, expect "
                        + Numbers.percent(interval().low()) + " to "
                        + Numbers.percent(interval().high())
                        + "). Guessing errs on half." + hardest())
                .orElse("The sounds are all of one kind, so nothing is known of how well the model tells two apart.");
    }

    private String hardest() {
        return attacks.size() < 2
                ? ""
                : attacks.stream()
                        .max(Comparator.comparingDouble(Attack::equalErrorRate))
                        .filter(attack -> attack.equalErrorRate() > 0)
                        .map(attack -> " It is weakest on “" + attack.name() + "”, with "
                                + Numbers.percent(attack.equalErrorRate()) + ".")
                        .orElse("");
    }

    @Override
    public void headline(Page page, Optional<EpochRow> model, String when) {
        evaluation.metrics().forEach((metric, value) -> page.tile(metric.title(), metric.text(value), when));
    }

    @Override
    public List<Section> sections(Section curves) {
        return List.of(
                curves,
                new Section("det", "Error rates", this::errors),
                new Section("attacks", "Attacks", this::attacks),
                new Section("worst", "Worst scores", this::worst));
    }

    /** Below the lowest score, there is none. */
    private static String words(double threshold) {
        return Double.isFinite(threshold) ? Numbers.rate(threshold) : "below all scores";
    }

    private void errors(Page page) {
        page.openSection("det", "Error rates at every threshold");
        curve().ifPresent(curve -> {
            List<LineChart.Point> points = curve.curve().stream()
                    .map(point -> new LineChart.Point(
                            point.falseAlarm(), point.miss(), "threshold " + words(point.threshold())))
                    .toList();
            LineChart chart = new LineChart(
                    "Detection error trade-off",
                    List.of(
                            new LineChart.Series("this model", "val", points),
                            new LineChart.Series(
                                    "equal errors",
                                    "ideal",
                                    List.of(new LineChart.Point(0, 0, "equal"), new LineChart.Point(1, 1, "equal")))),
                    Numbers::percent,
                    WIDTH,
                    HEIGHT,
                    new LineChart.Across("share of spoofed sounds taken for real", false),
                    false);
            page.add(
                    "<p>Left and low is good. With the threshold {} on the score, both errors are as good as equal: {}.</p>\n",
                    words(curve.atEqualError().threshold()),
                    Numbers.percent(curve.equalErrorRate()));
            page.add(
                    "<figure class=\"plot\"><figcaption>Share of real sounds taken for spoofed, by share of spoofed sounds"
                            + " taken for real</figcaption>\n{}\n</figure>\n",
                    chart.svg());
        });
        page.closeSection();
    }

    private void attacks(Page page) {
        page.openSection("attacks", "Attacks");
        page.openTable("Equal error rate by attack");
        page.add("<thead><tr><th>Attack</th><th>Sounds</th><th>EER</th></tr></thead>\n<tbody>\n");
        for (Attack attack : attacks) {
            page.add(
                    "<tr><th scope=\"row\"><bdi>{}</bdi></th><td>{}</td><td>{}</td></tr>\n",
                    attack.name(),
                    Numbers.count(attack.sounds()),
                    Numbers.percent(attack.equalErrorRate()));
        }
        page.closeTable();
        page.closeSection();
    }

    private void worst(Page page) {
        page.openSection("worst", "Worst scores");
        page.add(
                "<p>The sounds whose scores are farthest on the wrong side, or nearest to it, worst first, and what the"
                        + " network takes of them: time from left to right, frequency upwards.</p>\n<div class=\"shots\">\n");
        for (Heard heard : worst) {
            boolean right = heard.real() == heard.score() > threshold().orElse(0.0);
            page.add("<figure class=\"shot {}\">{}<figcaption>", right ? "right" : "wrong", image(heard));
            page.add("<span class=\"verdict\">{}</span> ", right ? "✓ right" : "✗ wrong");
            page.add("<span class=\"share\">{}</span>", Numbers.rate(heard.score()));
            page.add("<bdi class=\"said\">{}</bdi>", heard.attack());
            page.add("<bdi class=\"file\" title=\"{}\">{}</bdi></figcaption></figure>\n", heard.file(), heard.file());
        }
        page.add("</div>\n");
        page.closeSection();
    }

    private static Html image(Heard heard) {
        return heard.feature().length == 0
                ? new Html().add("<div class=\"blank\">no picture</div>")
                : new Html()
                        .add(
                                "<img class=\"smooth\" loading=\"lazy\" alt=\"{}\" src=\"{}\">",
                                "Feature of " + heard.file(),
                                Png.uri(heard.feature()));
    }

    @Override
    public void json(Map<String, Object> object) {
        object.put("task", "spoofing");
        object.put("images", evaluation.images());
        object.put("eer", curve().map(SpoofingScores::equalErrorRate).orElse(null));
        object.put("threshold", threshold().orElse(null));
        object.put("wrong", wrong());
        List<Map<String, Object>> all = new ArrayList<>();
        for (Attack attack : attacks) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", attack.name());
            one.put("sounds", attack.sounds());
            one.put("eer", JsonReport.number(attack.equalErrorRate()));
            all.add(one);
        }
        object.put("attacks", all);
    }

    private ModelCardText.Parts card() {
        StringBuilder results = new StringBuilder("## Error rates\n\n");
        curve().ifPresentOrElse(
                        curve -> results.append("- Equal error rate: ")
                                .append(Numbers.percent(curve.equalErrorRate()))
                                .append(" of ")
                                .append(Numbers.count(evaluation.images(), "validation sound", "validation sounds"))
                                .append(", at the threshold ")
                                .append(words(curve.atEqualError().threshold()))
                                .append(
                                        ". The epoch was chosen on these sounds, which flatters the figure a little.\n"),
                        () -> results.append("Not measured.\n"));
        results.append("\n| attack | sounds | EER |\n| --- | ---: | ---: |\n");
        for (Attack attack : attacks) {
            results.append("| ")
                    .append(ModelCardText.escape(attack.name()))
                    .append(" | ")
                    .append(attack.sounds())
                    .append(" | ")
                    .append(Numbers.percent(attack.equalErrorRate()))
                    .append(" |\n");
        }
        return new ModelCardText.Parts(
                verdict(),
                "To tell real speech from attacks like those it was trained on. Attacks of another kind, other microphones"
                        + " and other codecs may pass unnoticed: measure first. A score is no proof, and not for decisions"
                        + " about people without a second look.",
                results.toString(),
                "```sh\n./resnet4j predict --model model.zip call.wav\n./resnet4j eval --model model.zip --data SOUNDS\n"
                        + "```\n");
    }
}
