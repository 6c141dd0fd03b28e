package io.github.resnet4j.finetune.internal.task.classification;

import io.github.resnet4j.finetune.internal.report.Html;
import io.github.resnet4j.finetune.internal.report.Page;
import io.github.resnet4j.finetune.internal.report.Png;
import io.github.resnet4j.finetune.internal.report.Prediction;
import io.github.resnet4j.finetune.report.Numbers;
import java.util.List;

/** What there is to see in single images: mistakes, doubtful labels, duplicates. */
public final class ImageSections {
    /** Thumbnails below this width are enlarged with their pixels visible, not blurred. */
    private static final int SMALL_THUMBNAIL = 64;

    private final ClassificationReport report;
    private final Page html;

    ImageSections(ClassificationReport report, Page html) {
        this.report = report;
        this.html = html;
    }

    void topLosses() {
        html.openSection("losses", "Worst predictions");
        html.add(
                "<p>The images the network got most wrong, worst first. Mislabelled images often show up here.{}</p>\n",
                report.topLosses().stream().anyMatch(shot -> shot.heatMapPng().length > 0)
                        ? " The second picture is what the network saw; what speaks for its answer glows."
                        : "");
        shots(report.topLosses(), "No losses were recorded.");
        html.closeSection();
    }

    void best() {
        html.openSection("best", "Best predictions");
        html.add("<p>Right, and the surest of each class.</p>\n");
        shots(report.best(), "No prediction was right.");
        html.closeSection();
    }

    void gallery() {
        html.openSection("gallery", "Samples");
        html.add("<p>Spread evenly over the validation images.</p>\n");
        shots(report.gallery(), "No predictions were recorded.");
        html.closeSection();
    }

    void suspects() {
        report.judgement().ifPresent(known -> {
            html.openSection("suspects", "Labels to check");
            labels(
                    html,
                    known.suspects(),
                    known.suspectCount(),
                    report.confusion().showsLearning(),
                    "validation image",
                    "validation images",
                    "report.json");
            html.closeSection();
        });
    }

    void duplicates() {
        report.judgement().flatMap(Judgement::duplicates).ifPresent(found -> {
            html.openSection("duplicates", "Duplicates between training and validation");
            long all = found.exact() + found.alike();
            String compared = Numbers.count(found.valImages(), "validation image was", "validation images were")
                    + " compared with " + Numbers.count(found.trainImages(), "training image", "training images") + ".";
            if (all == 0) {
                html.add("<p>No validation image looks like a training image. {}</p>\n", compared);
            } else {
                html.add(
                        "<p><strong>{}</strong> equal to a training image in every pixel, and {} like one. The model may know"
                                + " the answers by heart: the more there are, the more its accuracy flatters it. {}</p>\n",
                        Numbers.count(found.exact(), "validation image is", "validation images are"),
                        Numbers.count(found.alike(), "more looks", "more look"),
                        compared);
                html.add("<div class=\"twins\">\n");
                for (Judgement.Twin twin : found.twins()) {
                    html.add(
                            "<figure class=\"twin\"><div>{}{}</div><figcaption>{}",
                            picture(
                                    twin.val().thumbnailPng(),
                                    "Validation image " + twin.val().file()),
                            picture(
                                    twin.train().thumbnailPng(),
                                    "Training image " + twin.train().file()),
                            twin.exact() ? "Equal" : "Alike");
                    html.add(
                            " <bdi class=\"file\" title=\"{}\">{}</bdi>",
                            twin.val().file(),
                            twin.val().file());
                    html.add(
                            " <bdi class=\"file\" title=\"{}\">{}</bdi>",
                            twin.train().file(),
                            twin.train().file());
                    if (!twin.val().label().equals(twin.train().label())) {
                        html.add(
                                "<span class=\"truth\">labelled <bdi>{}</bdi> and <bdi>{}</bdi></span>",
                                twin.val().label(),
                                twin.train().label());
                    }
                    html.add("</figcaption></figure>\n");
                }
                html.add("</div>\n");
                if (all > found.twins().size()) {
                    html.add(
                            "<p class=\"remark\">The first {}; report.json names all.</p>\n",
                            found.twins().size());
                }
            }
            html.closeSection();
        });
    }

