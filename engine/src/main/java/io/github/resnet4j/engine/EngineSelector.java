package io.github.resnet4j.engine;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Between oneDNN and DL4J. */
final class EngineSelector {
    private static final Logger LOG = LoggerFactory.getLogger(EngineSelector.class);

    private EngineSelector() {}

    /**
     * A plan if {@code engine} allows one and it can be compiled, otherwise what {@code graph} makes with the reason.
     */
    static <T> T of(Engine engine, Supplier<? extends T> plan, Function<Optional<String>, ? extends T> graph) {
        if (engine == Engine.DL4J) {
            return graph.apply(Optional.empty());
        }
        try {
            return plan.get();
        } catch (UnsupportedGraphException | EngineUnavailableException e) {
            if (engine == Engine.ONEDNN) {
                throw e;
            }
            LOG.warn("DL4J computes: {}", e.getMessage());
            return graph.apply(Optional.of(e.getMessage()));
        }
    }
}
