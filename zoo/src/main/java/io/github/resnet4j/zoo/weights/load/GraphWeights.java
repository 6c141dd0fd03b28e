package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.body.Body;
import io.github.resnet4j.zoo.body.FeaturePyramid;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.names.Naming.Named;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Moves weights into and out of the DL4J graphs of the zoo. DL4J lays out its flat parameters in an order of its own,
 * not that of the nodes, so each layer is looked up by name.
 */
public final class GraphWeights {
    private GraphWeights() {}

    /**
     * A graph with a file's weights.
     *
     * @param graph complete
     * @param report what became of every tensor
     */
    public record Loaded(ComputationGraph graph, LoadReport report) {}

    /**
     * Builds a network's graph with the weights of a file, all of them or none.
     *
     * @param options how to build the graph; its seed is that of a new classifier
     * @param how rules for names, and whether to initialise a new classifier
     * @throws BadWeightsException with {@link Fault#MISMATCH} if the file does not fit, see {@link Matching#orThrow}; with
     *     {@link Fault#NONFINITE} if a value is not finite or a variance negative
     * @throws io.github.resnet4j.zoo.weights.names.BadNameMapException if one of the user's rules fails
     * @throws IllegalArgumentException if {@code options} freezes up to a part that the network does not have
     */
    public static Loaded load(StateDict file, Network network, NetworkGraph.Options options, LoadOptions how) {
        Matching matching = Matching.of(file, network, how).orThrow();
        List<Node> fresh = how.newHead() ? Matching.heads(network) : List.of();
        return filled(matching, network, NetworkGraph.configuration(network, options), options, fresh);
    }

    /**
     * Builds a body's graph with the weights of a file; those of its head, or of anything else above the maps, are left out.
     *
     * @param options how to build the graph; its seed is that of a new pyramid
     * @param how rules for names, and whether to initialise a new pyramid instead of loading the file's
     * @throws BadWeightsException as {@link #load(StateDict, Network, NetworkGraph.Options, LoadOptions)}
     * @throws io.github.resnet4j.zoo.weights.names.BadNameMapException if one of the user's rules fails
     * @throws IllegalArgumentException if {@code options} freezes a part that the body does not have
     */
    public static Loaded load(StateDict file, Body body, NetworkGraph.Options options, LoadOptions how) {
        Network network = body.network();
        List<Node> fresh = network.nodes().stream()
                .filter(node -> how.newHead() && node.stage().equals(FeaturePyramid.STAGE) && node.parameters() > 0)
                .toList();
        Matching matching =
                Matching.of(file, network, how.ofPart(), fresh::contains).orThrow();
        return filled(matching, network, NetworkGraph.configuration(body, options), options, fresh);
    }

    private static Loaded filled(
            Matching matching,
            Network network,
            ComputationGraphConfiguration configuration,
            NetworkGraph.Options options,
            List<Node> fresh) {
        ComputationGraph graph = new ComputationGraph(configuration);
        graph.init(
                Nd4j.createUninitializedDetached(options.dataType(), network.parameters() + network.statistics()),
                false);
        fill(graph, matching);
        if (!fresh.isEmpty()) {
            Nd4j.getRandom().setSeed(options.seed());
        }
        for (Node node : fresh) {
            Layer layer = graph.getLayer(node.name());
            layer.conf().getLayer().initializer().init(layer.conf(), layer.params(), true);
        }
        return new Loaded(graph, matching.report());
    }

    /**
     * A graph's weights, under PyTorch's names and in its order. They are read on demand and reflect what the graph has
     * learned until then.
     *
     * @param graph in single precision, built from {@code network}, frozen or not
     * @throws IllegalArgumentException if it is not
     */
    public static StateDict stateDict(ComputationGraph graph, Network network) {
        if (graph.params().dataType() != DataType.FLOAT) {
            throw new IllegalArgumentException("weights are written in single precision, the graph is in "
                    + graph.params().dataType());
        }
        network.slots().forEach(slot -> GraphParameter.of(graph, slot));
        return new StateDict(
                Path.of(network.name()), WeightFormat.UNKNOWN, tensors(network, () -> graph), Map.of(), List.of());
    }

    /** Tensors of a graph that is created only when their numbers are needed. */
    static Map<String, Tensor> tensors(Network network, Supplier<ComputationGraph> graph) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Slot slot : network.slots()) {
            tensors.put(slot.name(), Tensor.of(DType.F32, slot.shape(), (from, into) -> {
                GraphParameter.of(graph.get(), slot).copy(Math.toIntExact(from), into.asFloatBuffer());
                into.position(into.limit());
            }));
        }
        return tensors;
    }

    /**
     * Puts a file's tensors into a graph.
     *
     * @param graph to be thrown away if this fails
     */
    static void fill(ComputationGraph graph, Matching matching) {
        matching.assigned().forEach((slot, tensor) -> {
            GraphParameter parameter = GraphParameter.of(graph, slot);
            FloatBuffer room = parameter.room();
            if (tensor.layout().reordered(tensor.tensor().shape())) {
                tensor.layout()
                        .toTorch(tensor.tensor().floats(), tensor.tensor().shape(), room.duplicate());
            } else {
                tensor.tensor().read(room.duplicate());
            }
            requireSound(matching.file(), slot, tensor, room);
            parameter.keep(room);
        });
    }

    private static void requireSound(StateDict file, Slot slot, Named tensor, FloatBuffer values) {
        boolean variance = slot.role() == Slot.Role.RUNNING_VAR;
        for (int i = 0; i < values.limit(); i++) {
            float value = values.get(i);
            if (!Float.isFinite(value) || variance && value < 0) {
                throw new BadWeightsException(
                        file.file(),
                        file.format(),
                        Fault.NONFINITE,
                        new Location.Named(tensor.source()),
                        "has " + (Float.isFinite(value) ? "a negative variance, " + value : "the value " + value)
                                + ", at " + slot.name() + "[" + i + "]; the weights are broken, use others");
            }
        }
    }
}
