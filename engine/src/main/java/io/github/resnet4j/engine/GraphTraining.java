package io.github.resnet4j.engine;

import io.github.resnet4j.engine.UnsupportedGraphException.UnsupportedReason;
import io.github.resnet4j.engine.internal.read.Demand;
import io.github.resnet4j.engine.internal.read.GraphReader;
import io.github.resnet4j.zoo.layers.ClassMapLoss;
import io.github.resnet4j.zoo.layers.FrozenStatisticsBatchNorm;
import io.github.resnet4j.zoo.layers.ValueLoss;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.BaseOutputLayer;
import org.deeplearning4j.nn.layers.LossLayer;
import org.deeplearning4j.nn.layers.OutputLayer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Training in which DL4J's layers compute loss and gradients. Random draws, such as dropout masks, depend only on the
 * graph's seed and the iteration. DL4J computes the branches that stochastic depth drops, and the statistics of their batch
 * normalisations stay.
 */
final class GraphTraining implements TrainingStep {
    private final ComputationGraph graph;
    private final GraphState state;
    private final Optional<String> fallback;
    private final Shape image;
    private final OptionalLong classes;
    private final ParameterLayout layout;
    private final ParameterUpdate update;
    private final GradientSum parts;
    private final Replica replica;
    private final Optional<GradientExchange> exchange;
    private final Map<String, FloatBuffer> optimizerState;
    private final DroppedBranches dropped;
    private final Watch watch;
    private boolean closed;

    /** @throws UnsupportedGraphException naming everything that the graph asks for and this does not support */
    GraphTraining(ComputationGraph graph, Shape image, UpdateRule rule, Optional<String> fallback, Replica replica) {
        this.replica = replica;
        this.graph = graph;
        this.fallback = fallback;
        this.image = image;
        this.classes = Signature.of(graph).outputs();
        requireHonoured(graph);
        this.layout = ParameterLayout.of(graph);
        this.update = new ParameterUpdate(rule, layout);
        this.parts = new GradientSum(layout);
        this.exchange = replica.gradients().map(sums -> new GradientExchange(sums, layout));
        this.state = GraphState.forTraining(graph);
        this.optimizerState = ParameterUpdate.begin(rule.optimizer(), graph.numParams());
        this.dropped = new DroppedBranches(graph);
        this.watch = new Watch();
    }

    private static void requireHonoured(ComputationGraph graph) {
        List<UnsupportedReason> unmet = new ArrayList<>(Demand.unmet(graph, Demand.OF_ANOTHER_RULE));
        String output = graph.getConfiguration().getNetworkOutputs().get(0);
        Layer layer = GraphReader.unwrapped(graph.getVertex(output).getLayer());
        if (!(layer instanceof IOutputLayer)) {
            unmet.add(new UnsupportedReason(output, "it is the graph's output but has no loss to train with"));
        }
        if (!unmet.isEmpty()) {
            throw new UnsupportedGraphException(unmet);
        }
    }

    /** What DL4J multiplies a batch's mean loss with, which it calls the score. */
    static double scored(ComputationGraph graph, long batch) {
        Layer output = graph.getOutputLayer(0);
        // Layers without weights divide by the batch in any case.
        return !(output instanceof BaseOutputLayer) || output.conf().isMiniBatch() ? 1 : batch;
    }

    @Override
    public synchronized Result step(INDArray features, Targets targets, double lr) {
        Result result = part(features, targets);
        boolean finite = step(parts.finish(state.gradients(), result.total()), lr);
        return finite ? result : result.diverged();
    }

    @Override
    public synchronized boolean join(double lr) {
        requireOpen();
        state.require();
        return step(parts.finish(state.gradients()), lr);
    }

    private boolean step(double own, double lr) {
        double all = exchange.map(others -> others.exchange(state.parameters(), state.gradients(), own))
                .orElse(own);
        boolean finite = all == 0
                || update.apply(state.parameters(), state.gradients(), optimizerState, all, lr, state.iteration());
        state.finishStep();
        return finite;
    }

