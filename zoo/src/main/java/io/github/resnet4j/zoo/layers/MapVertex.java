package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.Draws;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.network.ShapeException;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A vertex without parameters that computes one of the zoo's operations on N×C×H×W maps. A vector, N×C, counts as a map
 * of C×1×1; the output is a vector where the first input is one. Vertices are values: equal if their operations are.
 */
abstract class MapVertex extends GraphVertex {
    private static final long serialVersionUID = 1L;

    /** What it computes. */
    abstract Op op();

    /** How many inputs it has. */
    int inputs() {
        return 1;
    }

    /**
     * Computes the output.
     *
     * @param in N×C×H×W each; not to be changed
     * @param out zeros, N×C×H×W in C order, to be filled
     */
    abstract void forward(INDArray[] in, INDArray out);

    /**
     * Computes the gradients of the inputs.
     *
     * @param in as they went forward; not to be changed
     * @param gradient of the output; not to be changed
     * @param back zeros, in the inputs' shapes and C order, to be filled
     */
    abstract void backward(INDArray[] in, INDArray gradient, INDArray[] back);

    /** As {@link #forward(INDArray[], INDArray)}, in training: for what draws random numbers there. */
    void forward(INDArray[] in, INDArray out, Draws draws) {
        forward(in, out);
    }

    /** As {@link #backward(INDArray[], INDArray, INDArray[])}, behind a forward pass with the same draws. */
    void backward(INDArray[] in, INDArray gradient, INDArray[] back, Draws draws) {
        backward(in, gradient, back);
    }

    /** The shape of the output for {@code in}, N×C×H×W each, for one sample. */
    final Shape outShape(INDArray[] in) {
        List<Shape> shapes = new ArrayList<>();
        for (INDArray map : in) {
            shapes.add(new Shape(
                    Math.toIntExact(map.size(1)), Math.toIntExact(map.size(2)), Math.toIntExact(map.size(3))));
        }
        return op().out(shapes);
    }

    /**
     * The shape of the output.
     *
     * @throws InvalidInputTypeException if it cannot take these inputs
     */
    @Override
    public final InputType getOutputType(int layerIndex, InputType... inputs) throws InvalidInputTypeException {
        List<Shape> shapes = new ArrayList<>();
        for (InputType input : inputs) {
            shapes.add(shape(input));
        }
        try {
            Shape out = op().out(shapes);
            return inputs[0] instanceof InputType.InputTypeFeedForward && isVector(out)
                    ? InputType.feedForward(out.elements())
                    : InputType.convolutional(out.height(), out.width(), out.channels());
        } catch (ShapeException e) {
            throw new InvalidInputTypeException(e.getMessage(), e);
        }
    }

    static boolean isVector(Shape shape) {
        return shape.height() == 1 && shape.width() == 1;
    }

    private Shape shape(InputType input) {
        if (input instanceof InputType.InputTypeConvolutional map && map.getFormat() == CNN2DFormat.NCHW) {
            return new Shape(
                    Math.toIntExact(map.getChannels()),
                    Math.toIntExact(map.getHeight()),
                    Math.toIntExact(map.getWidth()));
        }
        if (input instanceof InputType.InputTypeFeedForward vector) {
            return new Shape(Math.toIntExact(vector.getSize()), 1, 1);
        }
        throw new InvalidInputTypeException(
                "\"" + op().label() + "\" takes maps in NCHW format or vectors, got " + input);
    }

    @Override
    public final org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
            ComputationGraph graph,
            String name,
            int index,
            INDArray parameters,
            boolean initialize,
            DataType dataType) {
        return new MapFunction(graph, name, index, this, dataType);
    }

    @Override
    public final long numParams(boolean backprop) {
        return 0;
    }

    @Override
    public final int minVertexInputs() {
        return inputs();
    }

    @Override
    public final int maxVertexInputs() {
        return inputs();
    }

    @Override
    public final MemoryReport getMemoryReport(InputType... inputs) {
        return new LayerMemoryReport.Builder(null, getClass(), inputs[0], getOutputType(-1, inputs))
                .standardMemory(0, 0)
                .workingMemory(0, 0, 0, 0)
                .cacheMemory(0, 0)
                .build();
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof MapVertex that && op().equals(that.op());
    }

    @Override
    public final int hashCode() {
        return op().hashCode();
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "(" + op().label() + ")";
    }
}
