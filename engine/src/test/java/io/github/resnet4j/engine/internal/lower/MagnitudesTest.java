package io.github.resnet4j.engine.internal.lower;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Interpreter;
import io.github.resnet4j.engine.internal.ir.Passes;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.ir.ProgramWriter;
import io.github.resnet4j.engine.internal.ir.RandomProgram;
import io.github.resnet4j.engine.internal.read.GraphReader;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MagnitudesTest {
    private static final double USUAL = 2;

    /** In double precision, with the passes and without. */
    @Test
    void noValueOfRandomProgramsIsLarger() {
        int compared = 0;
        for (int seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            Extent image = new Extent(1 + seed % 5, 5, 6);
            ProgramWriter writer = new ProgramWriter(image);
            Program read = RandomProgram.of(writer, seed, RandomProgram.Trained.NOTHING);
            double[] parameters = writer.parameters(random);
            double[] images = random.doubles(image.elements(), -2, 2).toArray();
            for (Program program : List.of(read, Passes.optimise(read))) {
                List<double[]> values = new Interpreter(program, parameters, 1).values(images);
                try (FloatPointer flat = floats(parameters);
                        Prepared prepared = new Prepared(flat.asBuffer())) {
                    Magnitudes magnitudes = new Magnitudes(program, prepared, USUAL);
                    for (int i = 0; i < values.size(); i++) {
                        double largest = DoubleStream.of(values.get(i))
                                .map(Math::abs)
                                .max()
                                .orElse(0);
                        assertThat(magnitudes.bounded()).isTrue();
                        if (magnitudes.watched(i) && largest > USUAL) {
                            break; // what comes after it is not bounded
                        }
                        assertThat(largest)
                                .as("seed %d, %s", seed, program.nodes().get(i))
                                .isLessThanOrEqualTo(magnitudes.bound(i) * (1 + 1e-6));
                        compared++;
                    }
                }
            }
        }
        assertThat(compared).isGreaterThan(10_000);
    }

    /** To look at all values would take longer than to compute with them. */
    @ParameterizedTest
    @ValueSource(strings = {"resnet18", "resnet50", "resnet110-cifar", "plain34", "resnet50-keras"})
    void fewValuesAreWatched(String name) {
        Network network = Zoo.find(name).network();
        ComputationGraph graph = NetworkGraph.create(network, NetworkGraph.Options.seeded(1));
        Extent image = new Extent(
                network.input().channels(),
                network.input().height(),
                network.input().width());
        Program program = Passes.optimise(GraphReader.inference(graph, List.of(), image));
        try (Prepared prepared = new Prepared(graph.params().data().asNioFloat())) {
            Magnitudes magnitudes = new Magnitudes(program, prepared, Magnitudes.USUAL);
            assertThat(magnitudes.bounded()).isTrue();
            long watched = IntStream.range(0, program.nodes().size())
                    .filter(magnitudes::watched)
                    .count();
            assertThat(watched).isBetween(1L, 1 + program.nodes().size() / 10L);
        }
    }

    private static FloatPointer floats(double[] values) {
        FloatPointer floats = new FloatPointer(Math.max(1, values.length));
        for (int i = 0; i < values.length; i++) {
            floats.put(i, (float) values[i]);
        }
        return floats;
    }
}
