package io.github.resnet4j.finetune.lesion;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Chain;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A trained network of which every unit is compiled on its own, once, when it is first needed. Whatever is removed or
 * swapped, the rest runs unchanged, one unit after the other. Safe for use by several threads.
 */
final class CompiledChain implements AutoCloseable {
    private final Chain chain;
    private final ComputationGraph trained;
    private final int batch;
    private final Engine engine;
    private final Map<Step, Compiled> parts = new ConcurrentHashMap<>();

    /** A part and what runs it. */
    private record Compiled(ComputationGraph graph, Inference inference) {}

    /**
     * Compiles nothing yet.
     *
     * @param trained has the parameters of all units
     * @param batch most images that run together
     */
    CompiledChain(Chain chain, ComputationGraph trained, int batch, Engine engine) {
        this.chain = chain;
        this.trained = trained;
        this.batch = batch;
        this.engine = engine;
    }

    /** The network that a step runs; one without nodes does nothing. */
    Network network(Step step) {
        Chain.Unit unit = chain.units().get(step.unit());
        return step.removed() ? unit.without().orElseThrow() : unit.whole();
    }

    /**
     * What leaves a unit; behind the last one, probabilities.
     *
     * @param maps what enters it, N×C×H×W
     * @return N×C×H×W, to be closed by the caller; {@code maps} itself if the step does nothing
     */
    INDArray run(Step step, INDArray maps) {
        Network network = network(step);
        if (network.nodes().isEmpty()) {
            return maps;
        }
        Inference inference = inference(step);
        return shaped(inference.output(given(inference, maps)), network.out());
    }

    /** The values of some nodes of a unit on the way, N×C×H×W or N×C, and of what leaves it. */
    Map<String, INDArray> values(int unit, INDArray maps, List<String> nodes) {
        Inference inference = inference(new Step(unit, false));
        return inference.featureMaps(given(inference, maps), nodes);
    }

    /** DL4J's activation layers write over what enters them. */
    private static INDArray given(Inference inference, INDArray maps) {
        return inference.engine() == Engine.DL4J ? maps.dup() : maps;
    }

    /** Rows as the maps that they are. */
    static INDArray shaped(INDArray values, Shape shape) {
        return values.rank() == 4
                ? values
                : values.reshape(values.size(0), shape.channels(), shape.height(), shape.width());
    }

    /** All values, image by image. */
    static float[] floats(INDArray values) {
        INDArray dense = values.dup('c');
        try {
            return dense.data().asFloat();
        } finally {
            dense.close();
        }
    }

    /** Frees maps at once: the garbage collector does not see how large native arrays are. */
    static void release(INDArray maps) {
        if (maps.closeable()) {
            maps.close();
        }
    }

    /** What runs the units: all of them by one engine, or some by DL4J if the other does not know a layer. */
    Engine engine() {
        return parts.values().stream().allMatch(part -> part.inference.engine() == Engine.ONEDNN)
                ? Engine.ONEDNN
                : Engine.DL4J;
    }

    /** Why DL4J runs some units, if the choice was free. */
    Optional<String> fallback() {
        return parts.values().stream()
                .flatMap(part -> part.inference.fallback().stream())
                .findFirst();
    }

    private Inference inference(Step step) {
        return parts.computeIfAbsent(step, this::compile).inference;
    }

    private Compiled compile(Step step) {
        Network part = network(step);
        ComputationGraph graph =
                graph(part, trained, step.unit() == chain.units().size() - 1);
        try {
            return new Compiled(graph, Inference.of(graph, part.input(), batch, engine));
        } catch (RuntimeException | Error e) {
            graph.close();
            throw e;
        }
    }

    /**
     * A part with its trained parameters.
     *
     * @param softmax whether it puts out probabilities
     */
    static ComputationGraph graph(Network part, ComputationGraph trained, boolean softmax) {
        NetworkGraph.Options options = NetworkGraph.Options.seeded(1);
        ComputationGraph graph = softmax ? NetworkGraph.create(part, options) : NetworkGraph.part(part, options);
        ModelArchive.copyMatching(part, trained, graph, true);
        return graph;
    }

    @Override
    public void close() {
        parts.values().forEach(part -> {
            part.inference.close();
            part.graph.close();
        });
        parts.clear();
    }
}
