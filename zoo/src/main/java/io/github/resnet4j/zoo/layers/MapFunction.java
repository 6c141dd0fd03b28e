package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.Draws;
import io.github.resnet4j.zoo.network.Shape;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.FrozenVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs a {@link MapVertex}, which sees only maps: vectors become maps of C×1×1, and vectors again. */
@SuppressWarnings("overrides") // BaseGraphVertex implements a varargs method without varargs
final class MapFunction extends BaseGraphVertex {
    private static final long serialVersionUID = 1L;

    private final MapVertex conf;

    /** Those of the last forward pass, if it was one of training. */
    private transient Draws draws;

    MapFunction(ComputationGraph graph, String name, int index, MapVertex conf, DataType dataType) {
        super(graph, name, index, null, null, dataType);
        this.conf = conf;
    }

    @Override
    public boolean hasLayer() {
        return false;
    }

    @Override
    public Layer getLayer() {
        return null;
    }

    @Override
    public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
        INDArray[] in = maps();
        Shape shape = conf.outShape(in);
        INDArray out = workspaces.create(ArrayType.ACTIVATIONS, in[0].dataType(), batch(in, shape), 'c');
        draws = training && !frozen() ? draws() : null;
        if (draws == null) {
            conf.forward(in, out);
        } else {
            conf.forward(in, out, draws);
        }
        return inputs[0].rank() == 2 && MapVertex.isVector(shape) ? out.reshape('c', out.size(0), out.size(1)) : out;
    }

    @Override
    public Pair<Gradient, INDArray[]> doBackward(boolean truncated, LayerWorkspaceMgr workspaces) {
        INDArray[] in = maps();
        INDArray gradient = epsilon.reshape('c', batch(in, conf.outShape(in)));
        INDArray[] back = new INDArray[in.length];
        for (int i = 0; i < back.length; i++) {
            back[i] = workspaces.create(ArrayType.ACTIVATION_GRAD, in[i].dataType(), in[i].shape(), 'c');
        }
        if (draws == null) {
            conf.backward(in, gradient, back);
        } else {
            conf.backward(in, gradient, back, draws);
        }
        for (int i = 0; i < back.length; i++) {
            back[i] = back[i].reshape('c', inputs[i].shape());
        }
        return new Pair<>(null, back);
    }

    /** DL4J tells a frozen vertex that it trains, unlike a frozen layer. */
    private boolean frozen() {
        return graph.getVertex(vertexName) instanceof FrozenVertex;
    }

    private Draws draws() {
        ComputationGraphConfiguration configuration = graph.getConfiguration();
        return Draws.of(
                configuration.getDefaultConfiguration().getSeed(), configuration.getIterationCount(), vertexName);
    }

    private static long[] batch(INDArray[] in, Shape shape) {
        return new long[] {in[0].size(0), shape.channels(), shape.height(), shape.width()};
    }

    private INDArray[] maps() {
        INDArray[] maps = new INDArray[inputs.length];
        for (int i = 0; i < maps.length; i++) {
            INDArray in = inputs[i];
            maps[i] = in.rank() == 2 ? in.reshape('c', in.size(0), in.size(1), 1, 1) : in;
        }
        return maps;
    }

    @Override
    public void setBackpropGradientsViewArray(INDArray view) {
        if (view != null) {
            throw new IllegalArgumentException("vertex " + vertexName + " has no parameters");
        }
    }

    @Override
    public Pair<INDArray, MaskState> feedForwardMaskArrays(INDArray[] masks, MaskState state, int minibatch) {
        return masks == null || masks.length == 0 ? null : new Pair<>(masks[0], state);
    }

    @Override
    public String toString() {
        return conf + " " + vertexName;
    }
}
