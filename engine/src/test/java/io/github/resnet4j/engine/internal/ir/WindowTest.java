package io.github.resnet4j.engine.internal.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowTest {
    /** A window that is different in both directions, over a map of 7 rows and 9 columns. */
    @ParameterizedTest
    @CsvSource({
        // kernel, stride, padding before and after, dilation: of the rows, then of the columns
        "3, 1, 0, 0, 1,  1, 1, 0, 0, 1,  5, 9",
        "1, 1, 0, 0, 1,  3, 1, 0, 0, 1,  7, 7",
        "3, 2, 1, 0, 1,  2, 3, 0, 2, 1,  3, 4",
        "3, 2, 0, 1, 1,  2, 3, 2, 0, 1,  3, 4",
        "3, 1, 0, 0, 2,  4, 1, 0, 0, 2,  3, 3",
        "3, 1, 2, 2, 2,  3, 2, 0, 0, 4,  7, 1",
        "7, 2, 0, 0, 1,  9, 2, 0, 0, 1,  1, 1",
        "7, 2, 0, 1, 1,  9, 2, 1, 0, 1,  1, 1",
        "7, 2, 1, 1, 1,  9, 2, 1, 1, 1,  2, 2"
    })
    void countsItsPositions(
            int kernelHeight,
            int strideHeight,
            int top,
            int bottom,
            int dilationHeight,
            int kernelWidth,
            int strideWidth,
            int left,
            int right,
            int dilationWidth,
            int height,
            int width) {
        Window window = new Window(
                kernelHeight,
                kernelWidth,
                strideHeight,
                strideWidth,
                new Window.Padding(top, bottom, left, right),
                dilationHeight,
                dilationWidth);

        assertThat(window.over(new Extent(2, 7, 9), 5)).isEqualTo(new Extent(5, height, width));
    }

    /** A division that rounds towards zero would find one position for a window of one row too many. */
    @ParameterizedTest
    @CsvSource({"1, 8, 1, 1", "2, 8, 1, 1", "3, 9, 1, 1", "2, 2, 7, 1", "2, 1, 1, 10"})
    void doesNotFitAMapThatIsTooSmall(int stride, int kernelHeight, int dilationHeight, int kernelWidth) {
        Window window = new Window(kernelHeight, kernelWidth, stride, stride, Window.Padding.NONE, dilationHeight, 1);

        assertThatIllegalArgumentException().isThrownBy(() -> window.over(new Extent(1, 7, 9), 1));
    }

    /** Over a map of 4 rows, or 4 columns. */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 0, 0, 1, true",
        "1, 1, 1, 0, 1, false", // the first position is above the map
        "1, 1, 0, 1, 1, false", // the last one below
        "3, 1, 2, 2, 1, true",
        "3, 1, 3, 0, 1, false",
        "3, 1, 0, 3, 1, false",
        "3, 2, 0, 2, 1, true", // positions 0 and 2
        "1, 4, 0, 1, 1, false", // positions 0 and 4
        "2, 1, 1, 1, 2, true",
        "2, 1, 2, 0, 2, true", // sees row 0
        "2, 1, 3, 0, 2, false", // rows -3 and -1
        "2, 1, 1, 0, 4, true", // rows -1 and 3
        "2, 1, 1, 1, 5, false" // rows -1 and 4
    })
    void seesAValueAtEachPosition(int kernel, int stride, int before, int after, int dilation, boolean everywhere) {
        Window down = new Window(kernel, 1, stride, 1, new Window.Padding(before, after, 0, 0), dilation, 1);
        Window along = new Window(1, kernel, 1, stride, new Window.Padding(0, 0, before, after), 1, dilation);

        assertThat(down.seesEverywhere(new Extent(3, 4, 2))).isEqualTo(everywhere);
        assertThat(along.seesEverywhere(new Extent(3, 2, 4))).isEqualTo(everywhere);
    }
}
