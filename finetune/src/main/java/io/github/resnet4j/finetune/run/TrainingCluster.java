package io.github.resnet4j.finetune.run;

import io.github.resnet4j.finetune.train.TrainingSteps;
import java.io.IOException;
import java.io.Serializable;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Other processes that take a run's steps together: each has a {@link TrainingReplica}. The run itself, with its checkpoints,
 * evaluations and report, stays where it was started.
 */
public interface TrainingCluster {
    /** How many replicas there are, at least 1. */
    int replicas();

    /** Of how many steps a stretch may have; a multiple of it ends a stretch. */
    int longestStretch();

    /** How the replicas agree, for people. */
    String how();

    /** Gets ready for the stretches of a run. */
    void begin(Assignment run);

    /**
     * Takes the steps of a stretch on all replicas. Whatever fails on the way, the outcome is the same, or an exception.
     *
     * @param before where the replicas begin
     * @param progress receives how many steps of the stretch are done, now and then
     * @param stop polled on the way
     * @throws io.github.resnet4j.finetune.train.StoppedException if asked to stop before the stretch was done
     */
    Outcome take(State before, Stretch stretch, IntConsumer progress, BooleanSupplier stop);

    /**
     * The run has written a checkpoint, or is complete: the moment to copy its folder to where the cluster keeps such things.
     *
     * @throws IOException if it cannot be copied; the run says so and goes on
     */
    default void saved(Path run) throws IOException {}

    /**
     * What a replica must know of a run.
     *
     * @param yaml the run's configuration, complete but for the initial weights
     * @param network name of the network, for the comparison with that of the configuration
     * @param parameters how many it has
     * @param data fingerprint of the training images, which must be the same everywhere
     * @param offline whether a replica may not download its images
     */
    record Assignment(String yaml, String network, long parameters, String data, boolean offline)
            implements Serializable {}

    /**
     * Consecutive steps of an epoch.
     *
     * @param epoch from 0
     * @param from first step, from 0
     * @param rates learning rate of each step
     */
    record Stretch(int epoch, int from, List<Double> rates) implements Serializable {
        public Stretch {
            rates = List.copyOf(rates);
        }

        /** How many steps. */
        public int steps() {
            return rates.size();
        }
    }

    /**
     * What a replica holds between two steps.
     *
     * @param iteration steps done in the run
     * @param parameters all of them with the running statistics
     * @param memory what else has a value for every parameter: the optimiser's memory, the average of the weights
     */
    record State(long iteration, float[] parameters, TreeMap<String, float[]> memory) implements Serializable {
        /** A copy of live arrays. */
        static State of(long iteration, FloatBuffer parameters, Map<String, FloatBuffer> memory) {
            TreeMap<String, float[]> copies = new TreeMap<>();
            memory.forEach((name, values) -> copies.put(name, copy(values)));
            return new State(iteration, copy(parameters), copies);
        }

        /** Copies these values into live arrays. */
        void putInto(FloatBuffer live, Map<String, FloatBuffer> others) {
            live.put(parameters);
            others.forEach((name, values) -> values.put(memory.get(name)));
        }

        private static float[] copy(FloatBuffer values) {
            float[] copy = new float[values.remaining()];
            values.get(copy);
            return copy;
        }

        /** Adds another replica's values to these. */
        public void add(State other) {
            add(parameters, other.parameters);
            memory.forEach((name, values) -> add(values, other.memory.get(name)));
        }

        /** Makes of the sums of {@code count} replicas their mean. */
        public void divide(int count) {
            float share = 1f / count;
            scale(parameters, share);
            memory.values().forEach(values -> scale(values, share));
        }

        private static void add(float[] sums, float[] values) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += values[i];
            }
        }

        private static void scale(float[] values, float factor) {
            for (int i = 0; i < values.length; i++) {
                values[i] *= factor;
            }
        }

        /** The arrays in a fixed order. */
        List<float[]> arrays() {
            List<float[]> all = new ArrayList<>(List.of(parameters));
            all.addAll(memory.values());
            return all;
        }
    }

    /**
     * How a replica spent a stretch.
     *
     * @param host where it runs
     * @param images it had
     * @param seconds from its first step to the end of its last
     * @param waited seconds of these spent waiting for images
     * @param exchanged seconds of these spent exchanging with the others, and waiting for them
     */
    record Times(String host, long images, double seconds, double waited, double exchanged) implements Serializable {}

    /**
     * What came of a stretch.
     *
     * @param after where all replicas are
     * @param steps of each replica, by rank
     * @param times of each replica, by rank
     */
    record Outcome(State after, List<List<TrainingSteps.Step>> steps, List<Times> times) {
        public Outcome {
            steps = List.copyOf(steps);
            times = List.copyOf(times);
        }
    }
}
