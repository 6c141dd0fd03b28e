package io.github.resnet4j.engine;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Parameters with which any two right computations in single precision agree, however deep the network.
 *
 * <p>A gradient jumps where a value crosses ReLU's kink. Of millions of values a few are always so near to it that
 * rounding decides on which side they are, and each of them moves the gradients below it by up to some percent. And the
 * more of a channel a ReLU cuts away, the more it and the normalisation magnify the rounding of the layers before (Yang
 * et al. 2019, arXiv:1902.08129): after a hundred layers without shortcuts nothing else is left. So most of a channel is
 * positive here, and zero lies in a gap between its values. Layers without normalisation get weights and biases by which
 * their values spread as if there were one.
 */
final class Conditioning {
    /** Shift of a channel in units of its scale, and the part of the channels that are shifted up. */
    private static final float SHIFT = 1.25f;

    private static final float UP = 0.9f;

    /**
     * Where rectified maps are put together, as in GoogLeNet, 1×1 convolutions and a normalisation are next: of a channel
     * that the ReLU lets through whole, that takes the shift away, and the gradients are rounding alone.
     */
    private static final float SMALL_SHIFT = 0.3f;

    /** How far zero may move to the middle of a gap. */
    private static final float WINDOW = 0.1f;
    /** How near to zero no value may be behind a gate, and by how much a channel that has one is shifted. */
    private static final float MARGIN = 2e-5f;

    private static final float NUDGE = 2e-4f;
    private static final int TRIALS = 20;

    /**
     * What moves a value.
     *
     * @param vertex a BN, or a convolution or dense layer with biases
     * @param parameter its shift, or the biases
     * @param factor how far the value moves where that moves by 1
     */
    private record Lever(String vertex, String parameter, double factor) {
        boolean normed() {
            return parameter.equals("beta");
        }
    }

    private final Map<String, Node> nodes = new HashMap<>();
    private final ComputationGraph graph;
    private final float shift;

    private Conditioning(Network network, ComputationGraph graph) {
        network.nodes().forEach(node -> nodes.put(node.name(), node));
        this.graph = graph;
        boolean rectified = network.nodes().stream()
                .filter(node -> node.op() instanceof Op.Concat)
                .flatMap(node -> node.inputs().stream())
                .anyMatch(input -> nodes.get(input).op() instanceof Op.Relu);
        this.shift = rectified ? SMALL_SHIFT : SHIFT;
    }

    /**
     * Sets scale and shift of all BN, and biases before ReLUs, for a pass in training mode over {@code images}; and the
     * statistics of frozen BN to those of the images, lest the ReLU behind puts out nothing but zeros.
     */
    static void apply(Network network, ComputationGraph graph, INDArray images) {
        Conditioning conditioning = new Conditioning(network, graph);
        Map<String, Lever> beforeRelu = new HashMap<>();
        Map<String, String> gated = new HashMap<>();
        for (Node node : network.nodes()) {
            if (node.op() instanceof Op.Relu) {
                Node sum = conditioning.nodes.get(node.inputs().get(0));
                conditioning.lever(sum).ifPresent(lever -> beforeRelu.put(sum.name(), lever));
                conditioning.gated(sum).ifPresent(norm -> gated.put(sum.name(), norm));
            }
        }
        gated.keySet().removeAll(beforeRelu.keySet());
        conditioning.shift(beforeRelu);
        conditioning.openGaps(network, beforeRelu, gated, images);
    }

