package io.github.resnet4j.finetune.run;

import io.github.resnet4j.engine.EngineUnavailableException;
import io.github.resnet4j.engine.ParameterLayout;
import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.engine.UpdateRule;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.train.WeightAverage;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * The network that a run trains: a graph, the engines that run it and what belongs to its parameters besides. DL4J freezes
 * layers by their configuration, so that every phase has a graph of its own; parameters, the optimiser's memory and the
 * average go over to the bit.
 */
final class Trainee implements AutoCloseable {
    /** What the average of the weights is called in checkpoints. */
    static final String AVERAGE = "average";

    private final PreparedRun start;
    private final RunConfig config;
    private final int perEpoch;
    private final PhaseData images;
    private final Optional<FrozenFeatures> features;
    private Phase phase;
    private PhaseData data;
    private final Set<String> skipped = new LinkedHashSet<>();
    /** Whose values are loaded in place of images, if they can be kept. */
    private Optional<Node> last;

    private ComputationGraph graph;
    private Engines engines;
    private Optional<WeightAverage> average;

    /**
     * The network in a phase, with the parameters of {@code start}.
     *
     * @param images loaders of all images
     * @param features keep what frozen parts make of the images; without, they are computed in every step
     * @throws io.github.resnet4j.finetune.UsageException as {@link Rules#of}
     */
    Trainee(PreparedRun start, RunConfig config, Phase phase, PhaseData images, Optional<FrozenFeatures> features) {
        this.start = start;
        this.config = config;
        this.perEpoch = config.train().step().steps(images.train().batchesPerEpoch());
        this.images = images;
        this.features = features;
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

    /**
     * What the engines train and evaluate on. In place of images, it is what the frozen part makes of them, if that is the
     * same in every epoch: the first call in a phase computes it, which may take long and replace the engines.
     *
     * @throws io.github.resnet4j.finetune.train.StoppedException if asked to stop
     */
    PhaseData data() {
        if (data == null && last.isPresent()) {
            data = features.flatMap(kept -> kept.of(graph, last.get())).orElse(null);
            if (data == null) {
                last = Optional.empty();
                keepingState(this::compile);
            }
        }
        if (data == null) {
            data = images;
        }
        return data;
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
        NetworkGraph.close(from);
        engines.inference().refresh();
    }

    /** Goes over to the next phase. */
    void enter(Phase next) {
        keepingState(() -> begin(next));
    }

    /** Has other engines made, which remember what those before did. */
    private void keepingState(Runnable others) {
        Map<String, FloatBuffer> before = new HashMap<>();
        state().forEach((name, values) -> before.put(
                name, FloatBuffer.allocate(values.capacity()).put(values).flip()));
        close();
        others.run();
        state().forEach((name, values) -> values.put(before.get(name)));
    }

    private void begin(Phase next) {
        phase = next;
        if (engines != null || !phase.frozen().isEmpty()) {
            graph = frozen();
        }
        last = features.flatMap(kept -> kept.last(phase.plan(config).fixed(start.network())));
        compile();
    }

    private void compile() {
        average = config.train().step().emaDecay().map(decay -> new WeightAverage(decay, parameters(graph)));
        UpdateRule rule = Rules.of(config, start.network(), phase, perEpoch);
        Shape image = start.network().input();
        int batchSize = config.train().batchSize();
        engines = last.flatMap(node -> behind(node, image, rule, batchSize))
                .orElseGet(() -> Engines.of(graph, image, rule, batchSize, config.engine()));
    }

    private Optional<Engines> behind(Node node, Shape image, UpdateRule rule, int batchSize) {
        try {
            return Optional.of(Engines.behind(node.name(), graph, image, rule, batchSize));
        } catch (UnsupportedGraphException | EngineUnavailableException e) {
            last = Optional.empty(); // which engine can compute instead, and why, is decided for the whole graph
            return Optional.empty();
        }
    }

    /** A graph with the parameters of the one before, which is closed. */
    private ComputationGraph frozen() {
        ComputationGraph next = NetworkGraph.create(
                start.network(),
                NetworkGraph.Options.seeded(config.train().seed()).freeze(phase.plan(config)));
        if (!places(next).equals(places(graph))) {
            throw new IllegalStateException("DL4J orders the parameters of frozen layers otherwise");
        }
        parameters(next).put(parameters(graph));
        NetworkGraph.close(graph);
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
        if (data != null) {
            skipped();
            data.close();
            data = null;
        }
        engines.close();
    }

    /** The names of the images that could not be read and were left out so far. */
    Set<String> skipped() {
        for (PhaseData each : data == null ? List.of(images) : List.of(images, data)) {
            skipped.addAll(each.train().skipped());
            skipped.addAll(each.val().skipped());
        }
        return skipped;
    }
}
