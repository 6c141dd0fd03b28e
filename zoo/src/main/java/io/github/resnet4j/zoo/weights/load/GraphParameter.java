package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.network.Slot;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where a graph has the numbers of a slot: a piece of its flat parameters, in PyTorch's order. DL4J has convolutions as
 * PyTorch has them, and the matrix of a dense layer transposed, but column by column, which comes to the same.
 *
 * @param flat all parameters of the graph
 * @param offset of the first number
 * @param length how many
 * @param logStd whether these are variances, kept as {@link LogStd}
 */
record GraphParameter(INDArray flat, int offset, int length, boolean logStd) {

    /**
     * Finds it.
     *
     * @throws IllegalArgumentException if the graph has no such layer, or one of another size
     */
    static GraphParameter of(ComputationGraph graph, Slot slot) {
        String vertex = slot.node().name();
        Layer layer = graph.getVertex(vertex) == null ? null : graph.getLayer(vertex);
        Map<String, INDArray> table = layer == null ? Map.of() : layer.paramTable();
        boolean logStd = slot.role() == Slot.Role.RUNNING_VAR
                && table.containsKey(BatchNormalizationParamInitializer.GLOBAL_LOG_STD);
        INDArray view = table.get(logStd ? BatchNormalizationParamInitializer.GLOBAL_LOG_STD : key(slot.role()));
        if (view == null || view.length() != slot.elements()) {
            throw new IllegalArgumentException("the graph has no " + slot.name() + " of shape " + slot.shape());
        }
        return new GraphParameter(
                graph.params(), Math.toIntExact(view.offset()), Math.toIntExact(view.length()), logStd);
    }

    private static String key(Slot.Role role) {
        return switch (role) {
            case WEIGHT, SLOPE -> DefaultParamInitializer.WEIGHT_KEY;
            case BIAS -> DefaultParamInitializer.BIAS_KEY;
            case GAMMA -> BatchNormalizationParamInitializer.GAMMA;
            case BETA -> BatchNormalizationParamInitializer.BETA;
            case RUNNING_MEAN -> BatchNormalizationParamInitializer.GLOBAL_MEAN;
            case RUNNING_VAR -> BatchNormalizationParamInitializer.GLOBAL_VAR;
        };
    }

    /** Room for the numbers in single precision: the graph's own, if that is its precision. */
    FloatBuffer room() {
        return flat.dataType() == DataType.FLOAT ? floats() : FloatBuffer.allocate(length);
    }

    /** Takes over what was put into the {@link #room}. */
    void keep(FloatBuffer room) {
        if (logStd) {
            for (int i = 0; i < length; i++) {
                room.put(i, LogStd.ofVariance(room.get(i)));
            }
        }
        if (flat.dataType() != DataType.FLOAT) {
            DoubleBuffer all = flat.data().asNioDouble();
            for (int i = 0; i < length; i++) {
                all.put(all.position() + offset + i, room.get(i));
            }
        }
    }

    /** Copies the numbers from number {@code from} on into all the room of {@code into}. */
    void copy(int from, FloatBuffer into) {
        FloatBuffer source = floats().slice(from, into.remaining());
        if (!logStd) {
            into.put(source);
        }
        while (into.hasRemaining()) {
            into.put(LogStd.toVariance(source.get()));
        }
    }

    private FloatBuffer floats() {
        FloatBuffer all = flat.data().asNioFloat();
        return all.slice(all.position() + offset, length);
    }
}
