package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Several copies of a network, each on its part of the batch, take the steps of one that has all of it. */
class ReplicaTest {
    private static final Network NETWORK = Zoo.find("resnet20-cifar").network(Shape.square(3, 8), 4);
    private static final UpdateRule RULE =
            UpdateRule.of(new AdamW(0.9, 0.999, 1e-8, 0.01, Optimizer.DecayOn.NO_NORM_BIAS, OptionalDouble.of(0.5)));
    private static final int STEPS = 3;
    private static final double LR = 0.01;

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    private static ComputationGraph graph() {
        return NetworkGraph.create(NETWORK, NetworkGraph.Options.seeded(1));
    }

    private static INDArray part(INDArray batch, int from, int to) {
        return batch.get(NDArrayIndex.interval(from, to)).dup('c');
    }

    /** Adds in the order of ranks what every thread brings. */
    static final class Threads {
        private final int count;
        private final CyclicBarrier barrier;
        private final float[][] values;
        private final double[][] totals;

        Threads(int count) {
            this.count = count;
            this.barrier = new CyclicBarrier(count);
            this.values = new float[count][];
            this.totals = new double[count][];
        }

        Replica replica(int rank) {
            return new Replica(rank, count, Optional.of((own, total) -> {
                values[rank] = own.clone();
                totals[rank] = total.clone();
                await();
                for (int i = 0; i < own.length; i++) {
                    own[i] = values[0][i];
                    for (int other = 1; other < count; other++) {
                        own[i] += values[other][i];
                    }
                }
                for (int i = 0; i < total.length; i++) {
                    total[i] = 0;
                    for (int other = 0; other < count; other++) {
                        total[i] += totals[other][i];
                    }
                }
                await();
            }));
        }

