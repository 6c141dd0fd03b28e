package io.github.resnet4j.bench;

import io.github.resnet4j.engine.Backend;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.engine.Sgd;
import io.github.resnet4j.engine.TrainingStep;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;

/**
 * The DL4J contestant: builds a network and one random batch, then trains or infers when its standard input says so.
 * Arguments: the model, the batch size, and {@code engine} for this project's engine or {@code stock} for DL4J's own
 * {@code fit} with DL4J's settings.
 */
public final class TrainBenchmark {
    private static final double LEARNING_RATE = 0.01;

    private final ComputationGraph graph;
    private final INDArray images;
    private final INDArray labels;
    private final Runnable training;

    private TrainBenchmark(Network network, int batch, boolean stock) {
        NetworkGraph.Options options =
                new NetworkGraph.Options(1, DataType.FLOAT, new Nesterovs(LEARNING_RATE, 0.9), Optional.empty());
        graph = NetworkGraph.create(network, options);
        Shape input = network.input();
        Nd4j.getRandom().setSeed(1);
        images = Nd4j.randn(DataType.FLOAT, batch, input.channels(), input.height(), input.width());
        labels = Nd4j.zeros(DataType.FLOAT, batch, network.classes());
        for (int i = 0; i < batch; i++) {
            labels.putScalar(i, i % network.classes(), 1);
        }
        if (stock) {
            DataSet set = new DataSet(images, labels);
            training = () -> graph.fit(set);
        } else {
            TrainingStep step = TrainingStep.of(graph, Sgd.paper(), Engine.DL4J);
            training = () -> step.step(images, labels, LEARNING_RATE);
        }
    }

    /** See the class. */
    public static void main(String[] args) throws IOException {
        Network network = Zoo.find(args[0]).network();
        int batch = Integer.parseInt(args[1]);
        boolean stock = args[2].equals("stock");
        if (!stock) {
            OneDnn.enable();
        }
        TrainBenchmark benchmark = new TrainBenchmark(network, batch, stock);
        Backend backend = Backend.inspect();
        say(new Answer.Ready(
                network.parameters(),
                "DL4J 1.0.0-M2.1, " + (OneDnn.reached() ? "layers use oneDNN" : "layers do not use oneDNN") + ", "
                        + backend.nativeJar() + ", threads " + backend.threads()));
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            String[] request = line.split(" ");
            Task task = Task.valueOf(request[0].toUpperCase(Locale.ROOT));
            say(benchmark.run(task, Double.parseDouble(request[1])));
        }
    }

    private Answer.Done run(Task task, double seconds) {
        Runnable work =
                switch (task) {
                    case TRAIN -> training;
                    case INFER -> () -> graph.outputSingle(images);
                };
        int batches = 0;
        long start = System.nanoTime();
        double elapsed;
        do {
            work.run();
            batches++;
            elapsed = (System.nanoTime() - start) / 1e9;
        } while (elapsed < seconds);
        return new Answer.Done(task, batches * images.size(0), elapsed);
    }

    private static void say(Answer answer) {
        System.out.println(answer.line());
    }
}
