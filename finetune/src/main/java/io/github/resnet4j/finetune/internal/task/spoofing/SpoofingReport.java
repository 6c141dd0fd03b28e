package io.github.resnet4j.finetune.internal.task.spoofing;

import io.github.resnet4j.datasets.audio.SoundFeature;
import io.github.resnet4j.finetune.internal.report.Html;
import io.github.resnet4j.finetune.internal.report.JsonReport;
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
 * @param behind the speaker verification that the detector is to stand before, where its scores are known
 * @param worst the sounds whose scores are farthest on the wrong side, worst first
 */
record SpoofingReport(
        SpoofingEvaluation evaluation,
        List<Attack> attacks,
        Optional<SpoofingScores.Verification> behind,
        List<Heard> worst)
        implements TaskReport {
    private static final int WORST = 12;

    /** One attack. */
    record Attack(String name, long sounds, double equalErrorRate) {}

    /**
     * A sound.
     *
     * @param pictures absent if it cannot be read any more
     */
    record Heard(String file, String attack, boolean real, double score, Optional<HeardSounds.Pictures> pictures) {}

    /** Finishes the model and looks at its answers. */
    static SpoofingReport of(
            FinishedRun run,
            SpoofingSounds sounds,
            Optional<SpoofingScores.Verification> behind,
            SoundFeature feature,
            SpoofingEvaluation evaluation)
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
        SpoofingReport report = new SpoofingReport(evaluation, List.copyOf(attacks), behind, List.of());
        ShippedModel.finish(
                run,
                card -> {
                    Map<String, String> provenance = new TreeMap<>(card.provenance());
                    report.threshold().ifPresent(at -> provenance.put(Detector.THRESHOLD, Double.toString(at)));
                    return card.withProvenance(provenance);
                },
                report.card());
        try (HeardSounds heard = new HeardSounds(sounds, feature, run.modelFile())) {
            return report.withWorst(sounds, heard);
        }
    }

    private SpoofingReport withWorst(SpoofingSounds sounds, HeardSounds heard) {
        double threshold = threshold().orElse(0.0);
        List<Heard> heardWorst = evaluation.answers().stream()
                .sorted(Comparator.comparingDouble(SpoofingEvaluation.Answer::wrongBy)
                        .reversed())
                .limit(WORST)
                .map(answer -> new Heard(
                        sounds.name(answer.index()),
                        sounds.attack(answer.index()),
                        answer.real(),
                        answer.score(),
                        heard.of(
                                answer.index(),
                                answer.score() > threshold ? SpoofingSounds.REAL : 1 - SpoofingSounds.REAL)))
                .toList();
        return new SpoofingReport(evaluation, attacks, behind, heardWorst);
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
        return curve().map(curve -> "At the threshold where both error rates are equal, the model misclassifies "
                        + Numbers.percent(curve.equalErrorRate())
                        + " of spoofed and of real sounds ("
                        + Numbers.count(wrong()) + " of " + Numbers.count(evaluation.images(), "sound", "sounds")
                        + " it was not trained on; for more sounds like these, expect "
                        + Numbers.percent(interval().low()) + " to "
                        + Numbers.percent(interval().high())
                        + "). Guessing gets half of them wrong." + hardest())
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
    public String samples() {
        return Spoofing.SAMPLES;
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
            page.add(
                    "<p>Left and low is good. With the threshold {} on the score, the two error rates are nearly equal: {}.</p>\n",
                    words(curve.atEqualError().threshold()),
                    Numbers.percent(curve.equalErrorRate()));
            tandemCost()
                    .ifPresent(cost -> page.add(
                            "<p>Before the corpus’s speaker verification, its least normalised tandem detection cost (t-DCF) is"
                                    + " {}; a detector that accepts or rejects everything has 1.</p>\n",
                            Numbers.fixed(cost, 4)));
            page.add(
                    "<figure class=\"plot det\"><figcaption>Share of real sounds taken for spoofed, by share of spoofed"
                            + " sounds taken for real; both as quantiles of the normal distribution</figcaption>\n{}\n"
                            + "</figure>\n",
                    new DetChart(curve).svg());
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
                "<p>Worst scores first, each with what the network hears: time from left to right, low to high from bottom to"
                        + " top.{}</p>\n<div class=\"shots\">\n",
                worst.stream().anyMatch(heard -> explained(heard).isPresent())
                        ? " Below, what speaks for the network’s answer glows (Grad-CAM, Selvaraju et al. 2017)."
                        : "");
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

    private static Optional<byte[]> explained(Heard heard) {
        return heard.pictures().flatMap(HeardSounds.Pictures::explained);
    }

    private static Html image(Heard heard) {
        Html html = new Html();
        heard.pictures()
                .ifPresentOrElse(
                        pictures -> html.add(
                                "<img class=\"smooth\" loading=\"lazy\" alt=\"{}\" src=\"{}\">",
                                "Feature of " + heard.file(),
                                Png.uri(pictures.plain())),
                        () -> html.add("<div class=\"blank\">no picture</div>"));
        explained(heard)
                .ifPresent(map -> html.add(
                        "<img class=\"map smooth\" loading=\"lazy\" alt=\"{}\" src=\"{}\">",
                        "What speaks for the answer in " + heard.file(),
                        Png.uri(map)));
        return html;
    }

    private Optional<Double> tandemCost() {
        return curve().flatMap(curve -> behind.map(curve::minimumTandemCost));
    }

    @Override
    public void json(Map<String, Object> object) {
        object.put("task", "spoofing");
        object.put("images", evaluation.images());
        object.put("eer", curve().map(SpoofingScores::equalErrorRate).orElse(null));
        object.put("threshold", threshold().orElse(null));
        tandemCost().ifPresent(cost -> object.put("tdcf", cost));
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
        tandemCost()
                .ifPresent(cost -> results.append("- Least normalised t-DCF before the corpus's speaker verification: ")
                        .append(Numbers.fixed(cost, 4))
                        .append('\n'));
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
                        + " and other codecs may pass unnoticed: measure first. A score is not proof: do not base decisions about"
                        + " people on it without human review.",
                results.toString(),
                "```sh\n./resnet4j predict --model model.zip call.wav\n./resnet4j eval --model model.zip --data SOUNDS\n"
                        + "```\n");
    }
}
