package io.github.resnet4j.engine;

import java.nio.FloatBuffer;

/** The gradients of the first parts of a step whose batch is too large for one pass. */
final class GradientSum {
    private static final int BLOCK = 1024;

    private final ParameterLayout layout;
    private float[] sum = new float[0];
    private double total;
    private int parts;

    GradientSum(ParameterLayout layout) {
        this.layout = layout;
    }

    /** How many parts the step in progress has had. */
    int parts() {
        return parts;
    }

    /**
     * Adds the gradients of a part that is not the last.
     *
     * @param gradient of the layout
     * @param more what a mean over the part would divide them by
     */
    void add(FloatBuffer gradient, double more) {
        if (parts == 0) {
            sum = sum.length == gradient.capacity() ? sum : new float[gradient.capacity()];
            gradient.get(0, sum);
        } else {
            addTo(sum, gradient);
        }
        total += more;
        parts++;
    }

    /**
     * Adds all parts before to the gradients of the last, and forgets them.
     *
     * @return what a mean over all parts divides the gradients by
     */
    double finish(FloatBuffer gradient, double last) {
        double all = total + last;
        if (parts > 0) {
            addTo(sum, gradient);
            giveTo(gradient);
        }
        clear();
        return all;
    }

    /**
     * Puts the sum of all parts in the gradients' place, and forgets them.
     *
     * @return what a mean over all parts divides the gradients by; 0 if there were none, and the gradients are what they were
     */
    double finish(FloatBuffer gradient) {
        double all = total;
        if (parts > 0) {
            giveTo(gradient);
        }
        clear();
        return all;
    }

    private void giveTo(FloatBuffer gradient) {
        for (ParameterLayout.Segment segment : layout.segments()) {
            if (segment.kind().trained() && !segment.frozen()) {
                gradient.put(segment.offset(), sum, segment.offset(), segment.length());
            }
        }
    }

    /** Forgets a step that is not finished. */
    void clear() {
        total = 0;
        parts = 0;
    }

    /** Of trained parameters: where running averages have theirs, each part's are taken over at once. */
    private void addTo(float[] sums, FloatBuffer gradient) {
        float[] block = new float[BLOCK];
        for (ParameterLayout.Segment segment : layout.segments()) {
            int end = segment.kind().trained() && !segment.frozen() ? segment.offset() + segment.length() : 0;
            for (int at = segment.offset(); at < end; at += BLOCK) {
                int count = Math.min(BLOCK, end - at);
                gradient.get(at, block, 0, count);
                for (int i = 0; i < count; i++) {
                    sums[at + i] += block[i];
                }
            }
        }
    }
}
