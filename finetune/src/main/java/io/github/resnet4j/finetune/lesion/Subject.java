package io.github.resnet4j.finetune.lesion;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.EvaluationSteps;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Chain;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A model that is studied.
 *
 * @param origin where it comes from
 * @param chain its units
 * @param graph with its parameters
 * @param compiled runs its units
 * @param pipeline from an image to its input
 */
record Subject(String origin, Chain chain, ComputationGraph graph, CompiledChain compiled, Pipeline pipeline)
        implements AutoCloseable {

    /** The units of a model, of which not even the weights are read. */
    static Chain chain(SourceModel model) {
        try {
            Chain chain = Chain.of(model.card().network());
            requireMaps(chain);
            return chain;
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    model.origin() + ": " + e.getMessage() + "; study a residual, plain or VGG network");
        }
    }

    /** Units run by themselves on N×C×H×W; a block that adds the rows of a dense layer to what enters it cannot. */
    private static void requireMaps(Chain chain) {
        for (Chain.Unit unit : chain.units()) {
            boolean readsRows = unit.whole().nodes().stream()
                    .anyMatch(node ->
                            node.op() instanceof Op.Dense && node.inputs().contains(Network.INPUT));
            if (unit.kind() == Chain.Kind.BLOCK && readsRows) {
                throw new IllegalArgumentException(chain.network().name()
                        + " has blocks of dense layers, such as " + unit.name()
                        + ", and only blocks of convolutions can be studied");
            }
        }
    }

    /** Loads a model; nothing is compiled yet. */
    static Subject open(SourceModel model, int batch, Engine engine) {
        Chain chain = chain(model);
        OneDnn.enable();
        ComputationGraph graph = model.load(NetworkGraph.Options.seeded(1)).graph();
        return new Subject(
                model.origin(),
                chain,
                graph,
                new CompiledChain(chain, graph, batch, engine),
                EvaluationSteps.pipeline(model.card()));
    }

    Network network() {
        return chain.network();
    }

    /** The images in their order, as the model takes them. */
    BatchLoader loader(ImageDataset images, int batch, BadImages badImages) {
        Shape in = network().input();
        int workers = Runtime.getRuntime().availableProcessors();
        return new BatchLoader(
                images,
                pipeline::write,
                in.channels(),
                in.height(),
                in.width(),
                new LoaderOptions(batch, 0, workers, 2 * workers, false, badImages));
    }

    @Override
    public void close() {
        compiled.close();
        NetworkGraph.close(graph);
    }
}
