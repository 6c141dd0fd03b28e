package io.github.resnet4j.zoo.network;

/**
 * How a kernel slides over a map: down its rows and along its columns, with zeros around the map and only where all of
 * the kernel fits (DL4J's {@code ConvolutionMode.Truncate}).
 *
 * @param rows vertically
 * @param columns horizontally
 */
public record Window(Axis rows, Axis columns) {

    /**
     * One direction of it.
     *
     * @param kernel taps, at least 1
     * @param stride step, at least 1
     * @param padding zeros before the map, and as many after it
     * @param dilation distance of neighbouring taps, at least 1 (Yu and Koltun 2016)
     */
    public record Axis(int kernel, int stride, int padding, int dilation) {
        public Axis {
            if (kernel < 1 || stride < 1 || padding < 0 || dilation < 1) {
                throw new IllegalArgumentException("a window needs a kernel, stride and dilation of at least 1 and a"
                        + " padding of at least 0, got kernel " + kernel + ", stride " + stride + ", dilation "
                        + dilation + ", padding " + padding);
            }
        }

        /** How far the taps reach: {@code dilation * (kernel - 1) + 1}. */
        public long reach() {
            return dilation * (kernel - 1L) + 1;
        }

        /** Outputs for {@code size} inputs, {@code floor((size + 2 padding - reach) / stride) + 1}; below 1 if none fits. */
        public long outputs(long size) {
            return Math.floorDiv(size + 2L * padding - reach(), stride) + 1;
        }
    }

    /** The same in both directions, without dilation. */
    public static Window square(int kernel, int stride, int padding) {
        return square(kernel, stride, padding, 1);
    }

    /** The same in both directions. */
    public static Window square(int kernel, int stride, int padding, int dilation) {
        Axis axis = new Axis(kernel, stride, padding, dilation);
        return new Window(axis, axis);
    }

    /** Taps in both directions together. */
    public long taps() {
        return (long) rows.kernel * columns.kernel;
    }

    /**
     * The shape of the output for a map.
     *
     * @param channels of the output
     * @throws ShapeException.TooSmall if the kernel does not fit once
     */
    Shape over(Shape in, int channels) {
        long height = rows.outputs(in.height());
        long width = columns.outputs(in.width());
        if (height < 1 || width < 1) {
            throw new ShapeException.TooSmall("a window of " + this + " does not fit into " + in);
        }
        return new Shape(channels, Math.toIntExact(height), Math.toIntExact(width));
    }

    /** {@code 3x3/2 dilated 4}: kernel, stride and dilation, the last two only if they are not 1. */
    @Override
    public String toString() {
        return rows.kernel + "x" + columns.kernel
                + pair("/", rows.stride, columns.stride)
                + pair(" dilated ", rows.dilation, columns.dilation);
    }

    private static String pair(String sign, int down, int along) {
        return down == 1 && along == 1 ? "" : sign + down + (down == along ? "" : "x" + along);
    }
}
