package io.github.resnet4j.engine;

import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.network.Window;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A case of {@code make_losses.py}: the loss of a map and its gradients by PyTorch.
 *
 * @param classWeights empty: all the same
 * @param voidImage all of whose places have no class; -1: none
 * @param auxiliary whether there is a second loss
 */
record MapLossCase(
        String name,
        Output output,
        int images,
        int channels,
        int rows,
        int columns,
        double reach,
        List<Float> classWeights,
        int voidImage,
        boolean auxiliary) {
    private static final Output L1 = new Output.Values(Output.Distance.L1);
    private static final Output L2 = new Output.Values(Output.Distance.L2);
    private static final Output MAP = new Output.ClassMap();
    private static final List<Float> RISING =
            IntStream.range(0, 21).mapToObj(i -> 1 + i / 8f).toList();
    private static final Path GOLDENS = Path.of("src/test/resources/golden/losses/losses.txt");

    /** In the order of the script, which their seeds depend on. */
    static final List<MapLossCase> ALL = List.of(
            new MapLossCase("l1", L1, 2, 3, 5, 7, 1, List.of(), -1, false),
            new MapLossCase("l1-large", L1, 2, 3, 37, 41, 1, List.of(), -1, false),
            new MapLossCase("l2", L2, 2, 3, 5, 7, 1, List.of(), -1, false),
            new MapLossCase("l2-large", L2, 3, 2, 37, 41, 1, List.of(), -1, false),
            new MapLossCase("classes", MAP, 2, 5, 4, 3, 1, List.of(), -1, false),
            new MapLossCase("classes-weighted", MAP, 2, 5, 4, 3, 1, List.of(0.25f, 2f, 1f, 0f, 4f), -1, false),
            new MapLossCase("classes-void", MAP, 3, 4, 5, 6, 1, List.of(), 1, false),
            new MapLossCase("classes-auxiliary", MAP, 3, 4, 5, 6, 1, List.of(0.5f, 1f, 2f, 3f), 0, true),
            new MapLossCase("classes-far", MAP, 2, 3, 4, 4, 100, List.of(), -1, false),
            new MapLossCase("classes-large", MAP, 3, 21, 37, 41, 1, RISING, 2, true));

    /** What PyTorch computed, by tensor. */
    Map<String, double[]> golden() {
        return Golden.text(GOLDENS, name);
    }

    /** One convolution for each loss, without bias. */
    Network network() {
        NetworkWriter net = new NetworkWriter(name, new Shape(3, rows, columns), Conventions.TORCHVISION);
        net.stage(Network.HEAD);
        Op head = new Op.Convolution(channels, Window.square(1, 1, 0), 1, false);
        if (auxiliary) {
            net.auxiliary(net.add("aux", head, Network.INPUT), 0.5);
        }
        net.add("head", head, Network.INPUT);
        net.output(output);
        return net.finish();
    }

    /** With the weights of the script. */
    ComputationGraph graph(DataType type) {
        ComputationGraph graph =
                NetworkGraph.create(network(), NetworkGraph.Options.seeded(1).dataType(type));
        graph.getLayer("head").getParam("W").assign(uniform(1, reach, channels, 3, 1, 1));
        if (auxiliary) {
            graph.getLayer("aux").getParam("W").assign(uniform(2, reach, channels, 3, 1, 1));
        }
        return graph;
    }

    INDArray pictures() {
        return uniform(0, 2, images, 3, rows, columns);
    }

    /** Of a loss of values: what they are to be. */
    INDArray values() {
        return uniform(3, 2, images, channels, rows, columns);
    }

    /** Of a map: the class of each place. */
    byte[] classes() {
        byte[] classes = new byte[images * rows * columns];
        for (int i = 0; i < classes.length; i++) {
            long label = draw(3, i) % (channels + 1);
            boolean none = label == channels || i / (rows * columns) == voidImage;
            classes[i] = (byte) (none ? Output.VOID : label);
        }
        return classes;
    }

    /** What DL4J takes. */
    INDArray labels() {
        if (output instanceof Output.Values) {
            return values();
        }
        byte[] classes = classes();
        float[] floats = new float[classes.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = Byte.toUnsignedInt(classes[i]);
        }
        return Nd4j.createFromArray(floats).reshape(images, 1, rows, columns);
    }

    /** For each class, if they do not count the same. */
    Optional<float[]> weights() {
        float[] weights = new float[classWeights.size()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = classWeights.get(i);
        }
        return weights.length == 0 ? Optional.empty() : Optional.of(weights);
    }

    private INDArray uniform(int number, double by, long... shape) {
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((2 * (draw(number, i) / (double) (1 << 24)) - 1) * by);
        }
        return Nd4j.createFromArray(values).reshape(shape);
    }

    private long draw(int number, int index) {
        long seed = ALL.indexOf(this) * 10L + number;
        long z = (index + seed * 1000003 + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        return (z ^ (z >>> 27)) >>> 40;
    }

    @Override
    public String toString() {
        return name;
    }
}
