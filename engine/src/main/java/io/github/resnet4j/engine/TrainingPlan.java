package io.github.resnet4j.engine;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Parameter;
import io.github.resnet4j.engine.internal.ir.Passes;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import io.github.resnet4j.engine.internal.lower.Lowering;
import io.github.resnet4j.engine.internal.lower.Prepared;
import io.github.resnet4j.engine.internal.onednn.Dnnl;
import io.github.resnet4j.engine.internal.read.Demand;
import io.github.resnet4j.engine.internal.read.GraphReader;
import io.github.resnet4j.engine.internal.read.Start;
import io.github.resnet4j.engine.report.PlanProfile;
import io.github.resnet4j.engine.report.PlanReport;
import io.github.resnet4j.zoo.network.Shape;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A graph compiled for training: forward, loss, backward and update run as oneDNN primitives on the graph's own
 * parameters, which change in place. Gradients are in the graph's flattened gradient view after each step, as after
 * DL4J's {@code computeGradientAndScore}: sums over the batch. The calls for the usual batch size are compiled at once,
 * those for any other when the first such batch arrives; all share the memory between operations.
 *
 * <p>Frozen layers compute with their parameters as they were at compilation; {@link #refresh()} reads them again.
 *
 * <p>The same steps give the same bytes as long as the number of OpenMP threads is the same. A NaN loss means that
 * training has diverged: a logit, a value of a convolution, a batch normalisation's statistics or a parameter is no longer
 * finite. An overflow in a frozen part, whose activations are fused, shows in {@link Inference} alone. While one
 * thread runs a step, every other call waits for it to end.
 */
public final class TrainingPlan implements TrainingStep {
    /** Parameters that are looked at together. */
    private static final int BLOCK = 1024;

    private final ComputationGraph graph;
    private final GraphState state;
    private final Shape input;
    private final Program program;
    private final ProgramNode loss;
    private final ParameterLayout layout;
    private final Update update;
    private final Optional<String> normOfOneValue;
    private final CompiledBatches compiled;
    private final Cleaner.Cleanable cleanable;

    private TrainingPlan(ComputationGraph graph, Start start, int batch, Optional<UpdateRule> rule, Replica replica) {
        Dnnl.require();
        requireBatch(batch);
        this.graph = graph;
        this.input = start.shape();
        Set<Demand> honoured = rule.isPresent() ? Demand.OF_ANOTHER_RULE : Demand.OF_THE_GRAPHS_UPDATER;
        this.program = Passes.optimise(GraphReader.training(graph, start, honoured));
        this.loss = program.nodes().get(program.losses().get(0));
        this.layout = ParameterLayout.of(graph);
        this.state = GraphState.forTraining(graph);
        this.normOfOneValue = program.nodes().stream()
                .filter(node -> node.op() instanceof Operation.BatchNorm bn
                        && bn.batchStatistics()
                        && node.extent().height() * node.extent().width() == 1)
                .map(node -> vertex((Operation.BatchNorm) node.op()))
                .findFirst();
        this.update = rule.<Update>map(own -> new OwnUpdate(own, replica))
                .orElseGet(() -> new GraphUpdate(graph, state, layout));
        this.compiled = new CompiledBatches(
                program,
                new Lowering.FlatArrays(
                        GraphState.address(graph.params()), GraphState.address(graph.getFlattenedGradients())),
                Lowering.Use.TRAINING,
                graph.getConfiguration().getDefaultConfiguration().getSeed(),
                new Prepared(state.parameters(), frozen()));
        this.cleanable = compiled.belongsTo(this);
        try {
            compiled.lowering(batch);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static void requireBatch(int batch) {
        if (batch < 1) {
            throw new IllegalArgumentException("a batch must have at least 1 image, got " + batch);
        }
    }

    /** The parameters of what is frozen. */
    private List<Parameter> frozen() {
        Set<Parameter> others = new HashSet<>();
        for (ProgramNode node : program.nodes()) {
            others.addAll(node.trained());
            if (node.op() instanceof Operation.BatchNorm bn && !node.frozen()) {
                others.add(bn.mean());
                others.add(bn.variance());
            }
        }
        return layout.segments().stream()
                .map(segment -> new Parameter(segment.offset(), segment.length()))
                .filter(parameter -> !others.contains(parameter))
                .toList();
    }

    /** The batch normalisations that saw the last batch: those in no branch that stochastic depth dropped. */
    private Map<String, ParameterUpdate.Norm> norms(Lowering last) {
        Map<String, ParameterUpdate.Norm> norms = new HashMap<>();
        for (int i = 0; i < program.nodes().size(); i++) {
            ProgramNode node = program.nodes().get(i);
            if (node.op() instanceof Operation.BatchNorm bn && bn.batchStatistics() && last.computes(i)) {
                Extent map = node.extent();
                norms.put(vertex(bn), new ParameterUpdate.Norm((long) map.height() * map.width(), bn.decay()));
            }
        }
        return norms;
    }

    /** The vertex that a batch normalisation was read from: fusing may have given its node another name. */
    private String vertex(Operation.BatchNorm norm) {
        for (ParameterLayout.Segment segment : layout.segments()) {
            if (segment.offset() == norm.gamma().offset()) {
                return segment.vertex();
            }
        }
        throw new IllegalStateException(
                "no vertex has parameters at " + norm.gamma().offset());
    }

    /**
     * Compiles {@code graph}, to be updated by {@code rule}; use {@link #step(INDArray, INDArray, double)}.
     *
     * @param image size of the images
     * @param batch images in the usual batch, which is compiled at once; other sizes are compiled when they arrive
     * @throws IllegalArgumentException if {@code batch} is below 1, or the rule has a group for a vertex without
     *     parameters
     * @throws UnsupportedGraphException if the graph has anything that the engine or the update rule does not support,
     *     or oneDNN has no code for it
     * @throws EngineUnavailableException if oneDNN is not available for this platform
     */
    public static TrainingPlan compile(ComputationGraph graph, Shape image, int batch, UpdateRule rule) {
        return compile(graph, image, batch, rule, Replica.ALONE);
    }

    /** As {@link #compile(ComputationGraph, Shape, int, UpdateRule)}, for a replica that trains together with others. */
    public static TrainingPlan compile(
            ComputationGraph graph, Shape image, int batch, UpdateRule rule, Replica replica) {
        return new TrainingPlan(graph, Start.at(image), batch, Optional.of(rule), replica);
    }

    /**
     * Compiles what stands behind a frozen part of {@code graph}. The plan takes the values of a vertex in place of images,
     * as {@link InferencePlan#featureMaps} puts them out, so that the frozen part need not compute them anew in every
     * epoch. All else is as for the whole graph: the parameters that are updated are the graph's own.
     *
     * @param vertex whose values a step takes, as N×C×H×W (N×C×1×1 for what DL4J has as rows); what is trained must depend
     *     on it alone
     * @param image size of the images
     * @param batch images in the usual batch, which is compiled at once; other sizes are compiled when they arrive
     * @throws IllegalArgumentException if {@code batch} is below 1, the graph has no such vertex, or the rule has a group
     *     for a vertex without parameters
     * @throws UnsupportedGraphException as {@link #compile(ComputationGraph, Shape, int, UpdateRule)}, and if something
     *     is trained that stands before the vertex or reads the image past it
     * @throws EngineUnavailableException if oneDNN is not available for this platform
     */
    public static TrainingPlan compileBehind(
            ComputationGraph graph, String vertex, Shape image, int batch, UpdateRule rule) {
        return new TrainingPlan(
                graph, GraphReader.behind(graph, vertex, image), batch, Optional.of(rule), Replica.ALONE);
    }

    /** As {@link #compile(ComputationGraph, Shape, int, UpdateRule)}, for no particular batch size and one optimiser. */
    public static TrainingPlan compile(ComputationGraph graph, Shape image, Optimizer optimizer) {
        return compile(graph, image, 1, UpdateRule.of(optimizer));
    }

    /**
     * Compiles {@code graph}, to be updated as its configuration says, by DL4J's own updaters; use {@link
     * #step(INDArray, INDArray)}.
     *
     * @param image size of the images
     * @param batch images in the usual batch, which is compiled at once; other sizes are compiled when they arrive
     * @throws IllegalArgumentException if {@code batch} is below 1
     * @throws UnsupportedGraphException if the graph has anything that the engine does not support, or oneDNN has no
     *     code for it
     * @throws EngineUnavailableException if oneDNN is not available for this platform
     */
    public static TrainingPlan compile(ComputationGraph graph, Shape image, int batch) {
        return new TrainingPlan(graph, Start.at(image), batch, Optional.empty(), Replica.ALONE);
    }

    /** As {@link #compile(ComputationGraph, Shape, int)}, for no particular batch size. */
    public static TrainingPlan compile(ComputationGraph graph, Shape image) {
        return compile(graph, image, 1);
    }

    /**
     * One step on one batch, by the rule given at compilation.
     *
     * @param features N×C×H×W
     * @param labels N×classes, each row a distribution
     * @param lr learning rate of this step
     * @throws IllegalArgumentException if the shapes do not match the graph, an image has values that are not finite,
     *     or a batch normalisation would have one value per channel: that of a 1×1 map of a single image
     * @throws StalePlanException if the graph has changed since
     * @throws IllegalStateException if the plan is closed, or was compiled for the graph's own updater
     */
    @Override
    public Result step(INDArray features, INDArray labels, double lr) {
        return step(features, Targets.of(labels), lr);
    }

    @Override
    public Result step(INDArray features, Targets targets, double lr) {
        OwnUpdate own = own();
        synchronized (compiled) {
            Result result = part(features, targets, own);
            return own.apply(result.total(), lr) ? result : result.diverged();
        }
    }

    @Override
    public Result accumulate(INDArray features, Targets targets) {
        OwnUpdate own = own();
        synchronized (compiled) {
            Result result = part(features, targets, own);
            own.parts.add(state.gradients(), result.total());
            return result;
        }
    }

    @Override
    public boolean join(double lr) {
        OwnUpdate own = own();
        synchronized (compiled) {
            compiled.requireOpen();
            state.require();
            return own.join(lr);
        }
    }

    private OwnUpdate own() {
        if (update instanceof OwnUpdate own) {
            return own;
        }
        throw new IllegalStateException(
                "the graph's own updater has its own learning rate; call step(features, labels)");
    }

    /** Gradients and running averages of a step, or of a part of one. */
    private Result part(INDArray features, Targets targets, OwnUpdate own) {
        if (features.size(0) == 1 && normOfOneValue.isPresent()) {
            throw InputArrays.tooFewValues(normOfOneValue.get());
        }
        Result result = run(features, targets, state.draws(own.draw()));
        return own.average(features.size(0)) ? result : result.diverged();
    }

    /**
     * One step on one batch, by the graph's own updater: sets its score and iteration count and notifies its listeners,
     * as {@code fit} does.
     *
     * @param features N×C×H×W
     * @param labels N×classes, each row a distribution
     * @throws IllegalArgumentException if the shapes do not match the graph, or an image has values that are not finite
     * @throws StalePlanException if the graph has changed since
     * @throws IllegalStateException if the plan is closed, or was compiled with an {@link UpdateRule}
     */
    public Result step(INDArray features, INDArray labels) {
        return step(features, Targets.of(labels));
    }

    /** As {@link #step(INDArray, INDArray)}, on anything that the graph's output can be compared with. */
    public Result step(INDArray features, Targets targets) {
        if (!(update instanceof GraphUpdate own)) {
            throw new IllegalStateException("this plan needs a learning rate; call step(features, labels, lr)");
        }
        synchronized (compiled) {
            Result result = gradients(features, targets);
            own.apply(Math.toIntExact(features.size(0)), result);
            return result;
        }
    }

    /**
     * Loss and gradients without an update: the gradients are in the graph's flattened gradient view.
     *
     * @throws IllegalArgumentException if the shapes do not match the graph, or an image has values that are not finite
     * @throws StalePlanException if the graph has changed since
     * @throws IllegalStateException if the plan is closed
     */
    public Result gradients(INDArray features, INDArray labels) {
        return gradients(features, Targets.of(labels));
    }

    /**
     * As {@link #gradients(INDArray, INDArray)}, on anything that the graph's output can be compared with. The gradients are
     * sums; those of a mean are theirs divided by {@link Result#total}.
     */
    public Result gradients(INDArray features, Targets targets) {
        synchronized (compiled) {
            Result result = run(features, targets, state.draws(0));
            return trainedAreFinite() ? result : result.diverged();
        }
    }

    /** A ReLU of oneDNN turns NaN into zero, so that a broken parameter need not show in the loss. */
    private boolean trainedAreFinite() {
        FloatBuffer parameters = state.parameters();
        float[] block = new float[BLOCK];
        for (ParameterLayout.Segment segment : layout.segments()) {
            int end = segment.kind().trained() && !segment.frozen() ? segment.offset() + segment.length() : 0;
            for (int at = segment.offset(); at < end; at += BLOCK) {
                int count = Math.min(BLOCK, end - at);
                parameters.get(at, block, 0, count);
                if (!InputArrays.finite(block, count)) {
                    return false;
                }
            }
        }
        return true;
    }

    private Result run(INDArray features, Targets targets, int draws) {
        compiled.requireOpen();
        state.require();
        INDArray images = InputArrays.dense(features, input);
        int batch = Math.toIntExact(images.size(0));
        InputArrays.requireFinite(images);
        Comparison comparison = Comparison.of(loss, targets, batch);
        Lowering lowering = compiled.lowering(batch);
        try {
            lowering.next(comparison.wanted(), draws);
            lowering.run(GraphState.address(images));
            double total = targets instanceof Targets.Classes classes ? classes.total() : lowering.total();
            double sum = lowering.lossSum();
            // Where nothing counts, the sum is 0, too, or NaN
            return new Result(total == 0 ? sum : sum / total, total, lowering.correct(), lowering.counted());
        } finally {
            keep(images, comparison);
        }
    }

    /** Native code knows addresses only: until here, nothing behind one of them may be reclaimed. */
    private void keep(INDArray images, Comparison comparison) {
        Reference.reachabilityFence(images);
        Reference.reachabilityFence(comparison);
        Reference.reachabilityFence(this);
    }

    /** Reads the parameters of frozen layers again. */
    public void refresh() {
        synchronized (compiled) {
            compiled.requireOpen();
            state.require();
            compiled.refresh();
        }
    }

    /**
     * The steps for batches of {@code batch} images; compiles them if there was no such batch yet.
     *
     * @throws IllegalArgumentException if {@code batch} is below 1
     */
    public PlanReport report(int batch) {
        requireBatch(batch);
        synchronized (compiled) {
            compiled.requireOpen();
            state.require();
            return compiled.lowering(batch).report();
        }
    }

    /**
     * The time of each step; the parameters stay as they are.
     *
     * @param rounds number of executions, of which the median counts; at least 1
     */
    public PlanProfile profile(INDArray features, INDArray labels, int rounds) {
        return profile(features, Targets.of(labels), rounds);
    }

    /** As {@link #profile(INDArray, INDArray, int)}, on anything that the graph's output can be compared with. */
    public PlanProfile profile(INDArray features, Targets targets, int rounds) {
        synchronized (compiled) {
            gradients(features, targets);
            INDArray images = InputArrays.dense(features, input);
            int batch = Math.toIntExact(images.size(0));
            Comparison comparison = Comparison.of(loss, targets, batch);
            Lowering lowering = compiled.lowering(batch);
            try {
                lowering.next(comparison.wanted(), state.iteration());
                return lowering.profile(GraphState.address(images), rounds);
            } finally {
                keep(images, comparison);
            }
        }
    }

    /**
     * What the optimiser remembers, as in {@link TrainingStep#state()}.
     *
     * @throws IllegalStateException if the graph's own updater holds the state
     */
    @Override
    public Map<String, FloatBuffer> state() {
        if (update instanceof OwnUpdate own) {
            return ParameterUpdate.views(own.remembered);
        }
        throw new IllegalStateException("the graph's own updater holds the state; see its getUpdater()");
    }

    @Override
    public void startAt(long iteration) {
        state.startAt(iteration);
        if (update instanceof OwnUpdate own) {
            own.parts.clear();
        }
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public Engine engine() {
        return Engine.ONEDNN;
    }

    @Override
    public Optional<String> fallback() {
        return Optional.empty();
    }

    /** Frees the native memory once the step in progress is done. */
    @Override
    public void close() {
        cleanable.clean();
    }

    /** How parameters follow from gradients. */
    private sealed interface Update permits OwnUpdate, GraphUpdate {}

    private final class OwnUpdate implements Update {
        private final ParameterUpdate update;
        private final Map<String, FloatBuffer> remembered;
        private final GradientSum parts = new GradientSum(layout);
        private final Replica replica;
        private final Optional<GradientExchange> exchange;

        OwnUpdate(UpdateRule rule, Replica replica) {
            this.replica = replica;
            this.exchange = replica.gradients().map(sums -> new GradientExchange(sums, layout));
            this.update = new ParameterUpdate(rule, layout);
            this.remembered = ParameterUpdate.begin(rule.optimizer(), graph.numParams());
        }

        boolean average(long batch) {
            Map<String, ParameterUpdate.Norm> norms = norms(compiled.lowering(Math.toIntExact(batch)));
            return update.average(state.parameters(), state.gradients(), batch, norms);
        }

        /** What the next part of a step draws by. */
        int draw() {
            return replica.draw(parts.parts());
        }

        boolean apply(double total, double lr) {
            return step(parts.finish(state.gradients(), total), lr);
        }

        boolean join(double lr) {
            return step(parts.finish(state.gradients()), lr);
        }

        private boolean step(double own, double lr) {
            double all = exchange.map(others -> others.exchange(state.parameters(), state.gradients(), own))
                    .orElse(own);
            boolean finite = all == 0
                    || update.apply(state.parameters(), state.gradients(), remembered, all, lr, state.iteration());
            state.finishStep();
            return finite;
        }
    }

    /** DL4J's updater over the flat arrays, and what else DL4J does after a step. */
    private static final class GraphUpdate implements Update {
        private final ComputationGraph graph;
        private final GraphState state;
        private final Gradient gradient;
        private final ParameterLayout layout;

        GraphUpdate(ComputationGraph graph, GraphState state, ParameterLayout layout) {
            this.graph = graph;
            this.state = state;
            this.layout = layout;
            INDArray flat = graph.getFlattenedGradients();
            this.gradient = new DefaultGradient(flat);
            for (ParameterLayout.Segment segment : layout.segments()) {
                if (!segment.frozen()) {
                    INDArray part = flat.reshape(flat.length())
                            .get(NDArrayIndex.interval(segment.offset(), segment.offset() + segment.length()));
                    gradient.setGradientFor(segment.vertex() + "_" + segment.key(), part);
                }
            }
        }

        void apply(int batch, Result result) {
            if (result.total() != batch && result.total() != 0) {
                state.scaleGradients(layout, (float) (batch / result.total())); // DL4J divides by the batch
            }
            graph.setScore(result.loss() * GraphTraining.scored(graph, batch) + graph.calcRegularizationScore(true));
            var configuration = graph.getConfiguration();
            int iteration = configuration.getIterationCount();
            int epoch = configuration.getEpochCount();
            graph.getUpdater(true).update(gradient, iteration, epoch, batch, LayerWorkspaceMgr.noWorkspaces());
            INDArray parameters = graph.params();
            parameters.subi(graph.getFlattenedGradients().reshape(parameters.shape()));
            for (var listener : graph.getListeners()) {
                listener.iterationDone(graph, iteration, epoch);
            }
            state.finishStep();
        }
    }
}
