package io.github.resnet4j.cli;

import io.github.resnet4j.engine.EngineUnavailableException;
import io.github.resnet4j.engine.InferencePlan;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.engine.Sgd;
import io.github.resnet4j.engine.TrainingPlan;
import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.engine.UpdateRule;
import io.github.resnet4j.engine.report.PlanReport;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** How the oneDNN engine compiles a network. A class of its own, so that `info` without --plan loads no native code. */
final class CompiledPlan {
    private CompiledPlan() {}

    /**
     * Compiles a network with random weights.
     *
     * @param freeze last frozen part
     * @param batchSize images per batch
     * @param training for training; otherwise for inference
     * @throws UsageException if the engine cannot run it
     */
    static PlanReport report(Network network, Optional<String> freeze, int batchSize, boolean training) {
        OneDnn.enable();
        ComputationGraph graph =
                NetworkGraph.create(network, NetworkGraph.Options.seeded(1).frozenUpTo(freeze));
        try {
            if (training) {
                try (TrainingPlan plan =
                        TrainingPlan.compile(graph, network.input(), batchSize, UpdateRule.of(Sgd.paper()))) {
                    return plan.report(batchSize);
                }
            }
            try (InferencePlan plan = InferencePlan.compile(graph, network.input(), batchSize)) {
                return plan.report();
            }
        } catch (UnsupportedGraphException | EngineUnavailableException e) {
            throw new UsageException(e.getMessage());
        } finally {
            NetworkGraph.close(graph);
        }
    }
}
