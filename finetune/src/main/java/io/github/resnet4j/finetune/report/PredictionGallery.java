package io.github.resnet4j.finetune.report;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.internal.report.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A page about the answers of a model for images without labels: how many of each class, and the images that it is least
 * sure of, with what it sees in them.
 *
 * @param model where it comes from
 * @param images that were classified
 * @param unsure how many of them are below the threshold; absent if there is none
 * @param classes of the best answers, the most frequent first
 * @param shots some of the images, least sure first
 * @param maps how the heat maps were made, {@code CAM}; empty where there are none
 * @param unreadable why other images could not be read
 */
public record PredictionGallery(
        String model,
        long images,
        Optional<Unsure> unsure,
        List<ClassCount> classes,
        List<Shot> shots,
        Optional<String> maps,
        List<String> unreadable) {
    private static final int MOST_CLASSES = 50;
    private static final int MOST_UNREADABLE = 50;

    public PredictionGallery {
        classes = List.copyOf(classes);
        shots = List.copyOf(shots);
        unreadable = List.copyOf(unreadable);
    }

    /** Images whose best class has a probability below the threshold. */
    public record Unsure(long images, double threshold) {}

    /**
     * A class and the images whose best class it is.
     *
     * @param confidence the mean of its probabilities for them
     */
    public record ClassCount(String name, long images, double confidence) {}

    /** A class and its probability. */
    public record Bar(String name, double probability) {}

    /**
     * An image.
     *
     * @param file its path as the user knows it
     * @param jpeg what the network sees of it, square
     * @param heat the same with the heat map of the best class over it; absent where there is none
     * @param bars its most probable classes, best first
     * @param unsure whether the best is below the threshold
     */
    public record Shot(String file, byte[] jpeg, Optional<byte[]> heat, List<Bar> bars, boolean unsure) {
        public Shot {
            bars = List.copyOf(bars);
        }
    }

    /** Writes the page, self-contained, whole or not at all. */
    public void write(Path file) throws IOException {
        AtomicFile.write(file, html());
    }

    String html() {
        Page page = new Page("Predictions · " + model);
        page.openHeader("Predictions");
        page.tile("Images", Numbers.count(images), "classified by " + model);
        unsure.ifPresent(some -> page.tile(
                "Unsure", Numbers.count(some.images), "best class below " + Numbers.wholePercent(some.threshold)));
        page.tile("Classes", Numbers.count(classes.size()), "among the best answers");
        page.tile("Unreadable", Numbers.count(unreadable.size()), unreadable.isEmpty() ? "" : "listed below");
        Map<String, String> sections = new LinkedHashMap<>();
        sections.put("images", "Images");
        sections.put("classes", "Classes");
        page.closeHeader(sections);
        page.warnings(warnings());
        images(page);
        classes(page);
        return page.end();
    }

    private List<String> warnings() {
        if (unreadable.size() <= MOST_UNREADABLE) {
            return unreadable;
        }
        List<String> first = new ArrayList<>(unreadable.subList(0, MOST_UNREADABLE));
        first.add("and " + Numbers.count(unreadable.size() - MOST_UNREADABLE) + " more that cannot be read");
        return first;
    }

    private void images(Page page) {
        page.openSection("images", "Images");
        page.add(
                "<p>{}</p>\n",
                shots.size() < images
                        ? "The " + Numbers.count(shots.size()) + " of " + Numbers.count(images)
                                + " images that the model is least sure of, least sure first. The others are left out of"
                                + " this page; predict --csv writes the answers for all of them."
                        : "All images, the one that the model is least sure of first.");
        if (maps.isPresent()) {
            page.add(
                    "<input type=\"checkbox\" id=\"heat\" checked><label for=\"heat\"> Heat maps: what speaks for the best"
                            + " class glows ({})</label>\n",
                    maps.get());
        }
        page.add("<div class=\"shots answers\">\n");
        shots.forEach(shot -> shot(page, shot));
        page.add("</div>\n");
        page.closeSection();
    }

    private static void shot(Page page, Shot shot) {
        page.add("<figure class=\"shot {}\"><div class=\"views\">", shot.unsure ? "wrong" : "");
        page.add("<img loading=\"lazy\" alt=\"{}\" src=\"{}\">", "Image " + shot.file, Jpeg.uri(shot.jpeg));
        shot.heat.ifPresent(
                heat -> page.add("<img class=\"over\" loading=\"lazy\" alt=\"\" src=\"{}\">", Jpeg.uri(heat)));
        page.add("</div><figcaption>");
        if (shot.unsure) {
            page.add("<span class=\"verdict\">? unsure</span>");
        }
        page.add("<ol class=\"bars\">");
        for (Bar bar : shot.bars) {
            page.add(
                    "<li style=\"--w:{}%\"><bdi>{}</bdi><span>{}</span></li>",
                    Numbers.fixed(100 * bar.probability, 1), bar.name, Numbers.percent(bar.probability));
        }
        page.add(
                "</ol><bdi class=\"file\" title=\"{}\">{}</bdi></figcaption></figure>\n",
                shot.file,
                Page.tail(shot.file));
    }

    private void classes(Page page) {
        page.openSection("classes", "Classes");
        page.add("<p>How often each class is the best answer, and how sure the model is of it on average.</p>\n");
        page.openTable("Images by best class");
        page.add(
                "<thead><tr><th>Class</th><th>Images</th><th>Share</th><th>Mean probability</th></tr></thead>\n<tbody>\n");
        for (ClassCount count : classes.subList(0, Math.min(MOST_CLASSES, classes.size()))) {
            page.add("<tr><th scope=\"row\"><bdi>{}</bdi></th><td>{}</td>", count.name, Numbers.count(count.images));
            bar(page, count.images / (double) images);
            bar(page, count.confidence);
            page.add("</tr>\n");
        }
        page.closeTable();
        if (classes.size() > MOST_CLASSES) {
            page.add("<p>and {} more classes</p>\n", Numbers.count(classes.size() - MOST_CLASSES));
        }
        page.closeSection();
    }

    private static void bar(Page page, double share) {
        page.add("<td class=\"bar\" style=\"--w:{}%\">{}</td>", Numbers.fixed(100 * share, 0), Numbers.percent(share));
    }
}
