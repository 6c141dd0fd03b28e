package io.github.resnet4j.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MachineTest {
    @Test
    void namesTheProcessorAndItsVectors() {
        assertThat(Machine.processor(List.of("model name\t: A Processor", "flags\t\t: fpu avx2 avx512f")))
                .isEqualTo("A Processor (AVX-512)");
        assertThat(Machine.processor(List.of("model name\t: A Processor", "flags\t\t: fpu avx2")))
                .isEqualTo("A Processor (AVX2)");
        assertThat(Machine.words()).contains(" cores, ", "Java ");
    }
}
