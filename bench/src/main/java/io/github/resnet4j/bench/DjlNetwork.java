package io.github.resnet4j.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.resnet4j.zoo.network.ChannelPadding;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * A network of the zoo made of DJL's blocks. Input N×C×H×W, output the logits, N×classes. DJL's own ResNets differ:
 * bottlenecks in every depth, and no option A shortcut.
 */
final class DjlNetwork extends AbstractBlock {
    private final Network network;
    private final List<Step> steps = new ArrayList<>();

    /**
     * A node and what computes it.
     *
     * @param node the operation
     * @param block of DJL; it takes the node's inputs
     * @param spent inputs that no later node reads
     */
    private record Step(Node node, Block block, List<String> spent) {}

    DjlNetwork(Network network) {
        this.network = network;
        Map<String, Node> lastReader = new HashMap<>();
        network.nodes().forEach(node -> node.inputs().forEach(input -> lastReader.put(input, node)));
        for (Node node : network.nodes()) {
            List<String> spent = node.inputs().stream()
                    .filter(input -> !input.equals(Network.INPUT) && lastReader.get(input) == node)
                    .toList();
            steps.add(new Step(node, addChildBlock(node.name(), block(node)), spent));
        }
    }

    /** Values that are trained, after the block was initialised. */
    long trainedValues() {
        return getParameters().values().stream()
                .filter(Parameter::requiresGradient)
                .mapToLong(parameter -> parameter.getArray().size())
                .sum();
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store, NDList inputs, boolean training, PairList<String, Object> params) {
        Map<String, NDArray> values = new HashMap<>();
        values.put(Network.INPUT, inputs.head());
        NDArray last = inputs.head();
        for (Step step : steps) {
            NDList read =
                    new NDList(step.node().inputs().stream().map(values::get).toList());
            last = step.block().forward(store, read, training).head();
            values.put(step.node().name(), last);
            // Autograd keeps what it needs; without this all maps would live to the end of the batch.
            step.spent().forEach(name -> values.remove(name).close());
        }
        return new NDList(last);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType dataType, Shape... inputShapes) {
        long batch = inputShapes[0].get(0);
        for (Step step : steps) {
            io.github.resnet4j.zoo.network.Shape in = step.node().in();
            step.block()
                    .initialize(
                            manager,
                            dataType,
                            step.node().op() instanceof Op.Dense
                                    ? new Shape(batch, in.elements())
                                    : new Shape(batch, in.channels(), in.height(), in.width()));
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), network.classes())};
    }

    private static Block block(Node node) {
        Op op = node.op();
        if (op instanceof Op.Convolution c) {
            return Conv2d.builder()
                    .setFilters(c.outChannels())
                    .setKernelShape(pair(c.window(), Window.Axis::kernel))
                    .optStride(pair(c.window(), Window.Axis::stride))
                    .optPadding(pair(c.window(), Window.Axis::padding))
                    .optDilation(pair(c.window(), Window.Axis::dilation))
                    .optGroups(c.groups())
                    .optBias(c.bias())
                    .build();
        }
        if (op instanceof Op.BatchNorm bn) {
            return BatchNorm.builder()
                    .optEpsilon((float) bn.eps())
                    .optMomentum((float) bn.decay())
                    .build();
        }
        if (op instanceof Op.Relu) {
            return Activation.reluBlock();
        }
        if (op instanceof Op.MaxPool p) {
            return Pool.maxPool2dBlock(
                    pair(p.window(), Window.Axis::kernel),
                    pair(p.window(), Window.Axis::stride),
                    pair(p.window(), Window.Axis::padding));
        }
        if (op instanceof Op.AvgPool p) {
            return Pool.avgPool2dBlock(
                    pair(p.window(), Window.Axis::kernel),
                    pair(p.window(), Window.Axis::stride),
                    pair(p.window(), Window.Axis::padding));
        }
        if (op instanceof Op.GlobalAvgPool) {
            return Pool.globalAvgPool2dBlock();
        }
        if (op instanceof Op.Add) {
            return new LambdaBlock(inputs -> new NDList(inputs.get(0).add(inputs.get(1))));
        }
        if (op instanceof Op.Concat) {
            return new LambdaBlock(inputs -> new NDList(NDArrays.concat(inputs, 1)));
        }
        if (op instanceof Op.ZeroPadShortcut s) {
            return new LambdaBlock(inputs -> new NDList(shortcut(inputs.head(), s)));
        }
        if (op instanceof Op.Dense d) {
            return Linear.builder().setUnits(d.out()).optBias(d.bias()).build();
        }
        throw new IllegalArgumentException(node.name() + ": no DJL block for " + op);
    }

    private static Shape pair(Window window, ToIntFunction<Window.Axis> size) {
        return new Shape(size.applyAsInt(window.rows()), size.applyAsInt(window.columns()));
    }

    private static NDArray shortcut(NDArray x, Op.ZeroPadShortcut s) {
        long missing = s.outChannels() - x.getShape().get(1);
        long before = s.padding() == ChannelPadding.BOTH_SIDES ? missing / 2 : 0;
        NDArray strided = x.get(":, :, ::" + s.stride() + ", ::" + s.stride());
        // torch's order: the last dimension first, before and behind.
        return strided.pad(new Shape(0, 0, 0, 0, before, missing - before), 0);
    }
}