    /**
     * The BN whose shift moves what goes into a ReLU: that in front of it, or a summand, perhaps scaled; or the layer whose
     * biases do. There is none behind a gate, which lets another part through at every place.
     */
    private Optional<Lever> lever(Node node) {
        if (node.op() instanceof Op.Add) {
            return node.inputs().stream()
                    .map(nodes::get)
                    .filter(summand -> !(summand.op() instanceof Op.Add))
                    .flatMap(summand -> lever(summand).stream())
                    .findFirst();
        }
        if (node.op() instanceof Op.Scale scale) {
            return lever(nodes.get(node.inputs().get(0)))
                    .map(lever -> new Lever(lever.vertex(), lever.parameter(), lever.factor() * scale.factor()));
        }
        boolean map = node.out().height() * node.out().width() > 1; // a gate's few values stay as they are
        if (node.op() instanceof Op.Convolution c && c.bias() && map || node.op() instanceof Op.Dense d && d.bias()) {
            return Optional.of(new Lever(node.name(), "b", 1));
        }
        return node.op() instanceof Op.BatchNorm ? Optional.of(new Lever(node.name(), "beta", 1)) : Optional.empty();
    }

    /** The BN whose map is multiplied by factors and, perhaps, added to something. */
    private Optional<String> gated(Node node) {
        if (node.op() instanceof Op.Add) {
            return node.inputs().stream()
                    .map(nodes::get)
                    .filter(summand -> summand.op() instanceof Op.Multiply)
                    .flatMap(summand -> gated(summand).stream())
                    .findFirst();
        }
        Node map = node.op() instanceof Op.Multiply ? nodes.get(node.inputs().get(0)) : node;
        return map.op() instanceof Op.BatchNorm
                ? Optional.of(map.name())
                : map.op() instanceof Op.Multiply ? gated(map) : Optional.empty();
    }

