package io.github.resnet4j.engine;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Makes the gradients of all replicas those of one batch, and averages the running statistics of their batch normalisations,
 * each of which has seen its own part of the batch.
 */
final class GradientExchange {
    private final AllReduce sums;
    private final List<ParameterLayout.Segment> segments;
    private final float[] values;

    GradientExchange(AllReduce sums, ParameterLayout layout) {
        this.sums = sums;
        this.segments =
                layout.segments().stream().filter(segment -> !segment.frozen()).toList();
        this.values = new float
                [segments.stream().mapToInt(ParameterLayout.Segment::length).sum()];
    }

    /**
     * Takes part in a step.
     *
     * @param parameters the graph's
     * @param gradient of the same layout: sums over the images that this replica had
     * @param total what a mean over these images would divide them by; 0 if it had none
     * @return the same of all replicas together
     */
    double exchange(FloatBuffer parameters, FloatBuffer gradient, double total) {
        boolean present = total > 0;
        int at = 0;
        for (ParameterLayout.Segment segment : segments) {
            FloatBuffer from = segment.kind().trained() ? gradient : parameters;
            if (present) {
                from.get(segment.offset(), values, at, segment.length());
            } else {
                Arrays.fill(values, at, at + segment.length(), 0);
            }
            at += segment.length();
        }
        double[] totals = {total, present ? 1 : 0};
        sums.sum(values, totals);
        float share = (float) (1 / Math.max(1, totals[1]));
        at = 0;
        for (ParameterLayout.Segment segment : segments) {
            if (segment.kind().trained()) {
                gradient.put(segment.offset(), values, at, segment.length());
            } else {
                for (int i = at; i < at + segment.length(); i++) {
                    values[i] *= share;
                }
                parameters.put(segment.offset(), values, at, segment.length());
            }
            at += segment.length();
        }
        return totals[0];
    }
}
