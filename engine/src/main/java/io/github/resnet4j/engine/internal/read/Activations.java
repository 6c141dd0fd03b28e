package io.github.resnet4j.engine.internal.read;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Operation.Activation.Function;
import java.util.List;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** The activation functions that the engine knows, one row each. */
final class Activations {
    private static final Table<IActivation, UnaryOperator<VertexOutput>> FUNCTIONS = new Table<
                    IActivation, UnaryOperator<VertexOutput>>()
            .row(ActivationIdentity.class, (function, vertex) -> UnaryOperator.identity())
            .row(ActivationReLU.class, Activations::relu)
            .row(ActivationLReLU.class, (function, vertex) -> elements(vertex, Function.RELU, function.getAlpha()))
            .row(ActivationSigmoid.class, (function, vertex) -> elements(vertex, Function.SIGMOID, 0))
            .row(ActivationTanH.class, (function, vertex) -> elements(vertex, Function.TANH, 0))
            .row(ActivationSoftmax.class, Activations::softmax);

    private Activations() {}

    /** What {@code function} does to a value of {@code vertex}. */
    static UnaryOperator<VertexOutput> read(IActivation function, Vertex vertex) {
        if (function == null) {
            return unknown("it has no activation function", vertex);
        }
        return FUNCTIONS.knows(function)
                ? FUNCTIONS.read(function, vertex)
                : unknown("the engine does not support the activation function " + Vertex.className(function), vertex);
    }

    /** The softmax of N×C, with a loss in training. */
    static UnaryOperator<VertexOutput> softmax(List<Double> classWeights, Vertex vertex) {
        return in -> {
            vertex.require(in.isVector(), "it has a softmax, which the engine computes over N×C, but gets " + in);
            vertex.require(
                    classWeights.isEmpty() || classWeights.size() == in.extent().channels(),
                    "it has " + classWeights.size() + " class weights for "
                            + in.extent().channels() + " classes");
            return vertex.emit("softmax", new Operation.SoftmaxCrossEntropy(classWeights), in);
        };
    }

    private static UnaryOperator<VertexOutput> relu(ActivationReLU function, Vertex vertex) {
        Double threshold = function.getThreshold();
        if (function.getMax() != null || threshold != null && threshold != 0) {
            return unknown("the engine does not support a relu with a maximum or a threshold", vertex);
        }
        return elements(vertex, Function.RELU, function.getNegativeSlope() == null ? 0 : function.getNegativeSlope());
    }

    private static UnaryOperator<VertexOutput> softmax(ActivationSoftmax function, Vertex vertex) {
        return vertex.training()
                ? unknown("the engine trains a softmax only in the loss of the graph's output", vertex)
                : softmax(List.of(), vertex);
    }

    private static UnaryOperator<VertexOutput> elements(Vertex vertex, Function function, double slope) {
        return in -> vertex.emit("activation", new Operation.Activation(function, slope), in);
    }

    /** The value of any activation has the size of its input. */
    private static UnaryOperator<VertexOutput> unknown(String reason, Vertex vertex) {
        vertex.obstacle(reason);
        return UnaryOperator.identity();
    }
}
