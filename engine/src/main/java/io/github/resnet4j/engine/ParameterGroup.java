package io.github.resnet4j.engine;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * Parameters that are updated otherwise than the rest, as a {@code param_group} of {@code torch.optim}.
 *
 * @param vertices names of the vertices whose parameters they are, at least one
 * @param lrFactor what a step's learning rate is multiplied by, at least 0
 * @param weightDecay in place of the optimiser's, at least 0; it covers the same kinds of parameters
 * @param since steps done when their training began, at least 0: those of {@link AdamW} count from there
 */
public record ParameterGroup(Set<String> vertices, double lrFactor, OptionalDouble weightDecay, long since) {
    /** Throws {@link IllegalArgumentException} for numbers out of range and for a group of nothing. */
    public ParameterGroup {
        vertices = Set.copyOf(vertices);
        if (vertices.isEmpty()) {
            throw new IllegalArgumentException("a group of parameters needs at least one vertex");
        }
        if (!(lrFactor >= 0) || Double.isInfinite(lrFactor)) {
            throw new IllegalArgumentException("a factor of the learning rate must not be negative, got " + lrFactor);
        }
        if (weightDecay.isPresent() && !(weightDecay.getAsDouble() >= 0)) {
            throw new IllegalArgumentException("weight decay must not be negative, got " + weightDecay.getAsDouble());
        }
        if (since < 0) {
            throw new IllegalArgumentException("a group cannot begin after " + since + " steps");
        }
    }
}
