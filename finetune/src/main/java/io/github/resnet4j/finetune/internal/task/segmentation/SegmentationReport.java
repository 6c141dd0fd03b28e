package io.github.resnet4j.finetune.internal.task.segmentation;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.MaskedImages;
import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.transform.Fit;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.datasets.transform.SampleRandom;
import io.github.resnet4j.finetune.internal.report.Html;
import io.github.resnet4j.finetune.internal.report.JsonReport;
import io.github.resnet4j.finetune.internal.report.ModelCardText;
import io.github.resnet4j.finetune.internal.report.Page;
import io.github.resnet4j.finetune.internal.report.Png;
import io.github.resnet4j.finetune.internal.report.Section;
import io.github.resnet4j.finetune.internal.report.TaskReport;
import io.github.resnet4j.finetune.internal.task.FinishedRun;
import io.github.resnet4j.finetune.internal.task.ShippedModel;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.zoo.network.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What the reports say of a network that segments.
 *
 * @param evaluation on the validation images
 * @param worst the images with the least overlap, worst first
 * @param best those with the greatest, best first
 */
record SegmentationReport(SegmentationEvaluation evaluation, List<Shot> worst, List<Shot> best) implements TaskReport {
    private static final int LONGEST = 320;

    /**
     * An image.
     *
     * @param pictures of itself, with its mask and with the network's; none if it cannot be read any more
     */
    record Shot(String file, double iou, List<byte[]> pictures) {}

    /** Finishes the model and draws what it makes of the images. */
    static SegmentationReport of(
            FinishedRun run, MaskedImages images, Pipeline pipeline, Shape input, SegmentationEvaluation evaluation)
            throws IOException {
        SegmentationReport report = new SegmentationReport(
                evaluation,
                shots(evaluation.worst(), images, pipeline, input),
                shots(evaluation.best(), images, pipeline, input));
        ShippedModel.finish(run, card -> card, report.card());
        return report;
    }

    private static List<Shot> shots(
            List<SegmentationEvaluation.Seen> seen, MaskedImages images, Pipeline pipeline, Shape input) {
        return seen.stream()
                .map(one -> new Shot(
                        images.name(one.index()),
                        one.iou(),
                        pictures(images, one.index(), one.numbers(), pipeline, input.height())))
                .toList();
    }

    private static List<byte[]> pictures(
            MaskedImages images, int index, byte[] predicted, Pipeline pipeline, int side) {
        try {
            LazyImage image = images.image(index);
            Fit fit = new Fit(side);
            int width = fit.width(image);
            int height = fit.height(image);
            float[] mask = new float[side * side];
            SampleRandom random = SampleRandom.of(0, 0, 0);
            pipeline.write(
                    image, images.mask(index), MaskedImages.VOID, random, new float[3 * side * side], 0, mask, 0);
            byte[] actual = new byte[mask.length];
            for (int i = 0; i < mask.length; i++) {
                actual[i] = (byte) (int) mask[i];
            }
            Rgb8Image seen = pipeline.image(image, random).part(0, 0, width, height);
            List<byte[]> pictures = new ArrayList<>();
            pictures.add(Png.encode(Png.within(Png.image(seen), LONGEST)));
            for (byte[] numbers : List.of(actual, predicted)) {
                byte[] part = part(numbers, side, width, height);
                pictures.add(Png.encode(Png.within(ClassColours.overlay(seen, part), LONGEST)));
            }
            return pictures;
        } catch (BadDataException e) {
            return List.of(); // it was read a while ago, but files come and go
        }
    }

    private static byte[] part(byte[] numbers, int side, int width, int height) {
        byte[] part = new byte[width * height];
        for (int y = 0; y < height; y++) {
            System.arraycopy(numbers, y * side, part, y * width, width);
        }
        return part;
    }

    private PixelConfusion confusion() {
        return evaluation.confusion();
    }

    private String name(int number) {
        return evaluation.classes().get(number);
    }

    /** Those that can be said something of. */
    private IntStream measured() {
        return IntStream.range(0, confusion().classes())
                .filter(number -> !Double.isNaN(confusion().iou(number)));
    }

    @Override
    public String verdict() {
        if (measured().findAny().isEmpty()) {
            return "No pixel of the validation images has a class, so nothing is known of how good the model is.";
        }
        int largest = IntStream.range(0, confusion().classes())
                .reduce((one, other) -> confusion().actual(one) >= confusion().actual(other) ? one : other)
                .orElseThrow();
        int weakest = measured()
                .reduce((one, other) -> confusion().iou(one) <= confusion().iou(other) ? one : other)
                .orElseThrow();
        return "The model gets " + Numbers.percent(confusion().accuracy()) + " of the pixels right of "
                + Numbers.count(evaluation.images(), "image", "images")
                + " it was not trained on (calling all of them “" + name(largest) + "” would get "
                + Numbers.percent(
                        (double) confusion().actual(largest) / confusion().pixels())
                + "). What it marks overlaps with the masks by "
                + Numbers.percent(confusion().meanIou()) + " (mean IoU); it is weakest on “" + name(weakest)
                + "”, with " + Numbers.percent(confusion().iou(weakest)) + ".";
    }

    @Override
    public void headline(Page page, Optional<EpochRow> model, String when) {
        evaluation.metrics().forEach((metric, value) -> page.tile(metric.title(), metric.text(value), when));
    }

