package io.github.resnet4j.finetune.model;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What a model says of an image.
 *
 * @param guesses all classes with their probabilities, the most probable first
 * @param temperature by which the probabilities are calibrated, if the model knows one
 */
public record Classification(List<Predictor.Guess> guesses, OptionalDouble temperature) {
    public Classification {
        guesses = List.copyOf(guesses);
    }

    /** The most probable class. */
    public Predictor.Guess best() {
        return guesses.get(0);
    }

    /** The {@code count} most probable classes, or all if there are fewer. */
    public List<Predictor.Guess> top(int count) {
        return guesses.subList(0, Math.min(count, guesses.size()));
    }
}