        private void await() {
            try {
                barrier.await(60, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What is trained, or the averages. */
    private static List<Float> values(ComputationGraph graph, boolean trained) {
        FloatBuffer all = graph.params().data().asNioFloat();
        List<Float> values = new ArrayList<>();
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            for (int i = 0; segment.kind().trained() == trained && i < segment.length(); i++) {
                values.add(all.get(segment.offset() + i));
            }
        }
        return values;
    }

    /**
     * The gradient of several parts is that of a step that has them one after the other: batch normalisation has the statistics
     * of each part in both.
     *
     * @param sizes of the parts, one for each replica
     */
    private static void assertTheStepsOfOne(Engine engine, int... sizes) throws Exception {
        int batch = Arrays.stream(sizes).sum();
        INDArray images = Seeded.images("replica", batch, NETWORK);
        INDArray labels = Seeded.labels("replica", batch, 4, 0.1);
        ComputationGraph whole = graph();
        try (TrainingStep step = TrainingStep.of(whole, NETWORK.input(), batch, RULE, engine)) {
            for (int i = 0; i < STEPS; i++) {
                int from = 0;
                for (int part = 0; part < sizes.length; part++) {
                    int to = from + sizes[part];
                    Targets targets = sizes[part] == 0 ? null : Targets.of(part(labels, from, to));
                    boolean last = to == batch;
                    if (targets != null && last) {
                        step.step(part(images, from, to), targets, LR);
                        break;
                    } else if (targets != null) {
                        step.accumulate(part(images, from, to), targets);
                    }
                    from = to;
                }
            }
        }
        Threads threads = new Threads(sizes.length);
        ExecutorService pool = Executors.newFixedThreadPool(sizes.length);
        List<ComputationGraph> copies = new ArrayList<>();
        List<Future<?>> ends = new ArrayList<>();
        for (int rank = 0, from = 0; rank < sizes.length; from += sizes[rank++]) {
            ComputationGraph copy = graph();
            copies.add(copy);
            Replica replica = threads.replica(rank);
            int first = from;
            int to = from + sizes[rank];
            ends.add(pool.submit(() -> {
                try (TrainingStep step =
                        TrainingStep.of(copy, NETWORK.input(), Math.max(1, to - first), RULE, engine, replica)) {
                    for (int i = 0; i < STEPS; i++) {
                        if (to == first) {
                            assertThat(step.join(LR)).isTrue();
                        } else {
                            step.step(part(images, first, to), Targets.of(part(labels, first, to)), LR);
                        }
                    }
                }
            }));
        }
        for (Future<?> end : ends) {
            end.get(120, TimeUnit.SECONDS);
        }
        pool.shutdown();
        for (ComputationGraph copy : copies) {
            assertThat(values(copy, true)).isEqualTo(values(whole, true));
            assertThat(values(copy, false)).isEqualTo(values(copies.get(0), false));
            assertThat(copy.getConfiguration().getIterationCount()).isEqualTo(STEPS);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"ONEDNN", "DL4J"})
    void takeTheStepsOfOne(Engine engine) throws Exception {
        assertTheStepsOfOne(engine, 5, 4);
    }

    @Test
    void countEveryImageAlike() throws Exception {
        assertTheStepsOfOne(Engine.ONEDNN, 3, 0, 2);
    }

    /** After one step from the same statistics, the average is that of what each would have had alone. */
    @Test
    void averageTheRunningStatistics() throws Exception {
        INDArray images = Seeded.images("replica", 8, NETWORK);
        INDArray labels = Seeded.labels("replica", 8, 4, 0);
        List<List<Float>> alone = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            ComputationGraph graph = graph();
            try (TrainingStep step = TrainingStep.of(graph, NETWORK.input(), 4, RULE, Engine.ONEDNN)) {
                step.step(part(images, 4 * rank, 4 * rank + 4), part(labels, 4 * rank, 4 * rank + 4), LR);
            }
            alone.add(values(graph, false));
        }
        Threads threads = new Threads(2);
        ExecutorService pool = Executors.newFixedThreadPool(2);
        List<Future<List<Float>>> ends = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            int from = 4 * rank;
            Replica replica = threads.replica(rank);
            ends.add(pool.submit(() -> {
                ComputationGraph graph = graph();
                try (TrainingStep step = TrainingStep.of(graph, NETWORK.input(), 4, RULE, Engine.ONEDNN, replica)) {
                    step.step(part(images, from, from + 4), part(labels, from, from + 4), LR);
                }
                return values(graph, false);
            }));
        }
        for (Future<List<Float>> end : ends) {
            List<Float> found = end.get(60, TimeUnit.SECONDS);
            for (int i = 0; i < found.size(); i++) {
                float mean = (alone.get(0).get(i) + alone.get(1).get(i)) / 2;
                assertThat(found.get(i)).isCloseTo(mean, within(1e-6f * Math.max(1, Math.abs(mean))));
            }
        }
        pool.shutdown();
    }

    @Test
    void aStepWithoutAnyImagesOnlyCounts() {
        ComputationGraph graph = graph();
        List<Float> before = values(graph, true);
        try (TrainingStep step = TrainingStep.of(graph, NETWORK.input(), 4, RULE, Engine.ONEDNN)) {
            assertThat(step.join(LR)).isTrue();
        }
        assertThat(values(graph, true)).isEqualTo(before);
        assertThat(graph.getConfiguration().getIterationCount()).isOne();
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"ONEDNN", "DL4J"})
    void joiningAfterAllPartsIsTheStep(Engine engine) {
        INDArray images = Seeded.images("replica", 4, NETWORK);
        INDArray labels = Seeded.labels("replica", 4, 4, 0);
        ComputationGraph stepped = graph();
        ComputationGraph joined = graph();
        try (TrainingStep step = TrainingStep.of(stepped, NETWORK.input(), 4, RULE, engine);
                TrainingStep join = TrainingStep.of(joined, NETWORK.input(), 4, RULE, engine)) {
            step.step(images, labels, LR);
            join.accumulate(images, Targets.of(labels));
            join.join(LR);
        }
        assertThat(Bits.of(joined.params())).isEqualTo(Bits.of(stepped.params()));
    }

    @Test
    void ranksAreBelowTheCount() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Replica(2, 2, Optional.empty()));
        assertThatIllegalArgumentException().isThrownBy(() -> new Replica(-1, 2, Optional.empty()));
    }
}
