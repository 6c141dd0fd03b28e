package io.github.resnet4j.bench;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;

/**
 * What is measured, the same for every contestant.
 *
 * @param model the zoo's name of the network
 * @param batch pictures in a batch
 * @param rounds how often each contestant has its turn
 * @param seconds of each task in a turn; at least one batch is computed
 * @param threads OpenMP threads
 */
record Settings(String model, int batch, int rounds, double seconds, int threads) {
    /**
     * @throws IllegalArgumentException for a number out of range
     * @throws io.github.resnet4j.zoo.UnknownModelException for a model that the zoo does not have
     */
    Settings {
        Zoo.find(model);
        atLeastOne("--batch", batch);
        atLeastOne("--rounds", rounds);
        atLeastOne("--threads", threads);
        if (!(seconds > 0 && seconds <= 3600)) {
            throw new IllegalArgumentException("--seconds must be above 0 and at most 3600, got " + seconds);
        }
    }

    Architecture architecture() {
        return Zoo.find(model);
    }

    private static void atLeastOne(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + " must be at least 1, got " + value);
        }
    }
}
