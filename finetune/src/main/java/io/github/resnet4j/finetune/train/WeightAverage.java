package io.github.resnet4j.finetune.train;

import java.nio.FloatBuffer;
import java.util.stream.IntStream;

/**
 * The exponential moving average of all parameters and statistics of a network (Polyak and Juditsky 1992; Tarvainen and
 * Valpola 2017). Early averages are short: the decay at step t, from 1, is at most (1 + t) / (10 + t). What never changes
 * keeps its bytes.
 */
public final class WeightAverage {
    private static final int BLOCK = 1024;

    private final double decay;
    private final FloatBuffer parameters;
    private final FloatBuffer average;

    /**
     * Begins with the parameters as they are.
     *
     * @param decay how much of the average a step keeps, at least 0 and less than 1
     * @param parameters the network's own, which steps change
     */
    public WeightAverage(double decay, FloatBuffer parameters) {
        this.decay = decay;
        this.parameters = parameters;
        this.average = FloatBuffer.allocate(parameters.capacity()).put(0, parameters, 0, parameters.capacity());
    }

    /** The average: a live view, in the order of the flat parameters. */
    public FloatBuffer values() {
        return average.duplicate();
    }

    /**
     * Takes in the parameters after a step.
     *
     * @param step number of the step, from 1
     */
    void add(long step) {
        float share = (float) (1 - Math.min(decay, (1.0 + step) / (10.0 + step)));
        int blocks = (parameters.capacity() + BLOCK - 1) / BLOCK;
        IntStream.range(0, blocks).parallel().forEach(block -> {
            int from = block * BLOCK;
            int count = Math.min(BLOCK, parameters.capacity() - from);
            float[] now = new float[count];
            parameters.get(from, now);
            for (int i = 0; i < count; i++) {
                float old = average.get(from + i);
                average.put(from + i, now[i] == old ? old : old + share * (now[i] - old)); // also of -0
            }
        });
    }

    /** Exchanges the network's parameters for the average; once more, and they are back. */
    public void swap() {
        for (int i = 0; i < parameters.capacity(); i++) {
            float trained = parameters.get(i);
            parameters.put(i, average.get(i));
            average.put(i, trained);
        }
    }
}
