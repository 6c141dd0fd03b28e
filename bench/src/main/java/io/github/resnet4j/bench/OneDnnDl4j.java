package io.github.resnet4j.bench;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.engine.Sgd;
import io.github.resnet4j.engine.Targets;
import io.github.resnet4j.engine.TrainingStep;
import io.github.resnet4j.zoo.network.Network;

/** DL4J's layers with oneDNN reached: the engine's {@code TrainingStep}, and {@code output} of the zoo's graph. */
final class OneDnnDl4j implements JvmContestant {
    @Override
    public Work train(Network network, int batch) {
        OneDnn.enable();
        Dl4jBatch dl4j = Dl4jBatch.create(network, batch);
        TrainingStep training = TrainingStep.of(dl4j.graph(), network.input(), Sgd.paper(), Engine.DL4J);
        Targets targets = dl4j.targets();
        return dl4j.work(
                Dl4jBatch.layers("TrainingStep"), () -> training.step(dl4j.images(), targets, Dl4jBatch.LEARNING_RATE));
    }

    @Override
    public Work infer(Network network, int batch) {
        OneDnn.enable();
        Dl4jBatch dl4j = Dl4jBatch.create(network, batch);
        return dl4j.work(Dl4jBatch.layers("output"), () -> dl4j.graph().outputSingle(dl4j.images()));
    }
}
