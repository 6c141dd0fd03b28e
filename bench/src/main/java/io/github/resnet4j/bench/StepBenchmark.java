package io.github.resnet4j.bench;

import io.github.resnet4j.engine.Sgd;
import io.github.resnet4j.engine.TrainingPlan;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * How long the engine's training step takes with batches of several sizes. They take turns, so that a ratio is fair, and the
 * clock is that of the thread, which other work on the machine does not move much: the engine must have only this one thread.
 */
public final class StepBenchmark {
    private static final int ROUNDS = 7;

    private StepBenchmark() {}

    /**
     * Prints CSV lines.
     *
     * @param args a network and sizes of batches
     */
    public static void main(String[] args) {
        if (!"1".equals(System.getenv("OMP_NUM_THREADS"))) {
            System.err.println("error: set OMP_NUM_THREADS=1; the processor time of other threads is not counted");
            System.exit(2);
        }
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        String network = args[0];
        List<Integer> sizes =
                Stream.of(args).skip(1).map(Integer::valueOf).sorted().toList();
        Dl4jBatch all = Dl4jBatch.create(Zoo.find(network).network(), Collections.max(sizes));
        Map<Integer, List<Double>> seconds = new TreeMap<>();
        try (TrainingPlan plan = TrainingPlan.compile(all.graph(), all.network().input(), Sgd.paper())) {
            for (int round = 0; round <= ROUNDS; round++) {
                for (int size : sizes) {
                    DataSet part = part(all, size);
                    long start = clock.getCurrentThreadCpuTime();
                    plan.step(part.getFeatures(), part.getLabels(), Dl4jBatch.LEARNING_RATE);
                    double taken = (clock.getCurrentThreadCpuTime() - start) / 1e9;
                    // The first round compiles.
                    if (round > 0) {
                        seconds.computeIfAbsent(size, any -> new ArrayList<>()).add(taken);
                    }
                }
            }
        }
        System.out.println("network,batch,seconds,min,max");
        seconds.forEach((size, taken) -> {
            Collections.sort(taken);
            System.out.printf(
                    Locale.ROOT,
                    "%s,%d,%.4g,%.4g,%.4g%n",
                    network,
                    size,
                    taken.get(ROUNDS / 2),
                    taken.get(0),
                    taken.get(ROUNDS - 1));
        });
        NetworkGraph.close(all.graph());
    }

    private static DataSet part(Dl4jBatch all, int size) {
        INDArray images = all.images().get(NDArrayIndex.interval(0, size));
        INDArray labels = all.labels().get(NDArrayIndex.interval(0, size));
        return new DataSet(images, labels);
    }
}
