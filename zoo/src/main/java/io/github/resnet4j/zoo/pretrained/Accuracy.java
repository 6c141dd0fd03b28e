package io.github.resnet4j.zoo.pretrained;

import java.util.OptionalDouble;

/**
 * Published accuracy on the validation images of the data set, with the published preprocessing.
 *
 * @param top1 percent of images whose class has the largest logit
 * @param top5 percent of images whose class is among the five largest; absent if only top-1 is published
 */
public record Accuracy(double top1, OptionalDouble top5) {
    public Accuracy {
        if (!(top1 > 0 && top1 <= 100)
                || top5.isPresent() && !(top5.getAsDouble() >= top1 && top5.getAsDouble() <= 100)) {
            throw new IllegalArgumentException(
                    "accuracies are percentages, the first the smaller, not " + top1 + " and " + top5);
        }
    }
}
