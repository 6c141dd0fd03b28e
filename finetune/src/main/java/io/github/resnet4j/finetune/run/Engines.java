package io.github.resnet4j.finetune.run;

import io.github.resnet4j.engine.BatchMemoryError;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.engine.InferencePlan;
import io.github.resnet4j.engine.TrainingPlan;
import io.github.resnet4j.engine.TrainingStep;
import io.github.resnet4j.engine.UpdateRule;
import io.github.resnet4j.finetune.report.EngineUse;
import io.github.resnet4j.zoo.network.Shape;
import java.util.function.Function;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * The engines of a run, from its first step to its last evaluation.
 *
 * @param training trains the graph
 * @param inference evaluates the same graph, once refreshed
 */
record Engines(TrainingStep training, Inference inference) implements AutoCloseable {

    /** Of a batch whose training alone would fit: with evaluation, 0.80 of it fit with ResNet-18, and 0.90 with ResNet-20. */
    private static final double FITS_BOTH = 0.8;

    /**
     * Prepares a graph, whose parameters have the values that frozen layers are to keep.
     *
     * @throws io.github.resnet4j.engine.UnsupportedGraphException if oneDNN is required and cannot run the graph
     * @throws io.github.resnet4j.engine.EngineUnavailableException if oneDNN is required and not available
     * @throws BatchMemoryError if there is too little memory to train on such batches and to evaluate
     */
    static Engines of(ComputationGraph graph, Shape image, UpdateRule rule, int batchSize, Engine wanted) {
        return with(batchSize, TrainingStep.of(graph, image, batchSize, rule, wanted), training -> {
            // Where oneDNN cannot train, one warning is enough.
            Engine next = training.engine() == Engine.DL4J ? Engine.DL4J : wanted;
            return Inference.of(graph, image, batchSize, next);
        });
    }

    /**
     * Prepares what stands behind a frozen part of a graph: both engines take the values of a vertex in place of images.
     *
     * @throws io.github.resnet4j.engine.UnsupportedGraphException if oneDNN cannot run the graph
     * @throws io.github.resnet4j.engine.EngineUnavailableException if oneDNN is not available
     */
    static Engines behind(String vertex, ComputationGraph graph, Shape image, UpdateRule rule, int batchSize) {
        return with(
                batchSize,
                TrainingPlan.compileBehind(graph, vertex, image, batchSize, rule),
                training -> InferencePlan.compileBehind(graph, vertex, image, batchSize));
    }

    private static Engines with(int batchSize, TrainingStep training, Function<TrainingStep, Inference> inference) {
        try {
            return new Engines(training, inference.apply(training));
        } catch (BatchMemoryError e) {
            training.close();
            // Evaluation takes smaller batches, whose size nobody has set.
            throw new BatchMemoryError(batchSize, e.bytes(), (int) (FITS_BOTH * batchSize), e);
        } catch (RuntimeException | Error e) {
            training.close();
            throw e;
        }
    }

    EngineUse use() {
        return new EngineUse(training.engine(), training.fallback())
                .evaluatedBy(new EngineUse(inference.engine(), inference.fallback()));
    }

    @Override
    public void close() {
        try (training) {
            inference.close();
        }
    }
}
