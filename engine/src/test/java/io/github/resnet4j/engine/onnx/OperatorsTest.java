package io.github.resnet4j.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.engine.internal.ir.Operation;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OperatorsTest {
    /** The images are the model's input, and stochastic sums are read as such in training alone. */
    private static final Set<Class<?>> NO_OPERATORS = Set.of(Operation.Input.class, Operation.StochasticSum.class);

    @Test
    void everyOperationOfInferenceIsWritten() {
        assertThat(Operation.class.getPermittedSubclasses())
                .allSatisfy(operation ->
                        assertThat(Operators.knows(operation)).isEqualTo(!NO_OPERATORS.contains(operation)));
    }
}
