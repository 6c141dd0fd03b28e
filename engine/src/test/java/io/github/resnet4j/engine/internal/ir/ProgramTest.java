package io.github.resnet4j.engine.internal.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program says about itself, and what is none. */
class ProgramTest {
    private static final Extent MAP = new Extent(2, 3, 5);
    private static final ProgramNode IMAGES = new ProgramNode("images", new Operation.Input(), List.of(), MAP, true);

    @Test
    void beginsWithItsOnlyInput() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Program(List.of(relu("relu")), List.of(0)))
                .withMessage("the first node, and no other, must be the input: relu");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Program(List.of(IMAGES, IMAGES), List.of(0)))
                .withMessage("the first node, and no other, must be the input: images");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 2, 3})
    void nodesReadWhatStandsBeforeThem(int input) {
        List<ProgramNode> nodes = List.of(IMAGES, relu("first", 0), relu("second", input));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Program(nodes, List.of(0)))
                .withMessage("second at 2 reads the value at " + input);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 2})
    void outputsAreValues(int output) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Program(List.of(IMAGES, relu("relu", 0)), List.of(0, output)))
                .withMessage("there is no value at " + output);
    }

    @Test
    void readersAreListedOnceForEachReading() {
        ProgramWriter w = new ProgramWriter(MAP);
        int relu = w.relu(0);
        int sum = w.sum(relu, relu);
        w.sum(sum, relu);

        assertThat(w.program(0).readers()).containsExactly(List.of(1), List.of(2, 2, 3), List.of(3), List.of());
    }

    /** From the first operation that is trained on, but not beside it. */
    @Test
    void gradientsGoIntoWhatDependsOnWhatIsTrained() {
        ProgramWriter w = new ProgramWriter(MAP);
        int prefix = w.norm(0);
        int trained = w.trained().norm(prefix);
        int beside = w.frozen().norm(prefix);
        w.sum(beside, prefix);
        w.sum(beside, trained);
        w.trained().relu(prefix);

        assertThat(w.program(0).backward()).containsExactly(false, false, true, false, false, true, false);
    }

    static List<Arguments> trained() {
        Parameter[] p = IntStream.range(0, 4).mapToObj(i -> new Parameter(i, 1)).toArray(Parameter[]::new);
        Window window = Window.square(1, 1, 0);
        Operation.BatchNorm norm = new Operation.BatchNorm(p[0], p[1], p[2], p[3], 1e-5, 0.9, false, true);
        Operation.BatchNorm fixed = new Operation.BatchNorm(p[2], p[3], p[2], p[3], 1e-5, 0.9, false, false);
        return List.of(
                trained(new Operation.Convolution(1, window, 1, p[0], Optional.empty()), p[0]),
                trained(new Operation.Convolution(1, window, 1, p[0], Optional.of(p[1])), p[0], p[1]),
                trained(new Operation.Convolution(1, window, 1, p[0], Optional.empty(), Optional.of(fixed), 1), p[0]),
                trained(new Operation.Dense(1, p[0], Optional.empty()), p[0]),
                trained(new Operation.Dense(1, p[0], Optional.of(p[1])), p[0], p[1]),
                trained(norm, p[0], p[1]),
                trained(new Operation.Prelu(p[0]), p[0]),
                trained(Operation.Activation.RELU),
                trained(new Operation.Add()));
    }

    private static Arguments trained(Operation op, Parameter... parameters) {
        return Arguments.of(op, List.of(parameters));
    }

    @ParameterizedTest
    @MethodSource("trained")
    void whatIsFrozenTrainsNothing(Operation op, List<Parameter> parameters) {
        assertThat(new ProgramNode("node", op, List.of(0), MAP, false).trained())
                .isEqualTo(parameters);
        assertThat(new ProgramNode("node", op, List.of(0), MAP, true).trained()).isEmpty();
    }

    @Test
    void extentsCountTheirValues() {
        assertThat(MAP.elements()).isEqualTo(30);
        assertThat(new Extent(1 << 20, 1 << 10, 1 << 10).elements()).isEqualTo(1L << 40);
        assertThat(MAP).hasToString("2×3×5");
        assertThatCode(() -> new Extent(1, 1, 1)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 1", "1, 0, 1", "1, 1, 0", "-2, 3, 5"})
    void extentsHaveElements(int channels, int height, int width) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Extent(channels, height, width))
                .withMessage("a value of %d×%d×%d has no elements", channels, height, width);
    }

    private static ProgramNode relu(String name, Integer... inputs) {
        return new ProgramNode(name, Operation.Activation.RELU, List.of(inputs), MAP, true);
    }
}
