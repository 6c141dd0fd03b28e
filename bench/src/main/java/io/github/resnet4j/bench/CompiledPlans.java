package io.github.resnet4j.bench;

import io.github.resnet4j.engine.InferencePlan;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.engine.Sgd;
import io.github.resnet4j.engine.Targets;
import io.github.resnet4j.engine.TrainingPlan;
import io.github.resnet4j.zoo.network.Network;

/** This project's engine: the zoo's graph compiled to oneDNN primitives. */
final class CompiledPlans implements JvmContestant {
    @Override
    public Work train(Network network, int batch) {
        Dl4jBatch dl4j = Dl4jBatch.create(network, batch);
        TrainingPlan plan = TrainingPlan.compile(dl4j.graph(), network.input(), Sgd.paper());
        Targets targets = dl4j.targets();
        return dl4j.work(
                "TrainingPlan, oneDNN " + OneDnn.version(),
                () -> plan.step(dl4j.images(), targets, Dl4jBatch.LEARNING_RATE));
    }

    @Override
    public Work infer(Network network, int batch) {
        Dl4jBatch dl4j = Dl4jBatch.create(network, batch);
        dl4j.settle();
        InferencePlan plan = InferencePlan.compile(dl4j.graph(), network.input(), batch);
        return dl4j.work("InferencePlan, oneDNN " + OneDnn.version(), () -> plan.output(dl4j.images()));
    }
}
