package io.github.resnet4j.finetune.config;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much the images of each class count in the training loss, as in PyTorch's {@code CrossEntropyLoss(weight)}: with plain or
 * smooth labels, the loss of a step is divided by the sum of the weights of its images' classes; with {@code train.mix},
 * whose labels are distributions, by the number of images.
 *
 * @param balanced written {@code balanced}: a class of {@code n} of {@code N} images in {@code C} classes counts {@code N / (C n)},
 *     as in scikit-learn
 * @param weights written as a map: by class, above 0; other classes count 1
 */
public record ClassWeights(boolean balanced, Map<String, Double> weights) {
    /** All classes count the same in the end. */
    public static final ClassWeights BALANCED = new ClassWeights(true, Map.of());

    /** Throws {@link IllegalArgumentException} for weights that are not above 0. */
    public ClassWeights {
        weights = Collections.unmodifiableMap(new TreeMap<>(weights));
        Requirements requirements = new Requirements();
        weights.forEach(requirements::positive);
        requirements.verify();
    }
}
