package io.github.resnet4j.engine;

import java.util.List;
import java.util.OptionalLong;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What a graph gives, as far as its configuration says.
 *
 * @param outputs values of the output for one image
 */
record Signature(OptionalLong outputs) {

    /**
     * @throws IllegalArgumentException if the graph has more than one input or output or is not in single precision
     */
    static Signature of(ComputationGraph graph) {
        ComputationGraphConfiguration configuration = graph.getConfiguration();
        List<String> inputs = configuration.getNetworkInputs();
        List<String> outputs = configuration.getNetworkOutputs();
        if (inputs.size() != 1 || outputs.size() != 1) {
            throw new IllegalArgumentException(
                    "a graph with one input and one output is needed, this one has " + inputs + " and " + outputs);
        }
        if (configuration.getDataType() != DataType.FLOAT) {
            throw new IllegalArgumentException("a FLOAT graph is needed, got " + configuration.getDataType());
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
        Layer layer = vertex.getLayerConf().getLayer();
        return layer instanceof FrozenLayer frozen ? frozen.getLayer() : layer;
    }
}
