package io.github.resnet4j.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.OperationKinds;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OperatorsTest {
    /** The images are the model's input; stochastic sums and distances are read as such in training alone. */
    private static final Set<Class<?>> NO_OPERATORS =
            Set.of(Operation.Input.class, Operation.StochasticSum.class, Operation.Distance.class);

    @Test
    void everyOperationOfInferenceIsWritten() {
        assertThat(OperationKinds.allBut()).allSatisfy(operation -> assertThat(Operators.knows(operation))
                .isEqualTo(!NO_OPERATORS.contains(operation)));
    }
}
