package io.github.resnet4j.spark.internal;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Shape;
import java.util.Locale;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A small network whose answer is known: shows that the native libraries load and compute what they compute elsewhere. */
final class SelfTest {
    /** The probabilities of ResNet-8 for the numbers below, computed by DL4J's own layers on an x86-64 processor. */
    private static final double[] ANSWER = {
        0.0809135, 0.2717897, 0.0127617, 0.0018757, 0.0258418, 0.3312353, 0.0444048, 0.0021757, 0.0079960, 0.2210059
    };

    private static final double TOLERANCE = 1e-4;

    private SelfTest() {}

    /**
     * Computes and compares.
     *
     * @return the engine that computed
     * @throws IllegalStateException if the answer is wrong
     */
    static Engine run() {
        return run(Engine.AUTO);
    }

    static Engine run(Engine wanted) {
        Architecture small = Zoo.find("resnet8-mlperf");
        ComputationGraph graph = NetworkGraph.create(small.network(), NetworkGraph.Options.seeded(1));
        // Numbers that no generator of random ones has a say in. Positive, as variances are.
        graph.setParams(numbers(graph.numParams(), 0.03, 0.027));
        try (Inference inference = Inference.of(graph, Shape.square(3, 32), 1, wanted)) {
            INDArray image = numbers(3 * 32 * 32, 0, 1).reshape(1, 3, 32, 32);
            compare(inference.output(image).toDoubleVector(), inference.engine());
            return inference.engine();
        } finally {
            NetworkGraph.close(graph);
        }
    }

    static void compare(double[] answer, Engine engine) {
        for (int i = 0; i < answer.length; i++) {
            // The other way round, NaN would pass.
            if (!(Math.abs(answer[i] - ANSWER[i]) <= TOLERANCE)) {
                throw new IllegalStateException(String.format(
                        Locale.ROOT,
                        "a network gave %.6f where %.6f is right (class %d, %s)",
                        answer[i],
                        ANSWER[i],
                        i,
                        engine.key()));
            }
        }
    }

    private static INDArray numbers(long count, double mean, double amplitude) {
        float[] values = new float[Math.toIntExact(count)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + amplitude * StrictMath.sin(0.37 * i));
        }
        return Nd4j.create(values).castTo(DataType.FLOAT);
    }
}
