package io.github.resnet4j.engine;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Stochastic gradient descent as {@code torch.optim.SGD} has it: the velocity does not include the learning rate, so a
 * change of the rate acts at once. With gradient g, parameter p and velocity v:
 *
 * <pre>
 * g += weightDecay * p
 * v  = momentum * v + g
 * p -= lr * (nesterov ? g + momentum * v : v)
 * </pre>
 *
 * DL4J's own {@code Nesterovs} keeps the learning rate inside the velocity and has no plain momentum.
 *
 * @param momentum 0 for none
 * @param nesterov look ahead (needs momentum)
 * @param weightDecay coupled: added to the gradient before the momentum
 */
public record Sgd(double momentum, boolean nesterov, double weightDecay, DecayOn decayOn, OptionalDouble clipNorm)
        implements Optimizer {
    private static final List<String> STATE = List.of("velocity");

    /** Throws {@link IllegalArgumentException} for numbers out of range and for Nesterov without momentum. */
    public Sgd {
        if (!(momentum >= 0 && momentum < 1)) {
            throw new IllegalArgumentException("momentum must be in [0, 1), got " + momentum);
        }
        if (!(weightDecay >= 0)) {
            throw new IllegalArgumentException("weight decay must not be negative, got " + weightDecay);
        }
        if (nesterov && momentum == 0) {
            throw new IllegalArgumentException("nesterov needs a momentum above 0");
        }
        if (clipNorm.isPresent() && !(clipNorm.getAsDouble() > 0)) {
            throw new IllegalArgumentException("clip norm must be positive, got " + clipNorm.getAsDouble());
        }
    }

    /** Momentum 0.9, weight decay 1e-4 on everything: He et al. 2015, section 3.4. */
    public static Sgd paper() {
        return new Sgd(0.9, false, 1e-4, DecayOn.ALL, OptionalDouble.empty());
    }

    @Override
    public List<String> stateNames() {
        return STATE;
    }

    /** One step of the first {@code count} values; gradients are multiplied by {@code scale} first. */
    void update(float[] p, float[] g, float[] v, int count, double scale, double decay, double lr) {
        float rate = (float) lr;
        float mu = (float) momentum;
        float factor = (float) scale;
        float lambda = (float) decay;
        for (int i = 0; i < count; i++) {
            float gradient = g[i] * factor + lambda * p[i];
            float velocity = mu * v[i] + gradient;
            v[i] = velocity;
            p[i] -= rate * (nesterov ? gradient + mu * velocity : velocity);
        }
    }
}
