package io.github.resnet4j.engine.internal.lower;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Passes;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.ir.ProgramWriter;
import io.github.resnet4j.engine.internal.ir.Window;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import io.github.resnet4j.engine.report.PlanReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Concatenations one behind the other, in an order with blocks, are held against those channels last, which copy. */
class GrowingMapTest {
    private static final Extent IMAGE = new Extent(3, 6, 5);

    /** What a run of a program for training gives. */
    private record Run(List<float[]> outputs, float[] gradients, List<PlanReport.Step> steps) {}

    /**
     * A dense block of layers that add {@code growths} channels, with and without a bottleneck; and readers of the map in
     * between that are no such layers: a sum, a product by channel, an activation, a pooling, and a second concatenation.
     */
    private static Program block(ProgramWriter net, int width, int... growths) {
        net.trained();
        int x = net.convolution(0, width, Window.square(3, 1, 1), 1, true);
        List<Integer> outputs = new ArrayList<>();
        List<Integer> branches = new ArrayList<>();
        for (int l = 0; l < growths.length; l++) {
            int y = net.relu(net.norm(x, true, false));
            if (l % 2 == 0) {
                y = net.convolution(y, 7, Window.square(1, 1, 0), 1, false);
                y = net.relu(net.norm(y, true, false));
            }
            y = net.convolution(y, growths[l], Window.square(3, 1, 1), 1, l == 1);
            if (l == 2) {
                branches.add(net.concat(y, x));
                branches.add(net.concat(x, y, y));
            }
            x = net.concat(x, y);
            outputs.add(x);
        }
        int first = outputs.get(0);
        branches.add(net.sum(first, net.activation(first, Operation.Activation.Function.SIGMOID, 0)));
        branches.add(net.product(first, net.avgPool(first, new Window(6, 5, 1, 1, Window.Padding.NONE, 1, 1), false)));
        branches.add(net.prelu(outputs.get(1), false));
        branches.add(net.scale(outputs.get(outputs.size() / 2), 0.5));
        branches.add(net.maxPool(x, Window.square(2, 2, 0)));
        branches.add(net.relu(net.norm(x, true, false)));
        int[] logits =
                branches.stream().mapToInt(branch -> net.dense(branch, 4)).toArray();
        outputs.addAll(branches);
        outputs.add(net.softmax(net.sum(logits)));
        return net.program(outputs.stream().mapToInt(i -> i).toArray());
    }

    @ParameterizedTest
    @CsvSource({"NCHW8C, 1", "NCHW8C, 3", "NCHW16C, 1", "NCHW16C, 3"})
    void givesValuesAndGradientsOfCopies(Order order, int batch) {
        List<int[]> widths = List.of(
                new int[] {24, 12, 12, 12, 12},
                new int[] {16, 16, 32, 16},
                new int[] {5, 3, 16, 11, 13, 20},
                new int[] {32, 5, 5, 6, 17},
                new int[] {1, 1, 1, 1, 1});
        for (int[] width : widths) {
            ProgramWriter net = new ProgramWriter(IMAGE);
            Program program = Passes.optimise(block(net, width[0], Arrays.copyOfRange(width, 1, width.length)));
            double[] parameters = net.parameters(new Random(1));
            Run copies = run(program, parameters, Order.NHWC, batch);
            Run grown = run(program, parameters, order, batch);
            for (int i = 0; i < program.outputs().size(); i++) {
                near("output " + i, grown.outputs.get(i), copies.outputs.get(i));
            }
            near("gradients of " + Arrays.toString(width), grown.gradients, copies.gradients);
        }
    }

    @Test
    void copiesNothingThatIsThere() {
        ProgramWriter net = new ProgramWriter(IMAGE);
        net.trained();
        int x = net.convolution(0, 32, Window.square(3, 1, 1), 1, false);
        for (int l = 0; l < 6; l++) {
            int y = net.relu(net.norm(x, true, false));
            x = net.concat(x, net.convolution(y, 16, Window.square(3, 1, 1), 1, false));
        }
        int logits = net.dense(net.avgPool(x, new Window(6, 5, 1, 1, Window.Padding.NONE, 1, 1), false), 4);
        Program program = Passes.optimise(net.program(net.softmax(logits)));
        Run run = run(program, net.parameters(new Random(1)), Order.NCHW16C, 2);
        // The 32 channels that the block begins with, and the 16 of its first layer, which reads them where they were.
        assertThat(run.steps.stream().filter(step -> step.what().equals("place")))
                .hasSize(2);
        assertThat(run.steps.stream().filter(step -> step.what().equals("part")))
                .isEmpty();
    }

    private static Run run(Program program, double[] parameters, Order order, int batch) {
        Random random = new Random(2);
        double[] images = random.doubles(batch * IMAGE.elements(), -2, 2).toArray();
        double[] labels = new double[batch * 4];
        IntStream.range(0, batch).forEach(n -> labels[n * 4 + n % 4] = 1);
        try (FloatPointer flat = floats(parameters);
                FloatPointer back = floats(new double[parameters.length]);
                FloatPointer in = floats(images);
                FloatPointer rows = floats(labels);
                Prepared prepared = new Prepared(flat.asBuffer());
                SharedArena arena = new SharedArena();
                Lowering lowering = new Lowering(
                        program,
                        batch,
                        order,
                        new Lowering.FlatArrays(flat.address(), back.address()),
                        prepared,
                        arena,
                        Lowering.Use.TRAINING,
                        0)) {
            // What an earlier step left in the arena must not matter, whatever it was.
            float[] usual = new float[parameters.length];
            flat.get(usual);
            float[] broken = new float[parameters.length];
            Arrays.fill(broken, Float.NaN);
            for (float[] values : List.of(broken, usual)) {
                flat.put(values);
                lowering.next(new Lowering.Wanted.Rows(rows.asBuffer(), Optional.empty()), 0);
                lowering.run(in.address());
            }
            List<float[]> outputs = new ArrayList<>();
            for (int i = 0; i < program.outputs().size(); i++) {
                Extent extent = program.nodes().get(program.outputs().get(i)).extent();
                outputs.add(LoweringTest.output(lowering, i, Math.toIntExact(batch * extent.elements())));
            }
            float[] gradients = new float[parameters.length];
            back.get(gradients);
            return new Run(outputs, gradients, lowering.report().steps());
        }
    }

    private static void near(String what, float[] actual, float[] expected) {
        float largest = 1e-3f;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs(actual[i] - expected[i]))
                    .as("%s, value %s: %s instead of %s", what, i, actual[i], expected[i])
                    .isLessThan(1e-5f * largest);
        }
    }

    private static FloatPointer floats(double[] values) {
        FloatPointer floats = new FloatPointer(values.length);
        for (int i = 0; i < values.length; i++) {
            floats.put(i, (float) values[i]);
        }
        return floats;
    }
}
