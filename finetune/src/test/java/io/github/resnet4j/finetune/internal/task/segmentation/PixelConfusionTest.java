package io.github.resnet4j.finetune.internal.task.segmentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PixelConfusionTest {
    /** Worked out by hand: 3 of 4 and 2 of 3 right, one of each taken for the other; nothing of class 2. */
    @Test
    void overlapIsSharedPixelsOfAllThatAreOfAClassOrTakenForIt() {
        PixelConfusion confusion = new PixelConfusion(3);
        for (int[] pixel : new int[][] {{0, 0}, {0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 1}, {1, 0}}) {
            confusion.add(pixel[0], pixel[1]);
        }
        assertThat(confusion.iou(0)).isEqualTo(3.0 / 5);
        assertThat(confusion.iou(1)).isEqualTo(2.0 / 4);
        assertThat(confusion.iou(2)).isNaN();
        assertThat(confusion.meanIou()).isCloseTo(0.55, within(1e-12));
        assertThat(confusion.accuracy()).isEqualTo(5.0 / 7);
        assertThat(confusion.actual(0)).isEqualTo(4);
        assertThat(confusion.predicted(1)).isEqualTo(3);
        assertThat(confusion.mistaken(0)).hasValue(1);
        assertThat(confusion.mistaken(2)).isEmpty();
        PixelConfusion twice = new PixelConfusion(3);
        twice.add(confusion);
        twice.add(confusion);
        assertThat(twice.pixels()).isEqualTo(14);
        assertThat(twice.meanIou()).isEqualTo(confusion.meanIou());
    }

    @Test
    void withoutPixelsNothingIsKnown() {
        PixelConfusion none = new PixelConfusion(2);
        assertThat(none.meanIou()).isNaN();
        assertThat(none.accuracy()).isNaN();
    }

    /** PyTorch's {@code interpolate(map, (2, 6), mode="bilinear")}, of the left 2×3 of a 3×3 map. */
    @Test
    void mapsAreScaledBeforeTheLargestIsTaken() {
        float[] maps = {0, 0, 1, 0, 0, 1, 9, 9, 9, 0.4f, 0.4f, 0.4f, 0.4f, 0.4f, 0.4f, 9, 9, 9};
        // class 0 across: 0 0 0 0.25 0.75 1
        assertThat(Numbered.scaled(maps, 2, 3, 2, 3, 2, 6)).containsExactly(1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0);
        assertThat(Numbered.largest(new float[] {1, Float.NaN}, 0, 1, 2)).isNegative();
        assertThat(Numbered.largest(new float[] {1, 1}, 0, 1, 2)).isZero();
    }

    @Test
    void coloursAreThoseOfVoc() {
        assertThat(ClassColours.rgb(0)).isZero();
        assertThat(ClassColours.rgb(1)).isEqualTo(0x800000);
        assertThat(ClassColours.rgb(2)).isEqualTo(0x008000);
        assertThat(ClassColours.rgb(15)).isEqualTo(0xc08080);
        assertThat(ClassColours.rgb(20)).isEqualTo(0x004080);
        assertThat(ClassColours.rgb(255)).isEqualTo(0xe0e0c0);
        assertThat(ClassColours.html(8)).isEqualTo("#400000");
    }
}
