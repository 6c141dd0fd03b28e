package io.github.resnet4j.engine;

import io.github.resnet4j.engine.UnsupportedGraphException.UnsupportedReason;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Picks oneDNN if it can run the graph, DL4J otherwise, and neither if DL4J cannot. */
final class EngineSelector {
    private static final Logger LOG = LoggerFactory.getLogger(EngineSelector.class);

    private EngineSelector() {}

    /**
     * A plan if {@code engine} allows one and it can be compiled, otherwise the result of {@code graph} with the
     * reason.
     *
     * @throws UnsupportedGraphException with the reasons of every engine that was allowed
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
            T chosen = instead(e, graph);
            LOG.warn("DL4J computes: {}", e.getMessage());
            return chosen;
        }
    }

    private static <T> T instead(RuntimeException refusal, Function<Optional<String>, ? extends T> graph) {
        try {
            return graph.apply(Optional.of(refusal.getMessage()));
        } catch (UnsupportedGraphException e) {
            Set<UnsupportedReason> all = new LinkedHashSet<>(
                    refusal instanceof UnsupportedGraphException unsupported
                            ? unsupported.reasons()
                            : List.of(new UnsupportedReason(Engine.ONEDNN.key(), refusal.getMessage())));
            all.addAll(e.reasons());
            throw UnsupportedGraphException.inAnyEngine(List.copyOf(all));
        }
    }
}
