package io.github.resnet4j.engine.internal.lower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Interpreter;
import io.github.resnet4j.engine.internal.ir.OperationKinds;
import io.github.resnet4j.engine.internal.ir.Passes;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.ir.ProgramWriter;
import io.github.resnet4j.engine.internal.ir.RandomProgram;
import io.github.resnet4j.engine.internal.ir.Window;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each operation has a row, and forward computes its definition. The way back is for {@code RandomGraphTest} to judge. */
class LoweringTest {
    private static final int PROGRAMS = 200;
    private static final Extent IMAGE = new Extent(2, 6, 5);

    @Test
    void everyOperationHasARow() {
        assertThat(Lowering.operations()).isEqualTo(OperationKinds.allBut());
    }

    @ParameterizedTest
    @EnumSource(names = {"NHWC", "NCHW8C", "NCHW16C"})
    void computesWhatTheInterpreterDoes(Order order) {
        for (int seed = 0; seed < PROGRAMS; seed++) {
            Random random = new Random(seed);
            ProgramWriter writer = new ProgramWriter(IMAGE);
            Program program = RandomProgram.of(writer, seed, RandomProgram.Trained.NOTHING);
            int batch = 1 + random.nextInt(3);
            double[] parameters = writer.parameters(random);
            double[] images = images(random, IMAGE, batch);
            List<Integer> everything =
                    IntStream.range(0, program.nodes().size()).boxed().toList();
            for (Program same : List.of(new Program(program.nodes(), everything), Passes.optimise(program))) {
                compare(seed, same, batch, order, parameters, images);
            }
        }
    }

    /** In oneDNN 3.11, a code for plain order takes NHWC of one channel for it, and is wrong from the second image on. */
    @ParameterizedTest
    @EnumSource(names = {"NHWC", "NCHW8C", "NCHW16C"})
    void convolvesFewChannels(Order order) {
        for (int seed = 0; seed < 54; seed++) {
            Random random = new Random(seed);
            Extent image = new Extent(1 + seed % 3, 4, 5);
            int filters = 1 + seed / 3 % 3;
            int kernel = 1 + seed / 9 % 3;
            int stride = 1 + seed / 27;
            ProgramWriter writer = new ProgramWriter(image);
            int relu = writer.relu(0);
            Window window = Window.square(kernel, stride, kernel / 2);
            Program program = writer.program(writer.convolution(relu, filters, window, 1, false));
            double[] parameters = writer.parameters(random);
            for (int batch = 1; batch <= 3; batch++) {
                compare(seed, program, batch, order, parameters, images(random, image, batch));
            }
        }
    }

    private static double[] images(Random random, Extent image, int batch) {
        return random.doubles(batch * image.elements(), -2, 2)
                .map(x -> (float) x)
                .toArray();
    }

    private static void compare(
            int seed, Program program, int batch, Order order, double[] parameters, double[] images) {
        List<double[]> expected = new Interpreter(program, parameters, batch).outputs(images);
        try (FloatPointer flat = floats(parameters);
                FloatPointer in = floats(images);
                Prepared prepared = new Prepared(flat.asBuffer());
                SharedArena arena = new SharedArena();
                Lowering lowering = new Lowering(
                        program,
                        batch,
                        order,
                        new Lowering.FlatArrays(flat.address(), 0),
                        prepared,
                        arena,
                        Lowering.Use.INFERENCE,
                        0)) {
            lowering.run(in.address());
            for (int i = 0; i < expected.size(); i++) {
                double[] values = expected.get(i);
                double largest = 1e-3
                        + IntStream.range(0, values.length)
                                .mapToDouble(j -> Math.abs(values[j]))
                                .max()
                                .orElse(0);
                float[] actual = output(lowering, i, values.length);
                for (int j = 0; j < values.length; j++) {
                    assertThat((double) actual[j])
                            .as(
                                    "value %s of output %s of program %s in %s: %s",
                                    j,
                                    i,
                                    seed,
                                    order,
                                    program.nodes().get(program.outputs().get(i)))
                            .isCloseTo(values[j], within(1e-5 * largest));
                }
            }
        }
    }

    static float[] output(Lowering lowering, int i, int length) {
        assertThat(LongStream.of(lowering.outputShape(i)).reduce(1, (a, b) -> a * b))
                .isEqualTo(length);
        float[] values = new float[length];
        try (FloatPointer copy = new FloatPointer(length)) {
            lowering.copyOutput(i, copy.address());
            copy.get(values);
        }
        return values;
    }

    private static FloatPointer floats(double[] values) {
        FloatPointer floats = new FloatPointer(Math.max(1, values.length));
        for (int i = 0; i < values.length; i++) {
            floats.put(i, (float) values[i]);
        }
        return floats;
    }
}
