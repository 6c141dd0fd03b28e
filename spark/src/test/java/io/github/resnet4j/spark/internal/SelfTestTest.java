package io.github.resnet4j.spark.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.engine.Engine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SelfTestTest {
    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"ONEDNN", "DL4J"})
    void bothEnginesGiveTheAnswer(Engine engine) {
        assertThat(SelfTest.run(engine)).isEqualTo(engine);
    }

    @Test
    void aWrongAnswerSaysWhatIsRight() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> SelfTest.compare(new double[] {0.0809135, 0.3}, Engine.ONEDNN))
                .withMessageContaining("0.300000 where 0.271790 is right (class 1, onednn)");
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> SelfTest.compare(new double[] {Double.NaN}, Engine.DL4J));
    }
}
