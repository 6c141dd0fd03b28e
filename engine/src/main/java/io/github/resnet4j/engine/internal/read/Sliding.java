package io.github.resnet4j.engine.internal.read;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Window;
import org.deeplearning4j.nn.conf.ConvolutionMode;

/**
 * How the window of a layer moves. How much padding that is can depend on the size of the map: {@code ConvolutionMode}
 * says which positions there are.
 */
record Sliding(Axis rows, Axis columns, ConvolutionMode mode) {

    private record Axis(int kernel, int stride, int padding, int dilation) {
        int reach() {
            return dilation * (kernel - 1) + 1;
        }

        @Override
        public String toString() {
            return "kernel " + kernel + ", stride " + stride + ", padding " + padding + ", dilation " + dilation;
        }
    }

    private record Sides(int before, int after) {}

    /**
     * Each array has height and width.
     *
     * @param padding on both sides; may be null where the mode does not use it
     * @throws UnreadableVertexException if the mode or a number makes no sense in two dimensions
     */
    static Sliding of(int[] kernel, int[] stride, int[] padding, int[] dilation, ConvolutionMode mode, Vertex vertex) {
        vertex.require(
                mode == ConvolutionMode.Truncate || mode == ConvolutionMode.Strict || mode == ConvolutionMode.Same,
                "its convolution mode is " + mode);
        return new Sliding(
                axis(kernel, stride, padding, dilation, 0, vertex),
                axis(kernel, stride, padding, dilation, 1, vertex),
                mode);
    }

    private static Axis axis(int[] kernel, int[] stride, int[] padding, int[] dilation, int i, Vertex vertex) {
        Axis axis = new Axis(kernel[i], stride[i], padding == null ? 0 : padding[i], dilation[i]);
        vertex.require(
                axis.kernel >= 1 && axis.stride >= 1 && axis.padding >= 0 && axis.dilation >= 1, "it has " + axis);
        return axis;
    }

    /**
     * The window over a map of this size.
     *
     * @throws UnreadableVertexException if DL4J does not put it there either
     */
    Window over(Extent map, Vertex vertex) {
        Sides height = sides(rows, map.height(), vertex);
        Sides width = sides(columns, map.width(), vertex);
        return new Window(
                rows.kernel,
                columns.kernel,
                rows.stride,
                columns.stride,
                new Window.Padding(height.before, height.after, width.before, width.after),
                rows.dilation,
                columns.dilation);
    }

    private Sides sides(Axis axis, int size, Vertex vertex) {
        if (mode == ConvolutionMode.Same) {
            int positions = (size - 1) / axis.stride + 1;
            int zeros = (positions - 1) * axis.stride + axis.reach() - size;
            // DL4J halves before it looks for negative padding, so that -1 passes as 0
            vertex.require(zeros >= -1, "it has " + axis + " in mode Same, which leaves out part of " + size);
            int before = Math.max(zeros, 0) / 2;
            return new Sides(before, Math.max(zeros, 0) - before);
        }
        int rest = size + 2 * axis.padding - axis.reach();
        vertex.require(rest >= 0, "it has " + axis + ", which does not fit into " + size);
        vertex.require(
                mode != ConvolutionMode.Strict || rest % axis.stride == 0,
                "it has " + axis + " in mode Strict, which does not go into " + size);
        return new Sides(axis.padding, axis.padding);
    }
}
