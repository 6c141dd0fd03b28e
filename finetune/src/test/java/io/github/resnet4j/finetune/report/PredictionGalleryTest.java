package io.github.resnet4j.finetune.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.datasets.image.Rgb8Image;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PredictionGalleryTest {
    private static final byte[] JPEG = Jpeg.encode(new Rgb8Image(8, 8, new byte[8 * 8 * 3]));

    private static PredictionGallery.Shot shot(String file, String name, boolean unsure) {
        return new PredictionGallery.Shot(
                file,
                JPEG,
                Optional.of(JPEG),
                List.of(new PredictionGallery.Bar(name, 0.625), new PredictionGallery.Bar("bee", 0.375)),
                unsure);
    }

    @Test
    void saysWhatIsLeftOutAndWhatIsUnsure() {
        String page = new PredictionGallery(
                        "model.zip",
                        5000,
                        Optional.of(new PredictionGallery.Unsure(1200, 0.7)),
                        List.of(new PredictionGallery.ClassCount("ant", 5000, 0.9)),
                        List.of(shot("a/b/c.jpg", "ant", true)),
                        Optional.of("CAM"),
                        Collections.nCopies(60, "x.jpg: is empty"))
                .html();
        assertThat(page)
                .contains("The 1 of 5,000 images that the model is least sure of")
                .contains("predict --csv writes the answers for all of them")
                .contains("1,200", "best class below 70%", "? unsure", "62.50%", "title=\"a/b/c.jpg\">b/c.jpg<")
                .contains("and 10 more that cannot be read", "(CAM)");
        assertThat(page.split("x.jpg: is empty", -1)).hasSize(51);
    }

    /** Names of files and classes are anybody's. */
    @Test
    void escapesNames() {
        String page = new PredictionGallery(
                        "<script>",
                        1,
                        Optional.empty(),
                        List.of(new PredictionGallery.ClassCount("<b>", 1, 0.9)),
                        List.of(shot("\"><img src=x>.jpg", "<i>ant", false)),
                        Optional.empty(),
                        List.of())
                .html();
        assertThat(page)
                .doesNotContain("<script>", "<b>", "<i>ant", "<img src=x>")
                .contains("All images, the one", "&lt;i&gt;ant")
                .doesNotContain("id=\"heat\"", "unsure</span>");
    }

    @Test
    void listsFiftyClassesAndCountsTheRest() {
        String page = new PredictionGallery(
                        "m",
                        60,
                        Optional.empty(),
                        IntStream.range(0, 60)
                                .mapToObj(i -> new PredictionGallery.ClassCount("class" + i + ".", 1, 0.5))
                                .toList(),
                        List.of(),
                        Optional.empty(),
                        List.of())
                .html();
        assertThat(page).contains("class49.", "and 10 more classes").doesNotContain("class50.");
    }
}
