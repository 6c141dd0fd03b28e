package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.ChannelPadding;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Runs a {@link ZeroPadShortcutVertex}. The gradient of a copy is a copy; dropped rows and columns get zero. */
@SuppressWarnings("overrides") // BaseGraphVertex implements a varargs method without varargs
final class ZeroPadShortcut extends BaseGraphVertex {
    private static final long serialVersionUID = 1L;

    private final ZeroPadShortcutVertex conf;

    ZeroPadShortcut(ComputationGraph graph, String name, int index, ZeroPadShortcutVertex conf, DataType dataType) {
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
        INDArray in = inputs[0];
        long rows = (in.size(2) - 1) / conf.stride() + 1;
        long columns = (in.size(3) - 1) / conf.stride() + 1;
        INDArray out = workspaces.create(
                ArrayType.ACTIVATIONS, in.dataType(), new long[] {in.size(0), conf.outChannels(), rows, columns}, 'c');
        out.get(carried(in.size(1))).assign(in.get(kept(in)));
        return out;
    }

    @Override
    public Pair<Gradient, INDArray[]> doBackward(boolean truncated, LayerWorkspaceMgr workspaces) {
        INDArray in = inputs[0];
        INDArray back = workspaces.create(ArrayType.ACTIVATION_GRAD, in.dataType(), in.shape(), 'c');
        back.get(kept(in)).assign(epsilon.get(carried(in.size(1))));
        return new Pair<>(null, new INDArray[] {back});
    }

    /** The channels of the output that hold the input's. */
    private INDArrayIndex[] carried(long inChannels) {
        long first = conf.padding() == ChannelPadding.BOTH_SIDES ? (conf.outChannels() - inChannels) / 2 : 0;
        return new INDArrayIndex[] {
            NDArrayIndex.all(), NDArrayIndex.interval(first, first + inChannels), NDArrayIndex.all(), NDArrayIndex.all()
        };
    }

    /** The rows and columns of the input that reach the output. */
    private INDArrayIndex[] kept(INDArray in) {
        return new INDArrayIndex[] {
            NDArrayIndex.all(), NDArrayIndex.all(), every(conf.stride(), in.size(2)), every(conf.stride(), in.size(3))
        };
    }

    /** ND4J refuses a step beyond the end, as in one row with stride 2. */
    private static INDArrayIndex every(int stride, long size) {
        return NDArrayIndex.interval(0, Math.min(stride, size), size);
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
        return "ZeroPadShortcut(name=" + vertexName + ", outChannels=" + conf.outChannels() + ", stride="
                + conf.stride() + ")";
    }
}
