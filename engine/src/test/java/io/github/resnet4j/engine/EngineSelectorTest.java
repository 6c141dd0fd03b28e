package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class EngineSelectorTest {
    private static final String PLAN = "plan";

    static List<RuntimeException> refusals() {
        return List.of(
                new UnsupportedGraphException(List.of(
                        new UnsupportedGraphException.UnsupportedReason("lstm1", "an LSTM is no layer of images"))),
                new EngineUnavailableException("no oneDNN for this platform", null));
    }

    @ParameterizedTest
    @EnumSource
    void takesThePlanUnlessDl4jIsAskedFor(Engine engine) {
        assertThat(choose(engine, () -> PLAN)).isEqualTo(engine == Engine.DL4J ? "no reason" : PLAN);
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void autoFallsBackWithTheReason(RuntimeException refusal) {
        assertThat(choose(Engine.AUTO, () -> {
                    throw refusal;
                }))
                .isEqualTo(refusal.getMessage());
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void oneDnnDoesNotFallBack(RuntimeException refusal) {
        assertThatExceptionOfType(refusal.getClass())
                .isThrownBy(() -> choose(Engine.ONEDNN, () -> {
                    throw refusal;
                }));
    }

    /** Anything else that goes wrong while compiling is a bug, or a lack of memory, and must show. */
    @Test
    void autoHidesNoBug() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> choose(Engine.AUTO, () -> {
                    throw new IllegalStateException();
                }));
    }

    private static String choose(Engine engine, Supplier<String> plan) {
        return EngineSelector.of(engine, plan, fallback -> fallback.orElse("no reason"));
    }
}
