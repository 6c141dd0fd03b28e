package io.github.resnet4j.engine;

import io.github.resnet4j.engine.UnsupportedGraphException.UnsupportedReason;
import io.github.resnet4j.engine.internal.read.GraphReader;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What a graph outputs, according to its configuration.
 *
 * @param outputs values of the output for one image
 */
record Signature(OptionalLong outputs) {

    /**
     * @throws UnsupportedGraphException if the graph has more than one input, or output but auxiliary ones, is not in single precision, or
     *     has more parameters than arrays of Java's can show
     */
    static Signature of(ComputationGraph graph) {
        return of(graph, false);
    }

    /** The same for inference, in which there may be several outputs; the values are those of the first. */
    static Signature ofInference(ComputationGraph graph) {
        return of(graph, true);
    }

    private static Signature of(ComputationGraph graph, boolean severalOutputs) {
        ComputationGraphConfiguration configuration = graph.getConfiguration();
        List<String> inputs = configuration.getNetworkInputs();
        List<String> outputs = GraphReader.outputs(configuration);
        List<UnsupportedReason> reasons = new ArrayList<>();
        if (configuration.getDataType() != DataType.FLOAT) {
            reasons.add(
                    new UnsupportedReason("graph", "its data type is " + configuration.getDataType() + ", not FLOAT"));
        }
        if (inputs.size() != 1 || outputs.size() != 1 && !severalOutputs) {
            reasons.add(new UnsupportedReason(
                    "graph", "it has the inputs " + inputs + " and the outputs " + outputs + ", not one of each"));
        }
        if (!reasons.isEmpty()) {
            throw new UnsupportedGraphException(reasons);
        }
        return new Signature(outputs(configuration, outputs.get(0)));
    }

    /** The outputs of the last layer that has weights, through layers that keep their number. */
    private static OptionalLong outputs(ComputationGraphConfiguration configuration, String output) {
        String name = output;
        while (configuration.getVertices().get(name) instanceof LayerVertex layer) {
            Layer conf = layer(layer);
            if (conf instanceof FeedForwardLayer weights && weights.getNOut() > 0) {
                return OptionalLong.of(weights.getNOut());
            }
            if (!(conf instanceof LossLayer || conf instanceof ActivationLayer || conf instanceof GlobalPoolingLayer)) {
                break;
            }
            name = configuration.getVertexInputs().get(name).get(0);
        }
        return OptionalLong.empty();
    }

    private static Layer layer(LayerVertex vertex) {
        return GraphReader.unwrapped(vertex.getLayerConf().getLayer());
    }
}
