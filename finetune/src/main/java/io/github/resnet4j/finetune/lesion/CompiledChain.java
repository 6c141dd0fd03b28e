package io.github.resnet4j.finetune.lesion;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Chain;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A trained network whose units are compiled when they are first needed: whatever is removed or swapped, the rest runs
 * unchanged. Several units that follow each other are compiled together, since maps change their layout where a plan
 * begins and ends. Safe for use by several threads.
 */
final class CompiledChain implements AutoCloseable {
    /** Most units that are compiled together, which bounds in how many parts a unit can be. */
    private static final int MOST_TOGETHER = 8;

    /** Every part has parameters of its own: of parts that begin at each unit, this much memory. */
    private static final long PARAMETER_BYTES = 256L << 20;

    private final Chain chain;
    private final ComputationGraph trained;
    private final int batch;
    private final Engine engine;
    private final int together;
    private final Map<Part, Compiled> parts = new ConcurrentHashMap<>();

    /**
     * Units that run as one.
     *
     * @param removed of a single unit: its branch or its layer is left out
     */
    private record Part(int first, int last, boolean removed) {}

    /** A part and what runs it. */
    private record Compiled(Network network, ComputationGraph graph, Inference inference) {}

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
        // A unit is in a part for each unit before it, and both the graph and its plan hold parameters.
        long copies = PARAMETER_BYTES / (2 * Float.BYTES * chain.network().parameters());
        this.together = Math.toIntExact(Math.max(1, Math.min(MOST_TOGETHER, copies)));
    }

    /** The network that a step runs; one without nodes does nothing. */
    Network network(Step step) {
        Chain.Unit unit = chain.units().get(step.unit());
        return step.removed() ? unit.without().orElseThrow() : unit.whole();
    }

    /**
     * What leaves the last of some steps; behind the last unit, probabilities.
     *
     * @param maps what enters the first, N×C×H×W
     * @return N×C×H×W, to be closed by the caller; {@code maps} itself if the steps do nothing
     */
    INDArray run(List<Step> steps, INDArray maps) {
        INDArray here = maps;
        for (Part part : parts(steps)) {
            INDArray behind = run(part, here);
            if (behind != here && here != maps) {
                release(here);
            }
            here = behind;
        }
        return here;
    }

    /**
     * Steps as parts. Parts end at every so many units, wherever they begin, so that different routes share them.
     */
    private List<Part> parts(List<Step> steps) {
        List<Part> parts = new ArrayList<>();
        for (Step step : steps) {
            Part before = parts.isEmpty() ? null : parts.get(parts.size() - 1);
            boolean joins = before != null
                    && !before.removed
                    && !step.removed()
                    && step.unit() == before.last + 1
                    && step.unit() % together != 0;
            if (joins) {
                parts.set(parts.size() - 1, new Part(before.first, step.unit(), false));
            } else {
                parts.add(new Part(step.unit(), step.unit(), step.removed()));
            }
        }
        return parts;
    }

    private INDArray run(Part part, INDArray maps) {
        if (part.first == part.last
                && network(new Step(part.first, part.removed)).nodes().isEmpty()) {
            return maps;
        }
        Compiled compiled = compiled(part);
        return shaped(compiled.inference.output(given(compiled.inference, maps)), compiled.network.out());
    }

    /** The values of some nodes of a unit on the way, N×C×H×W or N×C, and of what leaves it. */
    Map<String, INDArray> values(int unit, INDArray maps, List<String> nodes) {
        Inference inference = compiled(new Part(unit, unit, false)).inference;
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

    private Compiled compiled(Part part) {
        return parts.computeIfAbsent(part, this::compile);
    }

    private Compiled compile(Part part) {
        Network network = part.first == part.last
                ? network(new Step(part.first, part.removed))
                : chain.stretch(part.first, part.last);
        ComputationGraph graph =
                graph(network, trained, part.last == chain.units().size() - 1);
        try {
            return new Compiled(network, graph, Inference.of(graph, network.input(), batch, engine));
        } catch (RuntimeException | Error e) {
            NetworkGraph.close(graph);
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
            NetworkGraph.close(part.graph);
        });
        parts.clear();
    }
}
