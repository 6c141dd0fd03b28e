package io.github.resnet4j.zoo.layers;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The loss of an auxiliary head: the cross-entropy of its probabilities with the labels, N×classes, times a weight. An
 * output of a DL4J graph with this loss is one of training alone, and has the labels of the graph's first output.
 */
public final class AuxiliaryLoss implements ILossFunction {
    private static final long serialVersionUID = 1L;

    private final double weight;
    private final LossMCXENT loss = new LossMCXENT();

    /**
     * @param weight above 0
     * @throws IllegalArgumentException if it is not
     */
    public AuxiliaryLoss(@JsonProperty(value = "weight", required = true) double weight) {
        if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("an auxiliary loss needs a weight above 0, got " + weight);
        }
        this.weight = weight;
    }

    /** What the cross-entropy is multiplied by. */
    @JsonProperty("weight")
    public double weight() {
        return weight;
    }

    @Override
    public double computeScore(
            INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
        return weight * loss.computeScore(labels, logits, activation, mask, average);
    }

    @Override
    public INDArray computeScoreArray(INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
        return loss.computeScoreArray(labels, logits, activation, mask).muli(weight);
    }

    @Override
    public INDArray computeGradient(INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
        return loss.computeGradient(labels, logits, activation, mask).muli(weight);
    }

    @Override
    public Pair<Double, INDArray> computeGradientAndScore(
            INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
        return new Pair<>(
                computeScore(labels, logits, activation, mask, average),
                computeGradient(labels, logits, activation, mask));
    }

    @Override
    public String name() {
        return toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AuxiliaryLoss that && weight == that.weight;
    }

    @Override
    public int hashCode() {
        return Double.hashCode(weight);
    }

    @Override
    public String toString() {
        return "AuxiliaryLoss(" + weight + ")";
    }
}
