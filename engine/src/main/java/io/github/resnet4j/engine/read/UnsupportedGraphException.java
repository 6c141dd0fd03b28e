package io.github.resnet4j.engine.read;

import java.util.List;
import java.util.stream.Collectors;

/** A graph has vertices that the engine does not know, or settings of vertices that it does not follow. */
public final class UnsupportedGraphException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Obstacle> obstacles;

    /**
     * One reason.
     *
     * @param vertex name of the vertex
     * @param reason what of it is not supported
     */
    public record Obstacle(String vertex, String reason) {
        @Override
        public String toString() {
            return vertex + ": " + reason;
        }
    }

    /** @param obstacles all there are, at least one */
    public UnsupportedGraphException(List<Obstacle> obstacles) {
        this("the engine cannot run this graph: ", obstacles);
    }

    private UnsupportedGraphException(String lead, List<Obstacle> obstacles) {
        super(lead + obstacles.stream().map(Obstacle::toString).collect(Collectors.joining("; ")));
        this.obstacles = List.copyOf(obstacles);
    }

    /** That DL4J cannot run the graph either. */
    public static UnsupportedGraphException inAnyEngine(List<Obstacle> obstacles) {
        return new UnsupportedGraphException("no engine can run this graph as it is configured: ", obstacles);
    }

    /** Every reason. */
    public List<Obstacle> obstacles() {
        return obstacles;
    }
}
