package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.lower.Lowering;
import io.github.resnet4j.engine.internal.lower.Prepared;
import io.github.resnet4j.engine.internal.lower.SharedArena;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import io.github.resnet4j.engine.internal.read.GraphReader;
import io.github.resnet4j.zoo.network.Shape;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LoweringCacheTest {
    private static final UserGraph USER = UserGraph.upTo(
            "conv",
            "cached",
            new Shape(2, 5, 5),
            builder -> builder.addLayer(
                    "conv", new ConvolutionLayer.Builder(3, 3).nOut(8).build(), "in"));

    private final ComputationGraph graph = USER.graph();
    private final Program program = GraphReader.inference(graph, List.of(), USER.extent());
    private final Prepared prepared = new Prepared(graph.params().data().asNioFloat());
    private final List<Integer> lowered = new ArrayList<>();

    @AfterEach
    void close() {
        prepared.close();
    }

    private Lowering get(LoweringCache<Integer> cache, int batch) {
        return cache.get(batch, arena -> lower(batch, arena));
    }

    private Lowering lower(int batch, SharedArena arena) {
        lowered.add(batch);
        Lowering.FlatArrays none = new Lowering.FlatArrays(0, 0);
        return new Lowering(program, batch, Order.NHWC, none, prepared, arena, Lowering.Use.INFERENCE, 0);
    }

    @Test
    void threeStayWhateverTheyTake() {
        try (LoweringCache<Integer> cache = new LoweringCache<>(0)) {
            for (int round = 0; round < 4; round++) {
                IntStream.of(8, 3, 5).forEach(batch -> get(cache, batch));
            }
            assertThat(lowered).containsExactly(8, 3, 5);
        }
    }

    @Test
    void whatWasNotUsedForLongestGoesFirst() {
        try (LoweringCache<Integer> cache = new LoweringCache<>(0)) {
            IntStream.of(1, 2, 3, 1, 4, 1, 3, 2).forEach(batch -> get(cache, batch));
            assertThat(lowered).as("2 made room for 4").containsExactly(1, 2, 3, 4, 2);
        }
    }

    @Test
    void manySmallOnesStay() {
        try (LoweringCache<Integer> cache = new LoweringCache<>()) {
            for (int round = 0; round < 2; round++) {
                IntStream.rangeClosed(1, 20).forEach(batch -> get(cache, batch));
            }
            assertThat(lowered).hasSize(20);
        }
    }

    /** A larger batch moves what the smaller ones work in, and takes it back when it goes. */
    @Test
    void everyOneComputesInTheArenaOfAll() {
        try (LoweringCache<Integer> cache = new LoweringCache<>(0)) {
            Bits two = output(get(cache, 2), 2);
            Bits hundred = output(get(cache, 100), 100);
            assertThat(output(get(cache, 2), 2)).isEqualTo(two);
            get(cache, 3);
            get(cache, 4);
            get(cache, 2);
            assertThat(output(get(cache, 2), 2)).isEqualTo(two);
            assertThat(output(get(cache, 100), 100)).isEqualTo(hundred);
            assertThat(lowered).containsExactly(2, 100, 3, 4, 100);
        }
    }

    private static Bits output(Lowering lowering, int batch) {
        INDArray output = Nd4j.create(DataType.FLOAT, lowering.outputShape(0));
        INDArray images = USER.images(batch);
        lowering.run(GraphState.address(images));
        lowering.copyOutput(0, GraphState.address(output));
        Reference.reachabilityFence(images);
        return Bits.of(output);
    }
}
