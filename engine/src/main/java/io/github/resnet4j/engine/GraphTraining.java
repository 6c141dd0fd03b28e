package io.github.resnet4j.engine;

import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Training in which DL4J's layers compute loss and gradients. */
final class GraphTraining implements TrainingStep {
    private final ComputationGraph graph;
    private final Optional<String> fallback;
    private final Shape image;
    private final OptionalLong classes;
    private final ParameterLayout layout;
    private final SgdUpdate update;
    private final FloatBuffer parameters;
    private final FloatBuffer velocity;
    private final Watch watch = new Watch();
    private boolean closed;

    GraphTraining(ComputationGraph graph, Shape image, Sgd sgd, Optional<String> fallback) {
        this.graph = graph;
        this.fallback = fallback;
        this.image = image;
        this.classes = Signature.of(graph).outputs();
        this.layout = ParameterLayout.of(graph);
        this.update = new SgdUpdate(sgd, layout);
        this.parameters = graph.params().data().asNioFloat();
        this.velocity = FloatBuffer.allocate(Math.toIntExact(graph.numParams()));
    }

    @Override
    public Result step(INDArray features, INDArray labels, double lr) {
        if (closed) {
            throw new IllegalStateException("this training is closed");
        }
        InputArrays.require(features, image);
        InputArrays.requireLabels(labels, features.size(0), classes.orElse(labels.size(labels.rank() - 1)));
        List<TrainingListener> listeners = List.copyOf(graph.getListeners());
        graph.setInputs(features);
        graph.setLabels(labels);
        graph.addListeners(watch);
        try {
            watch.labels = labels;
            graph.computeGradientAndScore();
        } finally {
            graph.setListeners(listeners);
        }
        FloatBuffer gradient = graph.getFlattenedGradients().data().asNioFloat();
        boolean finite = update.apply(parameters, gradient, velocity, features.size(0), watch.norms, lr);
        graph.clear();
        return new Result(finite ? graph.score() : Double.NaN, watch.correct);
    }

    @Override
    public FloatBuffer velocity() {
        return velocity.duplicate();
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
    public void close() {
        closed = true;
    }

    /** Takes from DL4J's passes what it tells nobody else. */
    private final class Watch extends BaseTrainingListener {
        private final Map<String, SgdUpdate.Norm> norms = new HashMap<>();
        private INDArray labels;
        private int correct;

        @Override
        public void onForwardPass(Model model, Map<String, INDArray> activations) {
            for (Layer layer : graph.getLayers()) {
                if (layer.conf().getLayer() instanceof BatchNormalization bn) {
                    INDArray map = activations.get(bn.getLayerName());
                    long positions = map.length() / (map.size(0) * bn.getNOut());
                    norms.put(bn.getLayerName(), new SgdUpdate.Norm(positions, bn.getDecay()));
                }
            }
        }

        @Override
        public void onBackwardPass(Model model) {
            INDArray predicted = graph.getOutputLayer(0)
                    .activate(false, LayerWorkspaceMgr.noWorkspaces())
                    .argMax(1);
            INDArray actual = labels.argMax(1);
            correct = 0;
            for (int i = 0; i < predicted.length(); i++) {
                if (predicted.getLong(i) == actual.getLong(i)) {
                    correct++;
                }
            }
        }
    }
}
