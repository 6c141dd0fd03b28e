package io.github.resnet4j.engine;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Numbers drawn from names, the same as those of {@code make_golden.py}, to the last bit. */
final class Seeded {
    private Seeded() {}

    /** Outputs of SplitMix64 from the state FNV-1a(name). */
    static long[] bits(String name, int count) {
        long state = 0xCBF29CE484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            state = (state ^ (b & 0xff)) * 0x100000001B3L;
        }
        long[] bits = new long[count];
        for (int i = 0; i < count; i++) {
            long z = state + (i + 1) * 0x9E3779B97F4A7C15L;
            z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
            z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
            bits[i] = z ^ (z >>> 31);
        }
        return bits;
    }

    /** Values in {@code [low, high)}. */
    static float[] uniform(String name, int count, double low, double high) {
        long[] bits = bits(name, count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (low + (high - low) * ((bits[i] >>> 40) / (double) (1 << 24)));
        }
        return values;
    }

    /** N×C×H×W images for {@code network}. */
    static INDArray images(String name, int count, Network network) {
        return images(name, count, network.input());
    }

    /** N×C×H×W images of {@code shape}. */
    static INDArray images(String name, int count, Shape shape) {
        int size = Math.toIntExact(count * shape.elements());
        return Nd4j.createFromArray(uniform(name + "/pictures", size, -2, 2))
                .reshape(count, shape.channels(), shape.height(), shape.width());
    }

    /** N×classes labels: {@code 1 - smoothing} on the right class and {@code smoothing} spread over all. */
    static INDArray labels(String name, int count, int classes, double smoothing) {
        float[][] rows = new float[count][classes];
        long[] bits = bits(name + "/labels", count);
        for (int i = 0; i < count; i++) {
            Arrays.fill(rows[i], (float) (smoothing / classes));
            rows[i][(int) ((bits[i] >>> 33) % classes)] += (float) (1 - smoothing);
        }
        return Nd4j.createFromArray(rows);
    }

    /** Sets every parameter and running statistic of a graph built from {@code network}. */
    static void fill(String name, Network network, ComputationGraph graph) {
        Map<String, Integer> fanIns = new HashMap<>();
        for (Node node : network.nodes()) {
            fanIns.put(
                    node.name(),
                    node.op() instanceof Op.Convolution c
                            ? Math.toIntExact(c.window().taps()) * (node.in().channels() / c.groups())
                            : Math.toIntExact(node.in().elements()));
        }
        FloatBuffer parameters = graph.params().data().asNioFloat();
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            boolean aroundOne = segment.key().equals("gamma") || segment.key().equals("var");
            double bound = segment.kind() == ParameterLayout.Kind.WEIGHT
                    ? Math.sqrt(3.0 / fanIns.get(segment.vertex()))
                    : aroundOne ? 0.5 : 0.2;
            double middle = aroundOne ? 1 : 0;
            float[] values = uniform(name + "/" + torchName(segment), segment.length(), middle - bound, middle + bound);
            parameters.put(segment.offset(), values);
        }
    }

    /** The flat parameters. A copy: a buffer's memory goes with the graph, whoever still reads it. */
    static FloatBuffer copyOfParameters(ComputationGraph graph) {
        FloatBuffer copy = FloatBuffer.allocate(Math.toIntExact(graph.numParams()));
        return copy.put(graph.params().data().asNioFloat()).flip();
    }

    /** The tensor's name in a PyTorch state dict. */
    static String torchName(ParameterLayout.Segment segment) {
        return segment.vertex()
                + switch (segment.key()) {
                    case "W", "gamma" -> ".weight";
                    case "b", "beta" -> ".bias";
                    case "mean" -> ".running_mean";
                    case "var" -> ".running_var";
                    default -> throw new IllegalArgumentException(segment.toString());
                };
    }
}
