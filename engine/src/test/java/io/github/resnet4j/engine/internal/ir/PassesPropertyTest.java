package io.github.resnet4j.engine.internal.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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

    @ParameterizedTest
    @EnumSource
    void outputsDoNotChange(RandomProgram.Trained trained) {
        for (int seed = 0; seed < PROGRAMS; seed++) {
            Random random = new Random(seed);
            ProgramWriter writer = new ProgramWriter(new Extent(2, 6, 5));
            Program program = RandomProgram.of(writer, seed, trained);
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
    void whatIsTrainedStaysAndKeepsItsWayBack(RandomProgram.Trained trained) {
        for (int seed = 0; seed < PROGRAMS; seed++) {
            Program program = RandomProgram.of(new ProgramWriter(new Extent(2, 6, 5)), seed, trained);

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
    void nothingIsLeftToDo(RandomProgram.Trained trained) {
        for (int seed = 0; seed < PROGRAMS; seed++) {
            Program optimised =
                    Passes.optimise(RandomProgram.of(new ProgramWriter(new Extent(2, 6, 5)), seed, trained));

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
            Program program = Passes.live(
                    RandomProgram.of(new ProgramWriter(new Extent(2, 6, 5)), seed, RandomProgram.Trained.NOTHING));
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
                        Operation.StochasticSum.class,
                        Operation.Multiply.class);
    }

    @Test
    void randomProgramsHaveEveryOperation() {
        Set<Class<?>> written = IntStream.range(0, PROGRAMS)
                .mapToObj(seed ->
                        RandomProgram.of(new ProgramWriter(new Extent(2, 6, 5)), seed, RandomProgram.Trained.NOTHING))
                .flatMap(program -> program.nodes().stream())
                .map(node -> node.op().getClass())
                .collect(Collectors.toSet());

        assertThat(written).isEqualTo(OperationKinds.allBut(Operation.Distance.class));
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
        }
        if (node.op() instanceof Operation.Dense) {
            assertThat(activation).isEmpty();
        } else {
            activation.ifPresent(a -> assertThat(a).isEqualTo(Operation.Activation.RELU));
        }
    }
}
