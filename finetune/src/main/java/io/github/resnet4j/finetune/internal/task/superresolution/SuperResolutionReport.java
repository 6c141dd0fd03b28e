package io.github.resnet4j.finetune.internal.task.superresolution;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.superresolution.ImagePair;
import io.github.resnet4j.finetune.internal.report.JsonReport;
import io.github.resnet4j.finetune.internal.report.ModelCardText;
import io.github.resnet4j.finetune.internal.report.Page;
import io.github.resnet4j.finetune.internal.report.Png;
import io.github.resnet4j.finetune.internal.report.Section;
import io.github.resnet4j.finetune.internal.report.TaskReport;
import io.github.resnet4j.finetune.internal.task.FinishedRun;
import io.github.resnet4j.finetune.internal.task.ShippedModel;
import io.github.resnet4j.finetune.internal.task.superresolution.SuperResolutionEvaluation.Enlarged;
import io.github.resnet4j.finetune.model.Upscaler;
import io.github.resnet4j.finetune.quality.Fidelity;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * What the reports say of a network that makes images larger.
 *
 * @param evaluation on the validation photographs
 * @param names of the photographs, in the order of the evaluation
 * @param factor how many times as wide and high images become
 * @param best those that gain most over bicubic interpolation, most first
 * @param worst those that gain least, least first
 */
