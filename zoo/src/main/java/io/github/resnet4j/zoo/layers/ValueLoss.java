package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.Output.Distance;
import java.util.Arrays;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * An output layer of a DL4J graph whose values, N×C×H×W, are to be near others of the same shape, its labels. It puts them
 * out as they are. The loss is the mean of their distances over all values: PyTorch's {@code L1Loss} or {@code MSELoss}.
 */
public final class ValueLoss extends MapOutput {
    private static final long serialVersionUID = 1L;

    private final Distance distance;

    /** @param distance how far a value is from what it is to be */
    public ValueLoss(@JsonProperty(value = "distance", required = true) Distance distance) {
        this.distance = distance;
    }

    /** How far a value is from what it is to be. */
    @JsonProperty("distance")
    public Distance distance() {
        return distance;
    }

    @Override
    String title() {
        return "the loss of values";
    }

    @Override
    INDArray activated(INDArray in) {
        return in;
    }

    @Override
    Loss loss(INDArray in, INDArray labels, Optional<INDArray> mask) {
        if (!Arrays.equals(in.shape(), labels.shape())) {
            throw new IllegalArgumentException("values of " + Arrays.toString(in.shape())
                    + " need labels of the same shape, got " + Arrays.toString(labels.shape()));
        }
        if (mask.isPresent()) {
            throw new IllegalArgumentException("the loss of values has no masks");
        }
        INDArray differences = in.sub(labels.castTo(in.dataType()));
        INDArray losses = distance == Distance.L1 ? Transforms.abs(differences, true) : differences.mul(differences);
        double[] sums =
                losses.reshape('c', in.size(0), in.length() / in.size(0)).sum(1).toDoubleVector();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += 0 * sums[i]; // an infinite distance is no number
        }
        INDArray gradient = distance == Distance.L1 ? Transforms.sign(differences, false) : differences.muli(2);
        return new Loss(sums, in.length(), gradient);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ValueLoss that && super.equals(that) && distance == that.distance;
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof ValueLoss;
    }

    @Override
    public int hashCode() {
        return 31 * super.hashCode() + distance.hashCode();
    }

    @Override
    public String toString() {
        return "ValueLoss(" + distance + ")";
    }
}
