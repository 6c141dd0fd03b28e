package consumer;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Sgd;
import io.github.resnet4j.engine.TrainingStep;
import io.github.resnet4j.finetune.model.Classifier;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import java.awt.image.BufferedImage;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Trains a network of the zoo for a step, and has a bundled one look at an image. */
public final class Consumer {
    private Consumer() {}

    /** Prints what ConsumerIT looks for. */
    public static void main(String[] args) {
        try (Classifier classifier = Classifier.load("resnet20-cifar.r4j_cifar10jpeg")) {
            BufferedImage grey = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
            System.out.println("best: " + classifier.classify(grey).best().label());
        }
        Network network = Zoo.find("resnet20-cifar").network();
        ComputationGraph graph = NetworkGraph.create(network, NetworkGraph.Options.seeded(1));
        INDArray before = graph.params().dup();
        try (TrainingStep training = TrainingStep.of(graph, network.input(), Sgd.paper(), Engine.AUTO)) {
            training.step(
                    Nd4j.rand(DataType.FLOAT, 2, 3, 32, 32),
                    Nd4j.create(new float[][] {{1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}),
                    0.1);
            System.out.println("engine: " + training.engine());
        }
        System.out.println("learnt: " + !graph.params().equals(before));
        System.exit(0);
    }
}
