package io.github.resnet4j.finetune.internal.task;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A trained model that is to be used.
 *
 * @param batchSize samples that are computed together
 * @param engine that computes them
 * @param remarks receives what is worth a word
 * @param progress receives the number of samples done so far
 * @param stop polled between batches
 * @param out folder for files that answers consist of
 */
public record ModelUse(
        SourceModel source,
        int batchSize,
        Engine engine,
        Consumer<String> remarks,
        LongConsumer progress,
        BooleanSupplier stop,
        Optional<Path> out) {
    /** What the model is. */
    public ModelCard card() {
        return source.card();
    }

    /** The same with at most so many samples computed together. */
    public ModelUse atMost(int samples) {
        return new ModelUse(source, Math.min(batchSize, samples), engine, remarks, progress, stop, out);
    }

    /** Loads the network, which loads native code. */
    public Loaded load() {
        OneDnn.enable();
        ComputationGraph graph = source.load(NetworkGraph.Options.seeded(1)).graph();
        try {
            return new Loaded(graph, Inference.of(graph, card().input(), batchSize, engine));
        } catch (RuntimeException e) {
            NetworkGraph.close(graph);
            throw e;
        }
    }

    /** A network in memory. */
    public record Loaded(ComputationGraph graph, Inference inference) implements AutoCloseable {
        @Override
        public void close() {
            try (inference) {
                NetworkGraph.close(graph);
            }
        }
    }
}
