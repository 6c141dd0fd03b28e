package io.github.resnet4j.finetune.report;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.internal.report.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A page of the images that are most like one image.
 *
 * @param model whose features are compared
 * @param image the one, as the user knows it
 * @param jpeg a small picture of it
 * @param searched images that it was compared with
 * @param shots the nearest, nearest first
 */
public record NeighbourPage(String model, String image, byte[] jpeg, long searched, List<Shot> shots) {
    public NeighbourPage {
        shots = List.copyOf(shots);
    }

    /**
     * A neighbour.
     *
     * @param file its path as the user knows it
     * @param jpeg a small picture of it
     * @param similarity cosine, -1 to 1
     */
    public record Shot(String file, byte[] jpeg, double similarity) {}

    /** Writes the page, self-contained, whole or not at all. */
    public void write(Path file) throws IOException {
        AtomicFile.write(file, html());
    }

    String html() {
        Page page = new Page("Similar to " + image);
        page.openHeader("Similar images");
        page.tile(
                "Shown", Numbers.count(shots.size()), "of " + Numbers.count(searched, "image", "images") + " searched");
        page.tile("Compared by", "cosine", "of the features of " + model);
        page.closeHeader(Map.of("neighbours", "Neighbours"));
        page.openSection("image", "The image");
        page.add("<div class=\"shots answers\">\n");
        shot(page, image, jpeg, "");
        page.add("</div>\n");
        page.closeSection();
        page.openSection("neighbours", "Its nearest neighbours");
        page.add("<p>Nearest first. The number is the cosine of the angle between the feature vectors: 1 is the same"
                + " direction.</p>\n<div class=\"shots answers\">\n");
        shots.forEach(shot -> shot(page, shot.file, shot.jpeg, Numbers.fixed(shot.similarity, 4)));
        page.add("</div>\n");
        page.closeSection();
        return page.end();
    }

    private static void shot(Page page, String file, byte[] jpeg, String similarity) {
        page.add(
                "<figure class=\"shot\"><img loading=\"lazy\" alt=\"{}\" src=\"{}\"><figcaption>"
                        + "<span class=\"verdict\">{}</span><bdi class=\"file\" title=\"{}\">{}</bdi></figcaption></figure>\n",
                "Image " + file,
                Jpeg.uri(jpeg),
                similarity,
                file,
                Page.tail(file));
    }
}