record SuperResolutionReport(
        SuperResolutionEvaluation evaluation, List<String> names, int factor, List<Shown> best, List<Shown> worst)
        implements TaskReport {
    private static final int MOST_SHOWN = 3;
    private static final int MOST_ROWS = 200;
    private static final int MOST_IN_CARD = 20;

    /**
     * A photograph before and after.
     *
     * @param enlarged how near it came
     * @param pictures by what made them: the part that changed most
     */
    record Shown(String file, Enlarged enlarged, Map<String, byte[]> pictures) {}

    /** Finishes the model and looks at what it makes. */
    static SuperResolutionReport of(
            FinishedRun run, Network network, Photographs photographs, SuperResolutionEvaluation evaluation)
            throws IOException {
        List<Enlarged> byGain = evaluation.enlarged().stream()
                .sorted(Comparator.comparingDouble(Enlarged::gain).reversed())
                .toList();
        int shown = Math.min(MOST_SHOWN, (byGain.size() + 1) / 2);
        List<Enlarged> last =
                new ArrayList<>(byGain.subList(Math.max(shown, byGain.size() - MOST_SHOWN), byGain.size()));
        Collections.reverse(last);
        ComputationGraph graph = ModelArchive.read(run.modelFile(), NetworkGraph.Options.seeded(0))
                .graph();
        SuperResolutionReport report;
        try (Upscaler upscaler = new Upscaler(
                graph, network, Upscaler.Options.DEFAULT, run.config().engine())) {
            report = new SuperResolutionReport(
                    evaluation,
                    evaluation.enlarged().stream()
                            .map(image -> photographs.name(image.index()))
                            .toList(),
                    upscaler.factor(),
                    pictures(run, byGain.subList(0, shown), photographs, upscaler),
                    pictures(run, last, photographs, upscaler));
        } finally {
            NetworkGraph.close(graph);
        }
        ShippedModel.finish(run, card -> card, report.card());
        return report;
    }

    private static List<Shown> pictures(
            FinishedRun run, List<Enlarged> images, Photographs photographs, Upscaler upscaler) {
        List<Shown> all = new ArrayList<>();
        for (Enlarged image : images) {
            try {
                ImagePair pair = photographs.pair(image.index(), upscaler.factor());
                Rgb8Image bicubic = Photographs.BICUBIC.larger(pair.low(), upscaler.factor());
                Rgb8Image made = upscaler.upscale(pair.low(), done -> {
                    if (run.stop().getAsBoolean()) {
                        throw new StoppedException();
                    }
                });
                Detail detail = Detail.where(bicubic, made);
                Map<String, byte[]> pictures = new LinkedHashMap<>();
                pictures.put("bicubic", png(detail.of(bicubic)));
                pictures.put("this model", png(detail.of(made)));
                pictures.put("original", png(detail.of(pair.high())));
                all.add(new Shown(photographs.name(image.index()), image, pictures));
            } catch (BadDataException e) {
                run.warnings()
                        .accept("no picture: " + e.getMessage()); // it was read a while ago, but files come and go
            }
        }
        return all;
    }

    private static byte[] png(Rgb8Image image) {
        return Png.encode(Png.image(image));
    }

    private double psnr() {
        return evaluation.mean(Enlarged::network, Fidelity::psnr);
    }

    private double bicubicPsnr() {
        return evaluation.mean(Enlarged::bicubic, Fidelity::psnr);
    }

    private double gain() {
        return psnr() - bicubicPsnr();
    }

    private static String decibels(double value) {
        return Double.isInfinite(value) ? "∞" : Numbers.fixed(value, 2);
    }

    private static String similarity(double value) {
        return Numbers.fixed(value, 4);
    }

    @Override
    public String verdict() {
        long better =
                evaluation.enlarged().stream().filter(image -> image.gain() > 0).count();
        String images = Numbers.count(evaluation.images(), "photograph", "photographs");
        return "The model makes " + images + " that it was not trained on " + factor
                + " times larger with a mean PSNR of "
                + decibels(psnr()) + " dB (of luminance; more is better), " + decibels(Math.abs(gain())) + " dB "
                + (gain() >= 0 ? "more" : "less") + " than bicubic interpolation, which reaches "
                + decibels(bicubicPsnr())
                + " dB. "
                + (better == evaluation.images()
                        ? "Every one of them is better."
                        : better == 0
                                ? "None of them is better: train for longer, or on more photographs."
                                : Numbers.count(better) + " of them are better.");
    }

    @Override
    public String trainingSamples() {
        return SuperResolution.PATCHES;
    }

    @Override
    public void headline(Page page, Optional<EpochRow> model, String when) {
        evaluation.metrics().forEach((metric, value) -> page.tile(metric.title(), metric.text(value), when));
        page.tile(
                "Over bicubic", (gain() >= 0 ? "+" : "–") + decibels(Math.abs(gain())) + " dB", "the same photographs");
    }

    @Override
    public List<Section> sections(Section curves) {
        return List.of(
                new Section("pictures", "Before and after", this::before),
                new Section("images", "Every photograph", this::table),
                curves);
    }

    private void before(Page page) {
        page.openSection("pictures", "Before and after");
        page.add("<p>Of each photograph the part that changes most, pixel by pixel.</p>\n");
        shown(page, "Gained most", best);
        shown(page, "Gained least", worst);
        page.closeSection();
    }

    private static void shown(Page page, String title, List<Shown> all) {
        if (all.isEmpty()) {
            return;
        }
        page.add("<h3>{}</h3>\n", title);
        for (Shown shown : all) {
            page.add("<div class=\"trio\">\n");
            shown.pictures().forEach((by, picture) -> {
                page.add(
                        "<figure class=\"shot\"><img class=\"pixels\" loading=\"lazy\" alt=\"{}\" src=\"{}\"><figcaption>",
                        shown.file() + ", " + by,
                        Png.uri(picture));
                page.add("<span class=\"share\">{}</span><span class=\"said\">{}</span>", words(by, shown), by);
                page.add(
                        "<bdi class=\"file\" title=\"{}\">{}</bdi></figcaption></figure>\n",
                        shown.file(),
                        shown.file());
            });
            page.add("</div>\n");
        }
    }

    private static String words(String by, Shown shown) {
        return switch (by) {
            case "bicubic" -> decibels(shown.enlarged().bicubic().psnr()) + " dB";
            case "this model" -> decibels(shown.enlarged().network().psnr()) + " dB";
            default -> "";
        };
    }

    private void table(Page page) {
        page.openSection("images", "Every photograph");
        page.add(
                "<p>PSNR in decibels and SSIM, of the luminance of BT.601 in 8 bits, without {} at each border: the papers'"
                        + " protocol.</p>\n",
                Numbers.count(factor, "pixel", "pixels"));
        page.openTable("Fidelity of every photograph");
        page.add("<thead><tr><th>Photograph</th><th>PSNR</th><th>bicubic</th><th>gain</th><th>SSIM</th>"
                + "<th>bicubic</th></tr></thead>\n<tbody>\n");
        row(
                page,
                "mean",
                psnr(),
                bicubicPsnr(),
                evaluation.mean(Enlarged::network, Fidelity::ssim),
                evaluation.mean(Enlarged::bicubic, Fidelity::ssim));
        for (int i = 0; i < Math.min(MOST_ROWS, names.size()); i++) {
            Enlarged image = evaluation.enlarged().get(i);
            row(
                    page,
                    names.get(i),
                    image.network().psnr(),
                    image.bicubic().psnr(),
                    image.network().ssim(),
                    image.bicubic().ssim());
        }
        page.closeTable();
        if (names.size() > MOST_ROWS) {
            page.add("<p>And {} more.</p>\n", Numbers.count(names.size() - MOST_ROWS));
        }
        page.closeSection();
    }

    private static void row(Page page, String name, double psnr, double bicubic, double ssim, double bicubicSsim) {
        page.add(
                "<tr><th scope=\"row\"><bdi>{}</bdi></th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                name,
                decibels(psnr),
                decibels(bicubic),
                decibels(psnr - bicubic),
                similarity(ssim),
                similarity(bicubicSsim));
    }

    @Override
    public void json(Map<String, Object> object) {
        object.put("task", "super-resolution");
        object.put("scale", factor);
        object.put("images", evaluation.images());
        object.put("psnr", JsonReport.number(psnr()));
        object.put("ssim", JsonReport.number(evaluation.mean(Enlarged::network, Fidelity::ssim)));
        object.put("bicubicPsnr", JsonReport.number(bicubicPsnr()));
        object.put("bicubicSsim", JsonReport.number(evaluation.mean(Enlarged::bicubic, Fidelity::ssim)));
        List<Map<String, Object>> all = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            Enlarged image = evaluation.enlarged().get(i);
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", names.get(i));
            one.put("psnr", JsonReport.number(image.network().psnr()));
            one.put("ssim", JsonReport.number(image.network().ssim()));
            one.put("bicubicPsnr", JsonReport.number(image.bicubic().psnr()));
            one.put("bicubicSsim", JsonReport.number(image.bicubic().ssim()));
            all.add(one);
        }
        object.put("each", all);
    }

    private ModelCardText.Parts card() {
        StringBuilder results = new StringBuilder("## Fidelity\n\n");
        results.append(
                "Of luminance, by the papers' protocol: PSNR in decibels, SSIM. The epoch was chosen on these photographs,"
                        + " which flatters the figures a little.\n\n");
        results.append("| photograph | PSNR | bicubic | SSIM | bicubic |\n| --- | ---: | ---: | ---: | ---: |\n");
        line(
                results,
                "mean of " + Numbers.count(evaluation.images()),
                psnr(),
                bicubicPsnr(),
                evaluation.mean(Enlarged::network, Fidelity::ssim),
                evaluation.mean(Enlarged::bicubic, Fidelity::ssim));
        for (int i = 0; i < Math.min(MOST_IN_CARD, names.size()); i++) {
            Enlarged image = evaluation.enlarged().get(i);
            line(
                    results,
                    names.get(i),
                    image.network().psnr(),
                    image.bicubic().psnr(),
                    image.network().ssim(),
                    image.bicubic().ssim());
        }
        return new ModelCardText.Parts(
                verdict(),
                "To make photographs " + factor
                        + " times larger that were made smaller by bicubic interpolation. Details are"
                        + " guessed from other photographs: they may be wrong, and prove nothing, least of all faces, text"
                        + " and number plates. Noise and the blocks of strong JPEG compression are enlarged, too.",
                results.toString(),
                "```sh\n./resnet4j upscale small.png large.png --model model.zip\n./resnet4j eval --model model.zip --data"
                        + " PHOTOGRAPHS\n```\n");
    }

    private static void line(
            StringBuilder table, String name, double psnr, double bicubic, double ssim, double bicubicSsim) {
        table.append("| ").append(ModelCardText.escape(name));
        table.append(" | ").append(decibels(psnr)).append(" | ").append(decibels(bicubic));
        table.append(" | ").append(similarity(ssim)).append(" | ").append(similarity(bicubicSsim));
        table.append(" |\n");
    }
}