    @Override
    public synchronized Result accumulate(INDArray features, Targets targets) {
        Result result = part(features, targets);
        parts.add(state.gradients(), result.total());
        return result;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this training is closed");
        }
    }

    /** Gradients and running averages of a step, or of a part of one. */
    private Result part(INDArray features, Targets targets) {
        requireOpen();
        state.require();
        INDArray images = InputArrays.dense(features, image);
        long batch = features.size(0);
        InputArrays.requireFinite(images);
        List<TrainingListener> listeners = List.copyOf(graph.getListeners());
        graph.setInputs(features);
        label(targets, batch);
        graph.addListeners(watch);
        Map<String, ParameterUpdate.Norm> norms = new HashMap<>();
        int draws = state.draws(replica.draw(parts.parts()));
        try {
            watch.targets = targets;
            state.counting(draws, () -> {
                seeded(draws, graph::computeGradientAndScore);
                norms.putAll(watch.norms);
                norms.keySet().removeAll(dropped.vertices());
            });
        } finally {
            graph.setListeners(listeners);
            graph.clearLayerMaskArrays();
        }
        boolean finite = update.average(state.parameters(), state.gradients(), batch, norms);
        double loss = watch.score;
        double total = watch.total;
        if (targets instanceof Targets.Classes) {
            loss *= batch / total / scored(graph, batch);
        } else if (total > 0) {
            state.scaleGradients(layout, (float) (total / batch)); // of a mean times the batch, made sums
        }
        graph.clear();
        Result result = new Result(loss, total, watch.correct, watch.counted);
        return finite && watch.logitsAreFinite ? result : result.diverged();
    }

    /** Says what the graph's output is to be. */
    private void label(Targets targets, long batch) {
        Layer output = GraphReader.unwrapped(graph.getOutputLayer(0));
        var configuration = output.conf().getLayer();
        if (targets instanceof Targets.ClassMaps maps && configuration instanceof ClassMapLoss) {
            labelPlaces(maps, batch);
        } else if (targets instanceof Targets.Values values && configuration instanceof ValueLoss) {
            graph.setLabels(each(InputArrays.finiteValues(values.values())));
        } else if (targets instanceof Targets.Classes classes
                && !(configuration instanceof ClassMapLoss || configuration instanceof ValueLoss)) {
            INDArray labels = classes.labels();
            InputArrays.requireLabels(labels, batch, this.classes.orElse(labels.size(labels.rank() - 1)));
            classes.classWeights()
                    .ifPresentOrElse(weights -> weigh(labels, weights), () -> graph.setLabels(each(labels)));
        } else {
            throw Comparison.otherKind(configuration.getLayerName(), targets);
        }
    }

    private void labelPlaces(Targets.ClassMaps maps, long batch) {
        if (maps.images() != batch) {
            throw new IllegalArgumentException("there are " + batch + " images, but " + maps);
        }
        byte[] classes = maps.classes();
        float[] labels = new float[classes.length];
        float[] factors = new float[classes.length];
        for (int i = 0; i < classes.length; i++) {
            int label = Byte.toUnsignedInt(classes[i]);
            labels[i] = label;
            boolean known = maps.classWeights().isPresent()
                    && label < maps.classWeights().get().length;
            factors[i] = known ? maps.classWeights().get()[label] : 1;
        }
        long[] shape = {batch, 1, maps.height(), maps.width()};
        graph.setLabels(each(Nd4j.createFromArray(labels).reshape(shape)));
        if (maps.classWeights().isPresent()) {
            graph.setLayerMaskArrays(null, each(Nd4j.createFromArray(factors).reshape(shape)));
        }
    }

    /** DL4J takes rows for distributions, whatever their sums, and multiplies what follows by a mask of the images. */
    private void weigh(INDArray labels, float[] classWeights) {
        INDArray rows = labels.mulRowVector(Nd4j.createFromArray(classWeights));
        INDArray sums = rows.sum(true, 1);
        rows.diviColumnVector(Transforms.max(sums, Float.MIN_NORMAL)); // of no weight at all, the mask is 0
        graph.setLabels(each(rows));
        graph.setLayerMaskArrays(null, each(sums));
    }

    private INDArray[] each(INDArray array) {
        INDArray[] arrays = new INDArray[graph.getNumOutputArrays()];
        Arrays.fill(arrays, array);
        return arrays;
    }

    /** ND4J's generator is the calling thread's own, and goes on afterwards where it was. */
    private void seeded(int draws, Runnable pass) {
        Random random = Nd4j.getRandom();
        long root = random.rootState();
        long node = random.nodeState();
        long seed = graph.getConfiguration().getDefaultConfiguration().getSeed();
        SplittableRandom states = new SplittableRandom(new SplittableRandom(seed).nextLong() + draws);
        random.setStates(states.nextLong(), states.nextLong());
        try {
            pass.run();
        } finally {
            random.setStates(root, node);
        }
    }

    @Override
    public Map<String, FloatBuffer> state() {
        return ParameterUpdate.views(optimizerState);
    }

    @Override
    public void startAt(long iteration) {
        state.startAt(iteration);
        parts.clear();
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public Engine engine() {
        return Engine.DL4J;
    }

    @Override
    public Optional<String> fallback() {
        return fallback;
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    /** Captures what DL4J's passes do not expose. */
    private final class Watch extends BaseTrainingListener {
        private final Map<String, ParameterUpdate.Norm> norms = new HashMap<>();
        private final Set<String> trained = layout.segments().stream()
                .filter(segment -> !segment.frozen())
                .map(ParameterLayout.Segment::vertex)
                .collect(Collectors.toSet());
        private Targets targets;
        private double score;
        private double total;
        private boolean logitsAreFinite;
        private int correct;
        private int counted;

        @Override
        public void onForwardPass(Model model, Map<String, INDArray> activations) {
            for (Layer layer : graph.getLayers()) {
                if (layer.conf().getLayer() instanceof BatchNormalization bn
                        && !(bn instanceof FrozenStatisticsBatchNorm)) {
                    INDArray map = activations.get(bn.getLayerName());
                    long positions = map.length() / (map.size(0) * bn.getNOut());
                    if (map.size(0) * positions == 1 && trained.contains(bn.getLayerName())) {
                        throw InputArrays.tooFewValues(bn.getLayerName());
                    }
                    norms.put(bn.getLayerName(), new ParameterUpdate.Norm(positions, bn.getDecay()));
                }
            }
        }

        @Override
        public void onBackwardPass(Model model) {
            score = 0;
            logitsAreFinite = true;
            for (int i = 0; i < graph.getNumOutputArrays(); i++) {
                Layer output = graph.getOutputLayer(i);
                // Without the penalties of the graph's own updater, which does not run.
                score += ((IOutputLayer) GraphReader.unwrapped(output))
                        .computeScore(0, true, LayerWorkspaceMgr.noWorkspaces());
                logitsAreFinite &= logits(output)
                        .map(logits -> logits.dup('c').data().asFloat())
                        .map(logits -> InputArrays.finite(logits, logits.length))
                        .orElse(true);
            }
            correct = 0;
            counted = 0;
            if (targets instanceof Targets.Classes classes) {
                total = classes.total();
                count(classes.labels().argMax(1).toLongVector());
            } else if (targets instanceof Targets.ClassMaps maps) {
                total = weight(maps);
                long[] labels = new long[maps.classes().length];
                Arrays.setAll(labels, i -> Byte.toUnsignedInt(maps.classes()[i]));
                count(labels);
            } else if (targets instanceof Targets.Values values) {
                total = values.values().length();
            }
        }

        private void count(long[] labels) {
            long[] predicted = graph.getOutputLayer(0)
                    .activate(false, LayerWorkspaceMgr.noWorkspaces())
                    .argMax(1)
                    .dup('c')
                    .data()
                    .asLong();
            for (int i = 0; i < labels.length; i++) {
                boolean counts = !(targets instanceof Targets.ClassMaps) || labels[i] != Output.VOID;
                counted += counts ? 1 : 0;
                correct += counts && predicted[i] == labels[i] ? 1 : 0;
            }
        }

        /** Of all places: by the graph's own loss, and in this step. */
        private double weight(Targets.ClassMaps maps) {
            ClassMapLoss loss = (ClassMapLoss)
                    GraphReader.unwrapped(graph.getOutputLayer(0)).conf().getLayer();
            double sum = 0;
            for (byte label : maps.classes()) {
                int place = Byte.toUnsignedInt(label);
                if (place != Output.VOID) {
                    double own = loss.classWeights().isEmpty()
                            ? 1
                            : loss.classWeights().get(place);
                    sum += maps.classWeights().isPresent()
                            ? own * maps.classWeights().get()[place]
                            : own;
                }
            }
            return sum;
        }

        /** What the loss is computed of; a loss that is clipped hides a logit of minus infinity. */
        private Optional<INDArray> logits(Layer output) {
            if (output.getClass() == LossLayer.class
                    || output.conf().getLayer() instanceof ClassMapLoss
                    || output.conf().getLayer() instanceof ValueLoss) {
                return Optional.of(output.input());
            }
            if (output.getClass() != OutputLayer.class) {
                return Optional.empty();
            }
            INDArray products = output.input().mmul(output.getParam(DefaultParamInitializer.WEIGHT_KEY));
            INDArray bias = output.getParam(DefaultParamInitializer.BIAS_KEY);
            return Optional.of(bias == null ? products : products.addRowVector(bias));
        }
    }
}
