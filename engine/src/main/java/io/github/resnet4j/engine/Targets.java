package io.github.resnet4j.engine;

import io.github.resnet4j.zoo.network.Output;
import java.util.Arrays;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What the images of a batch are to be: one kind for each {@link Output} of a network. */
public sealed interface Targets {

    /**
     * A class for each image, or a mixture of several. The loss is the sum over images and classes of {@code -weight · label
     * · log p}, divided by a total. PyTorch's {@code CrossEntropyLoss(weight)} divides by the sum of the weights of the
     * images' classes where targets are classes, smoothed or not, and by the number of images where they are distributions.
     *
     * @param labels N×classes, each row a distribution
     * @param classWeights how much each class counts, none negative; absent, all count 1
     * @param total what the sum is divided by, above 0
     */
    record Classes(INDArray labels, Optional<float[]> classWeights, double total) implements Targets {
        /** Throws {@link IllegalArgumentException} for a weight or a total out of range, and for weights of other classes. */
        public Classes {
            classWeights.ifPresent(weights -> {
                if (weights.length != labels.size(labels.rank() - 1)) {
                    throw new IllegalArgumentException("there are labels of " + labels.size(labels.rank() - 1)
                            + " classes, but weights of " + weights.length);
                }
                requireWeights(weights);
            });
            if (!(total > 0 && total < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("losses must be divided by a total above 0, got " + total);
            }
        }
    }

    /**
     * A class for each place of each image. The loss is the sum over all places of {@code -weight · log p}, divided by the
     * sum of the weights, as that of PyTorch's {@code CrossEntropyLoss(weight, ignore_index=255)}. Places without a class
     * count for nothing. Where none has one, the loss is 0, and not NaN as in PyTorch.
     *
     * @param classes N×H×W, row by row, each an unsigned number from 0, or {@link Output#VOID} for none; not copied
     * @param height H
     * @param width W
     * @param classWeights how much each class counts, none negative; absent, all count 1
     */
    record ClassMaps(byte[] classes, int height, int width, Optional<float[]> classWeights) implements Targets {
        /** Throws {@link IllegalArgumentException} if these are no maps of that size, or for a weight out of range. */
        public ClassMaps {
            if (height < 1 || width < 1 || classes.length % Math.multiplyExact(height, width) != 0) {
                throw new IllegalArgumentException(classes.length + " places are no maps of " + height + "×" + width);
            }
            classWeights.ifPresent(Targets::requireWeights);
        }

        /** Of classes that count the same. */
        public ClassMaps(byte[] classes, int height, int width) {
            this(classes, height, width, Optional.empty());
        }

        /** N. */
        public int images() {
            return classes.length / (height * width);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof ClassMaps that
                    && height == that.height
                    && width == that.width
                    && Arrays.equals(classes, that.classes)
                    && classWeights.isPresent() == that.classWeights.isPresent()
                    && Arrays.equals(classWeights.orElse(null), that.classWeights.orElse(null));
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(classes) + height;
        }

        @Override
        public String toString() {
            return images() + " maps of " + height + "×" + width + " classes";
        }
    }

    /**
     * The values themselves. The loss is the mean of their distances over all values, as that of PyTorch's {@code L1Loss} and
     * {@code MSELoss}.
     *
     * @param values N×C×H×W, in the shape of the network's output
     */
    record Values(INDArray values) implements Targets {}

    /** Classes, for the mean over all images. */
    static Targets of(INDArray labels) {
        // no labels are refused by a step
        return new Classes(labels, Optional.empty(), Math.max(1, labels.size(0)));
    }

    private static void requireWeights(float[] weights) {
        for (float weight : weights) {
            if (!(weight >= 0 && weight < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("a class's weight must be at least 0, got " + weight);
            }
        }
    }
}
