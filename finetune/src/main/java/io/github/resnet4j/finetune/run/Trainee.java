package io.github.resnet4j.finetune.run;

import io.github.resnet4j.engine.ParameterLayout;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.train.WeightAverage;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * The network that a run trains: a graph, the engines that run it and what belongs to its parameters besides. DL4J freezes
 * layers by their configuration, so that every phase has a graph of its own; parameters, the optimiser's memory and the
 * average go over to the bit.
 */
final class Trainee implements AutoCloseable {
    /** What the average of the weights is called in checkpoints. */
    private static final String AVERAGE = "average";

    private final PreparedRun start;
    private final RunConfig config;
    private final int perEpoch;
    private ComputationGraph graph;
    private Engines engines;
    private Optional<WeightAverage> average;

    /**
     * The network in a phase, with the parameters of {@code start}.
     *
     * @param perEpoch iterations of an epoch
     * @throws io.github.resnet4j.finetune.UsageException as {@link Rules#of}
     */
    Trainee(PreparedRun start, RunConfig config, int perEpoch, Phase phase) {
        this.start = start;
        this.config = config;
        this.perEpoch = perEpoch;
        this.graph = start.graph();
        begin(phase);
    }

    ComputationGraph graph() {
        return graph;
    }

    Engines engines() {
        return engines;
    }

    Optional<WeightAverage> average() {
        return average;
    }

    /** What besides the parameters a checkpoint holds. Live views. */
    Map<String, FloatBuffer> state() {
        Map<String, FloatBuffer> state = new TreeMap<>(engines.training().state());
        average.ifPresent(weights -> state.put(AVERAGE, weights.values()));
        return state;
    }

    /** Takes the parameters of a model of this network, for evaluation. */
    void take(Path model) {
        ComputationGraph from = ModelArchive.read(
                        model, NetworkGraph.Options.seeded(config.train().seed()))
                .graph();
        ModelArchive.copyMatching(start.network(), from, graph, true);
        from.close();
        engines.inference().refresh();
    }

    /** Goes over to the next phase. */
    void enter(Phase phase) {
        Map<String, FloatBuffer> before = new HashMap<>();
        state().forEach((name, values) -> before.put(
                name, FloatBuffer.allocate(values.capacity()).put(values).flip()));
        engines.close();
        begin(phase);
        state().forEach((name, values) -> values.put(before.get(name)));
    }

    private void begin(Phase phase) {
        if (engines != null || !phase.frozen().isEmpty()) {
            graph = frozen(phase);
        }
        average = config.train().emaDecay().map(decay -> new WeightAverage(decay, parameters(graph)));
        engines = Engines.of(
                graph,
                start.network().input(),
                Rules.of(config, start.network(), phase, perEpoch),
                config.train().batchSize(),
                config.engine());
    }

    /** A graph with the parameters of the one before, which is closed. */
    private ComputationGraph frozen(Phase phase) {
        ComputationGraph next = NetworkGraph.create(
                start.network(),
                NetworkGraph.Options.seeded(config.train().seed())
                        .frozenUpTo(config.model().freeze())
                        .frozen(phase.frozen()));
        if (!places(next).equals(places(graph))) {
            throw new IllegalStateException("DL4J orders the parameters of frozen layers otherwise");
        }
        parameters(next).put(parameters(graph));
        graph.close();
        return next;
    }

    private static List<String> places(ComputationGraph graph) {
        return ParameterLayout.of(graph).segments().stream()
                .map(segment -> segment.vertex() + " " + segment.key() + " " + segment.offset())
                .toList();
    }

    private static FloatBuffer parameters(ComputationGraph graph) {
        return graph.params().data().asNioFloat();
    }

    @Override
    public void close() {
        engines.close();
    }
}
