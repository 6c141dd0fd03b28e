package io.github.resnet4j.engine;

import java.util.List;
import java.util.stream.Collectors;

/** A graph has vertices that the engine does not know, or settings of vertices that it does not follow. */
public final class UnsupportedGraphException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<UnsupportedReason> reasons;

    /**
     * One reason.
     *
     * @param vertex name of the vertex
     * @param reason what of it is not supported
     */
    public record UnsupportedReason(String vertex, String reason) {
        @Override
        public String toString() {
            return vertex + ": " + reason;
        }
    }

    /** @param reasons all there are, at least one */
    public UnsupportedGraphException(List<UnsupportedReason> reasons) {
        this("the engine cannot run this graph: ", reasons);
    }

    private UnsupportedGraphException(String lead, List<UnsupportedReason> reasons) {
        super(lead + reasons.stream().map(UnsupportedReason::toString).collect(Collectors.joining("; ")));
        this.reasons = List.copyOf(reasons);
    }

    /** That DL4J cannot run the graph either. */
    public static UnsupportedGraphException inAnyEngine(List<UnsupportedReason> reasons) {
        return new UnsupportedGraphException("no engine can run this graph as it is configured: ", reasons);
    }

    /** Every reason. */
    public List<UnsupportedReason> reasons() {
        return reasons;
    }
}
