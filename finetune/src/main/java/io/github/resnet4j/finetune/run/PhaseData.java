package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.loader.BatchLoader;
import java.util.List;
import java.util.Optional;

/**
 * What a phase trains and evaluates on.
 *
 * @param train a loader of images, or of what a frozen part makes of them
 * @param val the same for evaluation
 * @param behind the vertex whose values they load; images if there is none
 * @param open closes what the loaders read
 */
record PhaseData(BatchLoader train, BatchLoader val, Optional<String> behind, List<Runnable> open)
        implements AutoCloseable {

    /** The images themselves, whose loaders stay open. */
    static PhaseData images(BatchLoader train, BatchLoader val) {
        return new PhaseData(train, val, Optional.empty(), List.of());
    }

    @Override
    public void close() {
        if (behind.isPresent()) {
            train.close();
            val.close();
        }
        open.forEach(Runnable::run);
    }
}
