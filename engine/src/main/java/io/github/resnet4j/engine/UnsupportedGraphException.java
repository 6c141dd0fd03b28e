package io.github.resnet4j.engine;

import java.util.List;
import java.util.stream.Collectors;

/** A graph has vertices, or settings of vertices, that the engine does not support. */
public final class UnsupportedGraphException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<UnsupportedReason> reasons;

    /**
     * One reason.
     *
     * @param vertex name of the vertex
     * @param reason what about it is not supported
     */
    public record UnsupportedReason(String vertex, String reason) {
        @Override
        public String toString() {
            return vertex + ": " + reason;
        }
    }

    /** @param reasons all reasons, at least one */
    public UnsupportedGraphException(List<UnsupportedReason> reasons) {
        this("the engine cannot run this graph: ", reasons);
    }

    private UnsupportedGraphException(String lead, List<UnsupportedReason> reasons) {
        super(lead + reasons.stream().map(UnsupportedReason::toString).collect(Collectors.joining("; ")));
        this.reasons = List.copyOf(reasons);
    }

    /** For a graph that DL4J cannot run either. */
    public static UnsupportedGraphException inAnyEngine(List<UnsupportedReason> reasons) {
        return new UnsupportedGraphException("no engine can run this graph as it is configured: ", reasons);
    }

    /** For a graph that cannot be written as an ONNX model. */
    public static UnsupportedGraphException notInOnnx(List<UnsupportedReason> reasons) {
        return new UnsupportedGraphException("this graph cannot be exported to ONNX: ", reasons);
    }

    /** All reasons. */
    public List<UnsupportedReason> reasons() {
        return reasons;
    }
}