    private static Html picture(byte[] png, String text) {
        return png.length == 0
                ? new Html().add("<span class=\"blank\">no image</span>")
                : new Html().add("<img loading=\"lazy\" alt=\"{}\" src=\"{}\">", text, Png.uri(png));
    }

    private void shots(List<Prediction> predictions, String none) {
        if (predictions.isEmpty()) {
            html.add("<p class=\"none\">{}</p>\n", none);
            return;
        }
        html.add("<div class=\"shots\">\n");
        for (Prediction p : predictions) {
            html.add("<figure class=\"shot {}\">", p.right() ? "right" : "wrong");
            html.add("{}", image(p));
            if (p.heatMapPng().length > 0) {
                html.add(
                        "<img class=\"map\" loading=\"lazy\" alt=\"{}\" src=\"{}\">",
                        "What speaks for " + p.predicted() + " in " + p.file(),
                        Png.uri(p.heatMapPng()));
            }
            html.add("<figcaption><span class=\"verdict\">{}</span> ", p.right() ? "✓ right" : "✗ wrong");
            html.add("<span class=\"share\">{}</span>", Numbers.wholePercent(p.probability()));
            html.add("<bdi class=\"said\">{}</bdi>", p.predicted());
            if (!p.actual().equals(p.predicted())) {
                html.add("<span class=\"truth\">actually <bdi>{}</bdi></span>", p.actual());
            }
            html.add("<bdi class=\"file\" title=\"{}\">{}</bdi></figcaption></figure>\n", p.file(), p.file());
        }
        html.add("</div>\n");
    }

    /**
     * Images whose labels a model doubts.
     *
     * @param suspects the worst first; of many, the first
     * @param count how many there are
     * @param learnt whether the model knows enough to doubt anything
     * @param all the file that names all of them
     */
    public static void labels(
            Page html, List<Prediction> suspects, int count, boolean learnt, String one, String many, String all) {
        if (suspects.isEmpty()) {
            html.add("<p class=\"none\">The model confidently disagrees with no label.</p>\n");
            return;
        }
        if (!learnt) {
            html.add("<p class=\"none\">This model knows too little to question a label.</p>\n");
            return;
        }
        html.add(
                "<p>With the labels of {} the model disagrees, as confidently as it usually agrees with images of the"
                        + " other class (confident learning, Northcutt et al. 2021). Some may be mislabelled or show"
                        + " both; others are simply the model’s mistakes. Only somebody who looks can tell.</p>\n",
                Numbers.count(count, one, many));
        html.add("<div class=\"shots\">\n");
        for (Prediction p : suspects) {
            html.add("<figure class=\"shot\">{}<figcaption>", image(p));
            html.add("labelled <bdi class=\"said\">{}</bdi>", p.actual());
            html.add(
                    "<span class=\"truth\">the model: <bdi>{}</bdi>, {}</span>",
                    p.predicted(),
                    Numbers.wholePercent(p.probability()));
            html.add("<bdi class=\"file\" title=\"{}\">{}</bdi></figcaption></figure>\n", p.file(), p.file());
        }
        html.add("</div>\n");
        if (count > suspects.size()) {
            html.add(
                    "<p class=\"remark\">The {} with the least probable labels; {} names all.</p>\n",
                    suspects.size(),
                    all);
        }
    }

    private static Html image(Prediction p) {
        return p.thumbnailPng().length == 0
                ? new Html().add("<div class=\"blank\">no image</div>")
                : new Html()
                        .add(
                                "<img class=\"{}\" loading=\"lazy\" alt=\"{}\" src=\"{}\">",
                                p.thumbnailWidth() < SMALL_THUMBNAIL ? "pixels" : "smooth",
                                "Image " + p.file(),
                                Png.uri(p.thumbnailPng()));
    }
}
