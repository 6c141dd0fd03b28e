package io.github.resnet4j.finetune.quality;

import io.github.resnet4j.zoo.weights.archive.ModelCard;

/**
 * Divides logits before the softmax, so that probabilities are neither too sure nor too timid (Guo et al. 2017, On
 * Calibration of Modern Neural Networks, section 4.2). It keeps the order of the classes.
 *
 * @param value positive and finite; 1 changes nothing
 */
public record Temperature(double value) {
    /** Changes nothing. */
    public static final Temperature NONE = new Temperature(1);

    public Temperature {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a temperature is positive and finite, got " + value);
        }
    }

    /** The temperature of a model. */
    public static Temperature of(ModelCard card) {
        return card.temperature().isPresent()
                ? new Temperature(card.temperature().getAsDouble())
                : NONE;
    }

    /**
     * Calibrates the probabilities of one image in place. From probabilities this is possible because the logits are their
     * logarithms, up to a sum that the softmax ignores. With 1 no bit changes.
     *
     * <p>Two classes that are very close may become equal in single precision: choose the most probable one before.
     *
     * @param probabilities finite; those of the image sum to 1
     * @param from place of the first of them
     * @param classes how many there are
     */
    public void apply(float[] probabilities, int from, int classes) {
        if (value == 1) {
            return;
        }
        double largest = 0;
        for (int c = from; c < from + classes; c++) {
            largest = Math.max(largest, probabilities[c]);
        }
        double[] scaled = new double[classes];
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            scaled[c] = Math.pow(probabilities[from + c] / largest, 1 / value);
            sum += scaled[c];
        }
        for (int c = 0; c < classes; c++) {
            probabilities[from + c] = (float) (scaled[c] / sum);
        }
    }
}
