package io.github.resnet4j.notebooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ComparisonTest {
    private static String difference(String cell, String stored, String now) {
        return new Comparison(cell)
                .difference(CellOutput.of(stored, Map.of()), CellOutput.of(now, Map.of()))
                .orElse("");
    }

    @ParameterizedTest
    @CsvSource({
        "x, top-1 91.5 %, top-1 91.5 %, true",
        "x, top-1 91.5 %, top-1 91.6 %, false",
        "// tolerance 0.1, top-1 91.5 %, top-1 91.6 %, true",
        "// tolerance 0.1, top-1 91.5 %, top-1 91.7 %, false",
        "// tolerance 0.1, top-1 91.5 %, top-5 91.5 %, false",
        "// tolerance 0.1, a 1.0, b 1.0, false",
        "// tolerance 0.1, 1.0 and 2.0, 1.0, false",
        "// tolerance 0.1, 1.0, 1.0 and 2.0, false",
        "// tolerance 5%, 1000, 1049, true",
        "// tolerance 5%, 1000, 1060, false",
        "// tolerance 5%, '1,000', 980, true",
        "// tolerance 0.2, -0.1, 0.1, true",
        "// tolerance 1e-3, 2.5e-4, 3E-4, true",
        "// tolerance 2, of   9 images, of  10 images, true",
        "// tolerance 2, NaN, 1, false",
        "// varies: a time, 3 s, 9 minutes, true",
        "'int a = 1; // tolerance 5', 1, 2, false",
    })
    void numbersAreAsNearAsTheCellSays(String cell, String stored, String now, boolean same) {
        assertThat(difference("int before;\n" + cell + "\nint after;", stored, now)
                        .isEmpty())
                .isEqualTo(same);
    }

    @Test
    void saysWhatDiffers() {
        assertThat(difference("// tolerance 0.5", "one\ntwo 2\n", "one\ntwo 3\n"))
                .isEqualTo("`two 3` instead of `two 2` (tolerance 0.5)");
        assertThat(difference("", "one\ntwo", "one")).isEqualTo("1 lines instead of 2");
        assertThat(difference("// varies", "one", "")).isEqualTo("prints nothing any more");
        assertThat(difference("", "", "one")).isEqualTo("prints, but its notebook holds no output");
    }

    private static CellOutput picture(int width, Color background, Color dot) {
        BufferedImage image = new BufferedImage(width, 40, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(background);
        g.fillRect(0, 0, width, 40);
        g.setColor(dot);
        g.fillOval(10, 10, 6, 6);
        g.dispose();
        return CellOutput.of("", Rendering.of(image));
    }

    @Test
    void imagesAreAlikeButNeedNotBeEqual() {
        Comparison comparison = new Comparison("");
        CellOutput stored = picture(60, Color.WHITE, Color.RED);
        assertThat(comparison.difference(stored, picture(60, Color.WHITE, Color.BLUE)))
                .isEmpty();
        assertThat(comparison.difference(stored, picture(60, Color.BLACK, Color.RED)))
                .hasValueSatisfying(text -> assertThat(text).startsWith("another image: "));
        assertThat(comparison.difference(stored, picture(61, Color.WHITE, Color.RED)))
                .hasValue("an image of 61×40 instead of 60×40");
        assertThat(comparison.difference(stored, CellOutput.of("", Map.of(Rendering.TEXT, "5"))))
                .hasValue("shows text/plain, but its notebook holds image/png and text/plain");
        assertThat(comparison.difference(
                        CellOutput.of("", Map.of(Rendering.PNG, "?", Rendering.TEXT, "60×40 image")), stored))
                .hasValue("its notebook holds an image that cannot be read");
    }
}