    @Override
    public List<Section> sections(Section curves) {
        return List.of(
                curves,
                new Section("classes", "Classes", this::classes),
                new Section("worst", "Worst images", page -> shots(page, "worst", "Worst images", worst)),
                new Section("best", "Best images", page -> shots(page, "best", "Best images", best)));
    }

    private void classes(Page page) {
        page.openSection("classes", "Classes");
        page.add(
                "<p>IoU is the share of the pixels that are of a class, or were taken for it, that are both. Precision is the"
                        + " share of what was taken for it that is it, recall the share of it that was found.</p>\n");
        page.openTable("Overlap by class");
        page.add("<thead><tr><th>Class</th><th>Pixels</th><th>IoU</th><th>Precision</th><th>Recall</th>"
                + "<th>Mostly mistaken for</th></tr></thead>\n<tbody>\n");
        for (int number = 0; number < confusion().classes(); number++) {
            long right = confusion().count(number, number);
            page.add(
                    "<tr><th scope=\"row\"><span class=\"swatch\" style=\"background: {}\"></span><bdi>{}</bdi></th>",
                    ClassColours.html(number),
                    name(number));
            page.add(
                    "<td>{}</td><td>{}</td><td>{}</td><td>{}</td>",
                    share(confusion().actual(number), confusion().pixels()),
                    percent(confusion().iou(number)),
                    share(right, confusion().predicted(number)),
                    share(right, confusion().actual(number)));
            page.add("<td>{}</td></tr>\n", mistaken(number));
        }
        page.closeTable();
        page.closeSection();
    }

    private String mistaken(int number) {
        return confusion().mistaken(number).stream()
                .mapToObj(other -> name(other) + ", "
                        + share(confusion().count(number, other), confusion().actual(number)))
                .findFirst()
                .orElse("–");
    }

    private static String share(long part, long whole) {
        return whole == 0 ? "–" : Numbers.percent((double) part / whole);
    }

    private static String percent(double value) {
        return Double.isNaN(value) ? "–" : Numbers.percent(value);
    }

    private void shots(Page page, String id, String title, List<Shot> shots) {
        page.openSection(id, title);
        page.add(
                "<p>The image, its mask, and what the model makes of it. The figure is the mean IoU of the classes in it."
                        + " Pixels without a class are light.</p>\n<div class=\"masked\">\n");
        for (Shot shot : shots) {
            page.add("<figure class=\"shot\"><div>{}</div><figcaption>", pictures(shot));
            page.add("<span class=\"share\">{}</span>", Numbers.percent(shot.iou()));
            page.add("<bdi class=\"file\" title=\"{}\">{}</bdi></figcaption></figure>\n", shot.file(), shot.file());
        }
        page.add("</div>\n");
        page.closeSection();
    }

    private static Html pictures(Shot shot) {
        Html html = new Html();
        if (shot.pictures().isEmpty()) {
            return html.add("<div class=\"blank\">no picture</div>");
        }
        List<String> titles = List.of("Image ", "Mask of ", "The model’s mask of ");
        for (int i = 0; i < titles.size(); i++) {
            html.add(
                    "<img loading=\"lazy\" alt=\"{}\" src=\"{}\">",
                    titles.get(i) + shot.file(),
                    Png.uri(shot.pictures().get(i)));
        }
        return html;
    }

    @Override
    public void json(Map<String, Object> object) {
        object.put("task", "segmentation");
        object.put("images", evaluation.images());
        object.put("meanIou", JsonReport.number(confusion().meanIou()));
        object.put("pixelAccuracy", JsonReport.number(confusion().accuracy()));
        List<Map<String, Object>> classes = new ArrayList<>();
        List<List<Long>> rows = new ArrayList<>();
        for (int number = 0; number < confusion().classes(); number++) {
            int actual = number;
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", name(number));
            one.put("pixels", confusion().actual(number));
            one.put("iou", JsonReport.number(confusion().iou(number)));
            classes.add(one);
            rows.add(IntStream.range(0, confusion().classes())
                    .mapToObj(predicted -> confusion().count(actual, predicted))
                    .toList());
        }
        object.put("classes", classes);
        object.put("confusion", rows);
    }

    private ModelCardText.Parts card() {
        StringBuilder results = new StringBuilder("## Overlap\n\n");
        results.append("- Mean IoU: ")
                .append(percent(confusion().meanIou()))
                .append(" on ")
                .append(Numbers.count(evaluation.images(), "validation image", "validation images"))
                .append(
                        ", in the size of the network's input. The epoch was chosen on these images, which flatters the figure"
                                + " a little.\n- Pixel accuracy: ")
                .append(percent(confusion().accuracy()))
                .append("\n\n| class | share of the pixels | IoU |\n| --- | ---: | ---: |\n");
        for (int number = 0; number < confusion().classes(); number++) {
            results.append("| ")
                    .append(ModelCardText.escape(name(number)))
                    .append(" | ")
                    .append(share(confusion().actual(number), confusion().pixels()))
                    .append(" | ")
                    .append(percent(confusion().iou(number)))
                    .append(" |\n");
        }
        return new ModelCardText.Parts(
                verdict(),
                "To mark things of these classes in images like those it was trained on. Things smaller than a few pixels of the"
                        + " network's input are lost, and edges are as coarse as its last map. Other cameras, light and places may"
                        + " do worse: measure first.",
                results.toString(),
                "```sh\n./resnet4j predict --model model.zip --out masks photographs\n"
                        + "./resnet4j eval --model model.zip --data FOLDER\n```\n");
    }
}