    private void shift(Map<String, Lever> beforeRelu) {
        FloatBuffer parameters = graph.params().data().asNioFloat();
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            boolean bias = segment.kind() == ParameterLayout.Kind.BIAS && beforeRelu.containsKey(segment.vertex());
            if (segment.kind() != ParameterLayout.Kind.NORM && !bias) {
                continue;
            }
            float[] values = Seeded.uniform("conditioning/" + segment, segment.length(), 0, 1);
            for (int i = 0; i < values.length; i++) {
                if (segment.key().equals("gamma")) {
                    values[i] = 0.5f + values[i] / 2;
                } else if (beforeRelu.containsKey(segment.vertex())) {
                    values[i] = values[i] < UP ? shift : -shift;
                } else {
                    values[i] = 0.4f * (values[i] - 0.5f);
                }
            }
            parameters.put(segment.offset(), values);
        }
    }

    private void openGaps(Network network, Map<String, Lever> beforeRelu, Map<String, String> gated, INDArray images) {
        graph.setInputs(images); // a dense layer behind a map asks for their number
        Map<String, INDArray> values = new HashMap<>();
        values.put(Network.INPUT, images.dup());
        List<Node> done = new ArrayList<>();
        for (Node node : network.nodes()) {
            done.add(node);
            INDArray value = forward(node, values);
            Lever lever = beforeRelu.get(node.name());
            values.put(node.name(), lever == null ? value : withGaps(value, lever));
            if (gated.containsKey(node.name())) {
                Node norm = nodes.get(gated.get(node.name()));
                keepAway(norm, done.subList(done.indexOf(norm), done.size()), values);
            }
        }
        graph.clear();
    }

    private INDArray forward(Node node, Map<String, INDArray> values) {
        LayerWorkspaceMgr everywhere = LayerWorkspaceMgr.noWorkspaces();
        GraphVertex vertex = graph.getVertex(node.name());
        for (int i = 0; i < node.inputs().size(); i++) {
            vertex.setInput(i, values.get(node.inputs().get(i)), everywhere);
        }
        if (vertex.getLayer() instanceof FrozenLayer frozen && node.op() instanceof Op.BatchNorm) {
            INDArray map = values.get(node.inputs().get(0));
            frozen.getParam("mean").assign(map.mean(0, 2, 3));
            frozen.getParam("var").assign(map.var(false, 0, 2, 3));
        }
        return vertex.doForward(true, everywhere);
    }

    /**
     * Shifts the channels of a BN that have values near zero behind their gates, until none has or only those are left that
     * a gate has all but closed. A shift moves the gates, and with them all channels a little, so that there is no telling
     * where the gaps will be.
     *
     * @param nodes from the BN to those values
     */
    private void keepAway(Node norm, List<Node> nodes, Map<String, INDArray> values) {
        INDArray shift = graph.getVertex(norm.name()).getLayer().getParam("beta");
        String last = nodes.get(nodes.size() - 1).name();
        for (int trial = 0; trial < TRIALS; trial++) {
            Set<Integer> near = near(values.get(last));
            if (near.isEmpty()) {
                return;
            }
            near.forEach(channel -> shift.putScalar(channel, shift.getFloat(channel) + NUDGE));
            nodes.forEach(node -> values.put(node.name(), forward(node, values)));
        }
    }

    private static Set<Integer> near(INDArray maps) {
        float[] values = maps.dup('c').data().asFloat();
        int channels = (int) maps.size(1);
        int each = (int) (maps.size(2) * maps.size(3));
        Set<Integer> near = new TreeSet<>();
        for (int i = 0; i < values.length; i++) {
            if (Math.abs(values[i]) < MARGIN) {
                near.add(i / each % channels);
            }
        }
        return near;
    }

    /** {@code maps}, each channel moved so that zero lies in its widest gap around there. */
    private INDArray withGaps(INDArray maps, Lever lever) {
        INDArray shift = graph.getVertex(lever.vertex()).getLayer().getParam(lever.parameter());
        int channels = (int) maps.size(1);
        int each = (int) (maps.length() / maps.size(0) / channels);
        float[] values = (lever.normed() ? maps : normalised(maps, lever.vertex()))
                .dup('c')
                .data()
                .asFloat();
        for (int channel = 0; channel < channels; channel++) {
            float middle = gap(values, channel * each, channels * each, each);
            shift.putScalar(channel, shift.getFloat(channel) - middle / lever.factor());
            for (int from = channel * each; from < values.length; from += channels * each) {
                for (int i = from; i < from + each; i++) {
                    values[i] -= middle;
                }
            }
        }
        return Nd4j.createFromArray(values).reshape(maps.shape());
    }

    /** The values with other weights and biases: those of all channels with a deviation of 1, each channel shifted. */
    private INDArray normalised(INDArray values, String vertex) {
        double deviation = values.std().getDouble(0);
        Layer layer = graph.getVertex(vertex).getLayer();
        layer.getParam("W").divi(deviation);
        INDArray bias = layer.getParam("b").divi(deviation);
        INDArray divided = values.div(deviation);
        float[] drawn = Seeded.uniform("conditioning/" + vertex, (int) values.size(1), 0, 1);
        for (int channel = 0; channel < drawn.length; channel++) {
            INDArray part = divided.get(NDArrayIndex.all(), NDArrayIndex.point(channel));
            double spread = part.std().getDouble(0);
            double by = (drawn[channel] < UP ? shift : -shift) * spread
                    - part.mean().getDouble(0);
            part.addi(by);
            bias.putScalar(channel, bias.getDouble(channel) + by);
        }
        return divided;
    }

    private static float gap(float[] values, int first, int stride, int each) {
        float[] near = new float[2 + values.length / stride * each];
        int count = 0;
        near[count++] = -WINDOW;
        near[count++] = WINDOW;
        for (int from = first; from < values.length; from += stride) {
            for (int i = from; i < from + each; i++) {
                if (Math.abs(values[i]) < WINDOW) {
                    near[count++] = values[i];
                }
            }
        }
        Arrays.sort(near, 0, count);
        int widest = 1;
        for (int i = 2; i < count; i++) {
            widest = near[i] - near[i - 1] > near[widest] - near[widest - 1] ? i : widest;
        }
        return (near[widest] + near[widest - 1]) / 2;
    }
}
