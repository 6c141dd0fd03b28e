package io.github.resnet4j.engine.internal.lower;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.engine.internal.ir.Operation;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The table of what is lowered. That each row computes right, there and back, is for {@code RandomGraphTest} to say. */
class LoweringTest {
    @Test
    void everyOperationHasARow() {
        assertThat(Lowering.operations()).isEqualTo(Set.of(Operation.class.getPermittedSubclasses()));
    }
}
