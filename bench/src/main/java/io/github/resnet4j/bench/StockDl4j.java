package io.github.resnet4j.bench;

import io.github.resnet4j.zoo.network.Network;
import org.nd4j.linalg.dataset.DataSet;

/** DL4J with its own settings: {@code fit} and {@code output} of the zoo's graph. */
final class StockDl4j implements JvmContestant {
    @Override
    public Work train(Network network, int batch) {
        Dl4jBatch dl4j = Dl4jBatch.create(network, batch);
        DataSet set = new DataSet(dl4j.images(), dl4j.labels());
        return dl4j.work(Dl4jBatch.layers("fit"), () -> dl4j.graph().fit(set));
    }

    @Override
    public Work infer(Network network, int batch) {
        Dl4jBatch dl4j = Dl4jBatch.create(network, batch);
        return dl4j.work(Dl4jBatch.layers("output"), () -> dl4j.graph().outputSingle(dl4j.images()));
    }
}
