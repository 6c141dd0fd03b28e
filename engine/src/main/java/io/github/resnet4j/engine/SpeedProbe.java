package io.github.resnet4j.engine;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Shape;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A short measurement of how fast this machine trains.
 *
 * @param engine the engine used
 * @param fallback why {@link Engine#AUTO} fell back to DL4J
 * @param imagesPerSecond of ResNet-20 at batch 64 on random images
 */
public record SpeedProbe(Engine engine, Optional<String> fallback, double imagesPerSecond) {
    private static final int BATCH = 64;

    /** Measures for about {@code seconds}, after two steps to warm up. */
    public static SpeedProbe measure(Engine engine, double seconds) {
        ComputationGraph graph =
                NetworkGraph.create(Zoo.find("resnet20-cifar").network(), NetworkGraph.Options.seeded(1));
        INDArray images = Nd4j.rand(DataType.FLOAT, BATCH, 3, 32, 32);
        INDArray labels = Nd4j.zeros(DataType.FLOAT, BATCH, 10);
        for (int i = 0; i < BATCH; i++) {
            labels.putScalar(i, i % 10, 1);
        }
        try (TrainingStep training = TrainingStep.of(graph, Shape.square(3, 32), Sgd.paper(), engine)) {
            training.step(images, labels, 0.01);
            training.step(images, labels, 0.01);
            long start = System.nanoTime();
            int steps = 0;
            do {
                training.step(images, labels, 0.01);
                steps++;
            } while (System.nanoTime() - start < seconds * 1e9);
            double elapsed = (System.nanoTime() - start) / 1e9;
            return new SpeedProbe(training.engine(), training.fallback(), steps * BATCH / elapsed);
        } finally {
            NetworkGraph.close(graph);
        }
    }
}
