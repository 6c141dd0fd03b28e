package io.github.resnet4j.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An optimiser and the parameters for which it does something else.
 *
 * @param optimizer of all parameters
 * @param groups without a vertex in common
 */
public record UpdateRule(Optimizer optimizer, List<ParameterGroup> groups) {
    /** Throws {@link IllegalArgumentException} if a vertex is in two groups. */
    public UpdateRule {
        groups = List.copyOf(groups);
        Set<String> seen = new HashSet<>();
        for (ParameterGroup group : groups) {
            for (String vertex : group.vertices()) {
                if (!seen.add(vertex)) {
                    throw new IllegalArgumentException(vertex + " is in two groups of parameters");
                }
            }
        }
    }

    /** The same for all parameters. */
    public static UpdateRule of(Optimizer optimizer) {
        return new UpdateRule(optimizer, List.of());
    }
}
