package io.github.resnet4j.engine;

import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the images of a batch are to be. The loss is the sum over images and classes of {@code -weight · label · log p},
 * divided by a total. PyTorch's {@code CrossEntropyLoss(weight)} divides by the sum of the weights of the images' classes
 * where targets are classes, smoothed or not, and by the number of images where they are distributions.
 *
 * @param labels N×classes, each row a distribution
 * @param classWeights how much each class counts, none negative; absent, all count 1
 * @param total what the sum is divided by, above 0
 */
public record Targets(INDArray labels, Optional<float[]> classWeights, double total) {
    /** Throws {@link IllegalArgumentException} for a weight or a total out of range, and for weights of other classes. */
    public Targets {
        classWeights.ifPresent(weights -> {
            if (weights.length != labels.size(labels.rank() - 1)) {
                throw new IllegalArgumentException("there are labels of " + labels.size(labels.rank() - 1)
                        + " classes, but weights of " + weights.length);
            }
            for (float weight : weights) {
                if (!(weight >= 0 && weight < Float.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException("a class's weight must be at least 0, got " + weight);
                }
            }
        });
        if (!(total > 0 && total < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("losses must be divided by a total above 0, got " + total);
        }
    }

    /** For the mean over all images. */
    public static Targets of(INDArray labels) {
        return new Targets(labels, Optional.empty(), Math.max(1, labels.size(0))); // no labels are refused by a step
    }
}
