package io.github.resnet4j.engine;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a graph takes and gives, as far as its configuration says. DL4J keeps no heights and widths there, and takes
 * pictures of any size where the layers can.
 *
 * @param channels of the pictures
 * @param outputs values of the output for one picture
 */
record Signature(OptionalLong channels, OptionalLong outputs) {

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
        return new Signature(channels(configuration, inputs.get(0)), outputs(configuration, outputs.get(0)));
    }

    /** @throws IllegalArgumentException if these cannot be the graph's pictures */
    void requirePictures(INDArray features) {
        if (features.rank() != 4 || channels.isPresent() && features.size(1) != channels.getAsLong()) {
            throw new IllegalArgumentException("the graph takes batches of N×"
                    + (channels.isPresent() ? channels.getAsLong() : "C") + "×H×W, the batch is "
                    + Arrays.toString(features.shape()));
        }
    }

    /** @throws IllegalArgumentException if these cannot be the labels of {@code batch} pictures */
    void requireLabels(INDArray labels, long batch) {
        if (labels.rank() != 2
                || labels.size(0) != batch
                || outputs.isPresent() && labels.size(1) != outputs.getAsLong()) {
            throw new IllegalArgumentException("the batch needs labels of " + batch + "×"
                    + (outputs.isPresent() ? outputs.getAsLong() : "classes") + ", got "
                    + Arrays.toString(labels.shape()));
        }
    }

    /** The channels of the first layer that has weights, through layers that keep their number. */
    private static OptionalLong channels(ComputationGraphConfiguration configuration, String input) {
        Deque<String> reached = new ArrayDeque<>(List.of(input));
        while (!reached.isEmpty()) {
            String name = reached.remove();
            for (Map.Entry<String, List<String>> reader :
                    configuration.getVertexInputs().entrySet()) {
                GraphVertex vertex = configuration.getVertices().get(reader.getKey());
                if (!reader.getValue().contains(name)
                        || !(vertex instanceof LayerVertex layer)
                        || layer.getPreProcessor() != null) {
                    continue;
                }
                Layer conf = layer(layer);
                if (conf instanceof FeedForwardLayer weights && weights.getNIn() > 0) {
                    return OptionalLong.of(weights.getNIn());
                }
                if (conf instanceof ZeroPaddingLayer
                        || conf instanceof ActivationLayer
                        || conf instanceof SubsamplingLayer) {
                    reached.add(reader.getKey());
                }
            }
        }
        return OptionalLong.empty();
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
