package io.github.resnet4j.finetune.train;

/** Takes the steps of a training: in this process, or together with others. */
public interface Steps {
    /** In a pass over the data. */
    int perEpoch();

    /** From here on, steps are numbered from {@code iteration}. */
    void startAt(long iteration);

    /**
     * Takes the steps of an epoch from one on to its end, or until {@code after} throws an exception.
     *
     * @param from the first step, 0 to {@link #perEpoch}
     * @param rate learning rates by iteration
     * @param after receives every step, in order
     */
    void run(int epoch, int from, LearningRate rate, After after);

    /** What follows a step. */
    interface After {
        /**
         * A step was taken.
         *
         * @param settled whether parameters and the optimiser's memory are those after this step, so that it may be the
         *     last. If not, more steps were taken at once, and they are those after the last of these
         */
        void step(TrainingSteps.Step step, boolean settled);
    }
}
