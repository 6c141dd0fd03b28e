package io.github.resnet4j.engine;

import io.github.resnet4j.engine.internal.read.GraphReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The layout of the flat parameter array of a DL4J graph. The flat gradient has the same layout. */
public final class ParameterLayout {

    /** What a segment is to the optimiser. */
    public enum Kind {
        /** A kernel or matrix. */
        WEIGHT,
        /** A bias. */
        BIAS,
        /** BN's scale or shift. */
        NORM,
        /** BN's running mean; DL4J keeps it among the parameters and its change among the gradients. */
        RUNNING_MEAN,
        /** BN's running variance, kept likewise. */
        RUNNING_VAR,
        /** The logarithm to base 10 of the running standard deviation, DL4J's default instead of the variance. */
        RUNNING_LOG_DEVIATION;

        /** Whether the optimiser trains it; the others are averages. */
        public boolean trained() {
            return this == WEIGHT || this == BIAS || this == NORM;
        }
    }

    /**
     * One parameter of one vertex.
     *
     * @param vertex the vertex's name
     * @param key DL4J's name of the parameter: {@code W}, {@code b}, {@code gamma}, {@code beta}, {@code mean}, {@code var}
     * @param kind what it is to the optimiser
     * @param offset first value in the flat array
     * @param length number of values
     * @param frozen it must not change
     */
    public record Segment(String vertex, String key, Kind kind, int offset, int length, boolean frozen) {}

    private final List<Segment> segments;

    private ParameterLayout(List<Segment> segments) {
        this.segments = List.copyOf(segments);
    }

    /**
     * The layout of {@code graph}'s parameters, in the order of the flat array.
     *
     * @throws UnsupportedGraphException if there are more than Java can address as one array
     */
    public static ParameterLayout of(ComputationGraph graph) {
        GraphReader.requireFewParameters(graph);
        List<Segment> found = new ArrayList<>();
        // The graph's list of layers does not show what setLayerAsFrozen does to a vertex.
        for (GraphVertex vertex : graph.getVertices()) {
            if (!vertex.hasLayer()) {
                continue;
            }
            Layer layer = vertex.getLayer();
            boolean norm = GraphReader.unwrapped(layer) instanceof BatchNormalization;
            boolean frozen = GraphReader.isFrozen(vertex);
            for (Map.Entry<String, INDArray> parameter : layer.paramTable().entrySet()) {
                INDArray view = parameter.getValue();
                found.add(new Segment(
                        vertex.getVertexName(),
                        parameter.getKey(),
                        kind(norm, parameter.getKey()),
                        Math.toIntExact(view.offset()),
                        Math.toIntExact(view.length()),
                        frozen));
            }
        }
        found.sort(Comparator.comparingInt(Segment::offset));
        int end = 0;
        for (Segment segment : found) {
            if (segment.offset() != end) {
                throw new IllegalStateException(
                        "the parameters of " + segment.vertex() + " are not a view of the graph's");
            }
            end += segment.length();
        }
        if (end != graph.numParams()) {
            throw new IllegalStateException("the layers have " + end + " parameters, the graph " + graph.numParams());
        }
        return new ParameterLayout(found);
    }

    private static Kind kind(boolean norm, String key) {
        if (!norm) {
            return key.equals("b") ? Kind.BIAS : Kind.WEIGHT;
        }
        return switch (key) {
            case BatchNormalizationParamInitializer.GAMMA, BatchNormalizationParamInitializer.BETA -> Kind.NORM;
            case BatchNormalizationParamInitializer.GLOBAL_MEAN -> Kind.RUNNING_MEAN;
            case BatchNormalizationParamInitializer.GLOBAL_VAR -> Kind.RUNNING_VAR;
            case BatchNormalizationParamInitializer.GLOBAL_LOG_STD -> Kind.RUNNING_LOG_DEVIATION;
            default -> throw new IllegalStateException("batch normalisation has no parameter " + key);
        };
    }

    /** The segments, first to last, without gaps. */
    public List<Segment> segments() {
        return segments;
    }
}
