package io.github.resnet4j.engine;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A short measurement of how fast this machine trains. */
public final class SpeedProbe {
    private static final int BATCH = 64;

    private SpeedProbe() {}

    /** Training images per second of ResNet-20 at batch 64 on random pictures, measured for about {@code seconds}. */
    public static double trainingImagesPerSecond(double seconds) {
        Network network = Zoo.find("resnet20-cifar").network();
        ComputationGraph graph = NetworkGraph.create(network, NetworkGraph.Options.seeded(1));
        TrainingStep training = new TrainingStep(graph, network, Sgd.paper());
        INDArray images = Nd4j.rand(DataType.FLOAT, BATCH, 3, 32, 32);
        INDArray labels = Nd4j.zeros(DataType.FLOAT, BATCH, 10);
        for (int i = 0; i < BATCH; i++) {
            labels.putScalar(i, i % 10, 1);
        }
        training.step(images, labels, 0.01);
        training.step(images, labels, 0.01);
        long start = System.nanoTime();
        int steps = 0;
        do {
            training.step(images, labels, 0.01);
            steps++;
        } while (System.nanoTime() - start < seconds * 1e9);
        return steps * BATCH / ((System.nanoTime() - start) / 1e9);
    }
}
