package io.github.resnet4j.engine.internal.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.engine.internal.ir.Operation.Activation.Function;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for every program: random small ones, of all operations. */
class PassesPropertyTest {
    private static final int PROGRAMS = 500;
    private static final int BATCH = 2;

    /** What of a program is trained. */
    enum Trained {
        NOTHING,
        ALL,
        BEHIND_A_PREFIX,
        HERE_AND_THERE
    }

    @ParameterizedTest
    @EnumSource
    void outputsDoNotChange(Trained trained) {
        for (int seed = 0; seed < PROGRAMS; seed++) {
            Random random = new Random(seed);
            ProgramWriter writer = new ProgramWriter(new Extent(2, 6, 5));
            Program program = random(writer, random, trained);
            double[] parameters = writer.parameters(random);
            double[] images = random.doubles(BATCH * 2 * 6 * 5, -2, 2).toArray();

            List<double[]> expected = new Interpreter(program, parameters, BATCH).outputs(images);
            List<double[]> actual = new Interpreter(Passes.optimise(program), parameters, BATCH).outputs(images);

            assertThat(actual).hasSameSizeAs(expected);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.get(i))
                        .as("output %s of %s", i, program)
                        .containsExactly(expected.get(i), within(1e-9));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsTrainedStaysAndKeepsItsWayBack(Trained trained) {
        for (int seed = 0; seed < PROGRAMS; seed++) {
            Program program = random(new ProgramWriter(new Extent(2, 6, 5)), new Random(seed), trained);

            Program optimised = Passes.optimise(program);

            assertThat(trained(optimised)).as("%s", program).isEqualTo(trained(Passes.live(program)));
            boolean[] backward = optimised.backward();
            assertThat(IntStream.range(0, backward.length)
                            .filter(i -> backward[i])
                            .mapToObj(optimised.nodes()::get))
                    .as("%s", program)
                    .allSatisfy(PassesPropertyTest::hasWayBack);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLeftToDo(Trained trained) {
        for (int seed = 0; seed < PROGRAMS; seed++) {
            Program optimised =
                    Passes.optimise(random(new ProgramWriter(new Extent(2, 6, 5)), new Random(seed), trained));

            assertThat(Passes.optimise(optimised)).isEqualTo(optimised);
        }
    }

    @Test
    void randomProgramsHaveSomethingForEveryPass() {
        Set<Class<?>> fused = new HashSet<>();
        int norms = 0;
        int sums = 0;
        int paddings = 0;
        int dropouts = 0;
        for (int seed = 0; seed < PROGRAMS; seed++) {
            Program program =
                    Passes.live(random(new ProgramWriter(new Extent(2, 6, 5)), new Random(seed), Trained.NOTHING));
            Program optimised = Passes.optimise(program);
            paddings += count(program, Operation.ZeroPad.class) - count(optimised, Operation.ZeroPad.class);
            dropouts += count(program, Operation.Dropout.class) - count(optimised, Operation.Dropout.class);
            for (ProgramNode node : optimised.nodes()) {
                norms +=
                        node.op() instanceof Operation.Convolution c && c.norm().isPresent() ? 1 : 0;
                sums += node.epilogue().addsLastInput() ? 1 : 0;
                node.epilogue()
                        .activation()
                        .ifPresent(activation -> fused.add(node.op().getClass()));
            }
        }

        assertThat(List.of(norms, sums, paddings, dropouts))
                .allSatisfy(n -> assertThat(n).isGreaterThan(20));
        assertThat(fused)
                .containsExactlyInAnyOrder(
                        Operation.Convolution.class,
                        Operation.Dense.class,
                        Operation.BatchNorm.class,
                        Operation.Add.class,
                        Operation.Multiply.class);
    }

    private static int count(Program program, Class<? extends Operation> op) {
        return (int) program.nodes().stream()
                .filter(node -> op.isInstance(node.op()))
                .count();
    }

    private static Set<Parameter> trained(Program program) {
        return program.nodes().stream().flatMap(node -> node.trained().stream()).collect(Collectors.toSet());
    }

    private static void hasWayBack(ProgramNode node) {
        Optional<Operation.Activation> activation = node.epilogue().activation();
        assertThat(node.epilogue().addsLastInput()).isFalse();
        if (node.op() instanceof Operation.Convolution c) {
            assertThat(c.norm()).isEmpty();
            assertThat(activation).isEmpty();
        } else if (node.op() instanceof Operation.Dense) {
            assertThat(activation).isEmpty();
        } else {
            activation.ifPresent(a -> assertThat(a).isEqualTo(Operation.Activation.RELU));
        }
    }

    /** Up to 14 nodes, most of which read the last value, and up to 3 outputs. */
    private static Program random(ProgramWriter writer, Random random, Trained trained) {
        int size = 2 + random.nextInt(13);
        int prefix = random.nextInt(size);
        int last = 0;
        for (int i = 0; i < size; i++) {
            boolean frozen =
                    switch (trained) {
                        case NOTHING -> true;
                        case ALL -> false;
                        case BEHIND_A_PREFIX -> i < prefix;
                        case HERE_AND_THERE -> random.nextBoolean();
                    };
            ProgramWriter w = frozen ? writer.frozen() : writer.trained();
            last = write(w, random, random.nextInt(4) > 0 ? last : random.nextInt(last + 1), last, frozen);
        }
        int[] outputs = new int[1 + random.nextInt(3)];
        outputs[0] = last;
        for (int i = 1; i < outputs.length; i++) {
            outputs[i] = random.nextInt(last + 1);
        }
        return writer.program(outputs);
    }

    private static int write(ProgramWriter w, Random random, int input, int last, boolean frozen) {
        int channels = w.extent(input).channels();
        Function function = Function.values()[random.nextInt(3)];
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3:
                boolean grouped = channels % 2 == 0 && random.nextBoolean();
                int filters = random.nextBoolean() ? channels : 2 * (1 + random.nextInt(2));
                return w.convolution(
                        input,
                        filters,
                        window(random, w.extent(input)),
                        grouped && filters % 2 == 0 ? 2 : 1,
                        random.nextBoolean());
            case 4, 5, 6:
                return w.norm(input, !frozen && random.nextBoolean(), random.nextBoolean());
            case 7, 8:
                return w.relu(input);
            case 9:
                return w.activation(input, function, function == Function.RELU ? 0.1 : 0);
            case 10:
                return w.sum(input, partner(w, random, input, last));
            case 11:
                return w.sum(w.convolution(input), partner(w, random, input, last));
            case 12:
                return w.product(input, partner(w, random, input, last));
            case 13:
                return w.zeroPad(input, random.nextInt(2), random.nextInt(3), random.nextInt(3), random.nextInt(2));
            case 14:
                return w.maxPool(input, window(random, w.extent(input)));
            case 15:
                return w.avgPool(input, window(random, w.extent(input)), random.nextBoolean());
            case 16:
                return w.dropout(input, frozen ? 0.5 : 1);
            case 17:
                return random.nextBoolean() ? w.dense(input, 3) : w.scale(input, -0.5);
            case 18:
                return w.zeroPadShortcut(input, channels + 1, 1 + random.nextInt(2), random.nextInt(2));
            default:
                return channels < 8 ? w.concat(input, input) : w.softmax(input);
        }
    }

    /** The last other value of the same extent, or the value itself. */
    private static int partner(ProgramWriter w, Random random, int input, int last) {
        List<Integer> alike = IntStream.rangeClosed(0, last)
                .filter(i -> i != input && w.extent(i).equals(w.extent(input)))
                .boxed()
                .toList();
        return alike.isEmpty() || random.nextInt(8) == 0 ? input : alike.get(alike.size() - 1);
    }

    /** One that fits; its own padding is less than the kernel, so every place sees a value. */
    private static Window window(Random random, Extent in) {
        int height = 1 + random.nextInt(Math.min(3, in.height()));
        int width = 1 + random.nextInt(Math.min(3, in.width()));
        Window.Padding padding = new Window.Padding(
                random.nextInt(height), random.nextInt(height), random.nextInt(width), random.nextInt(width));
        int dilation = (height - 1) * 2 < in.height() && (width - 1) * 2 < in.width() && random.nextInt(4) == 0 ? 2 : 1;
        return new Window(
                height,
                width,
                1 + random.nextInt(2),
                1 + random.nextInt(2),
                dilation == 1 && random.nextBoolean() ? padding : Window.Padding.NONE,
                dilation,
                dilation);
    }
}
