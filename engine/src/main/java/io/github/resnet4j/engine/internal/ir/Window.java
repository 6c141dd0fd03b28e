package io.github.resnet4j.engine.internal.ir;

import java.util.stream.IntStream;

/**
 * How a convolution or a pooling moves over a map.
 *
 * @param kernelHeight rows of the window
 * @param kernelWidth columns of the window
 * @param strideHeight rows from one position to the next
 * @param strideWidth columns from one position to the next
 * @param padding rows and columns added around the map
 * @param dilationHeight distance of the window's rows, 1 if they are adjacent
 * @param dilationWidth distance of the window's columns
 */
public record Window(
        int kernelHeight,
        int kernelWidth,
        int strideHeight,
        int strideWidth,
        Padding padding,
        int dilationHeight,
        int dilationWidth) {

    /** Rows and columns added on each side. */
    public record Padding(int top, int bottom, int left, int right) {
        public static final Padding NONE = new Padding(0, 0, 0, 0);

        /** Both paddings, one around the other. */
        public Padding plus(Padding other) {
            return new Padding(top + other.top, bottom + other.bottom, left + other.left, right + other.right);
        }
    }

    /** A square window that moves alike in both directions. */
    public static Window square(int kernel, int stride, int padding) {
        return new Window(kernel, kernel, stride, stride, new Padding(padding, padding, padding, padding), 1, 1);
    }

    /** The same with {@code more} zeros around. */
    public Window padded(Padding more) {
        return new Window(
                kernelHeight,
                kernelWidth,
                strideHeight,
                strideWidth,
                padding.plus(more),
                dilationHeight,
                dilationWidth);
    }

    /**
     * Number of positions over a map of {@code in}, C×H×W: the last that do not fit are left out.
     *
     * @throws IllegalArgumentException if it does not fit once
     */
    public Extent over(Extent in, int channels) {
        int rows = in.height() + padding.top() + padding.bottom() - dilationHeight * (kernelHeight - 1) - 1;
        int columns = in.width() + padding.left() + padding.right() - dilationWidth * (kernelWidth - 1) - 1;
        return new Extent(channels, Math.floorDiv(rows, strideHeight) + 1, Math.floorDiv(columns, strideWidth) + 1);
    }

    /** Whether at each position over a map of this size at least one value of it is in the window. */
    public boolean seesEverywhere(Extent in) {
        Extent positions = over(in, in.channels());
        return IntStream.range(0, positions.height())
                        .map(row -> row * strideHeight - padding.top())
                        .allMatch(top -> sees(top, kernelHeight, dilationHeight, in.height()))
                && IntStream.range(0, positions.width())
                        .map(column -> column * strideWidth - padding.left())
                        .allMatch(left -> sees(left, kernelWidth, dilationWidth, in.width()));
    }

    private static boolean sees(int start, int kernel, int dilation, int size) {
        return IntStream.range(0, kernel)
                .map(tap -> start + tap * dilation)
                .anyMatch(place -> place >= 0 && place < size);
    }
}
