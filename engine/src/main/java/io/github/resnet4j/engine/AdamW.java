package io.github.resnet4j.engine;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv:1711.05101) as {@code torch.optim.AdamW} has it. With
 * gradient g, parameter p, averages m and s, and the number t of the step, from 1:
 *
 * <pre>
 * p *= 1 - lr * weightDecay
 * m  = beta1 * m + (1 - beta1) * g
 * s  = beta2 * s + (1 - beta2) * g²
 * p -= lr / (1 - beta1^t) * m / (√(s / (1 - beta2^t)) + epsilon)
 * </pre>
 *
 * @param beta1 how much of the mean gradient is kept, at least 0 and less than 1
 * @param beta2 how much of the mean square is kept, at least 0 and less than 1
 * @param epsilon keeps the quotient finite, greater than 0
 * @param weightDecay decoupled: parameters shrink by it, whatever their gradients
 */
public record AdamW(
        double beta1, double beta2, double epsilon, double weightDecay, DecayOn decayOn, OptionalDouble clipNorm)
        implements Optimizer {
    private static final List<String> STATE = List.of("mean", "mean-square");

    /** Throws {@link IllegalArgumentException} for numbers out of range. */
    public AdamW {
        if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1)) {
            throw new IllegalArgumentException("betas must be in [0, 1), got " + beta1 + " and " + beta2);
        }
        if (!(epsilon > 0)) {
            throw new IllegalArgumentException("epsilon must be positive, got " + epsilon);
        }
        if (!(weightDecay >= 0)) {
            throw new IllegalArgumentException("weight decay must not be negative, got " + weightDecay);
        }
        if (clipNorm.isPresent() && !(clipNorm.getAsDouble() > 0)) {
            throw new IllegalArgumentException("clip norm must be positive, got " + clipNorm.getAsDouble());
        }
    }

    @Override
    public List<String> stateNames() {
        return STATE;
    }

    /**
     * One step of the first {@code count} values; gradients are multiplied by {@code scale} first.
     *
     * @param t number of the step, from 1
     */
    void update(
            float[] p,
            float[] g,
            float[] mean,
            float[] square,
            int count,
            double scale,
            double decay,
            double lr,
            long t) {
        float factor = (float) scale;
        float keep = (float) (1 - lr * decay);
        float b1 = (float) beta1;
        float b2 = (float) beta2;
        float rest1 = (float) (1 - beta1);
        float rest2 = (float) (1 - beta2);
        float rate = (float) (lr / (1 - Math.pow(beta1, t)));
        float correction = (float) (1 / Math.sqrt(1 - Math.pow(beta2, t)));
        float tiny = (float) epsilon;
        for (int i = 0; i < count; i++) {
            float gradient = g[i] * factor;
            float m = b1 * mean[i] + rest1 * gradient;
            float s = b2 * square[i] + rest2 * gradient * gradient;
            mean[i] = m;
            square[i] = s;
            p[i] = keep * p[i] - rate * m / ((float) Math.sqrt(s) * correction + tiny);
        }
    }
}
