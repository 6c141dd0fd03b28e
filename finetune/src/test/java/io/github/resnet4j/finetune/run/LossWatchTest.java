package io.github.resnet4j.finetune.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;

class LossWatchTest {
    private static List<String> warnings(int steps, LongToDoubleFunction loss) {
        LossWatch watch = new LossWatch();
        List<String> warnings = new ArrayList<>();
        for (long i = 1; i <= steps; i++) {
            watch.add(i, loss.applyAsDouble(i)).ifPresent(warnings::add);
        }
        return warnings;
    }

    @Test
    void warnsOnceOfTwentyLossesTenTimesAsHigh() {
        assertThat(warnings(300, i -> i <= 100 ? 0.5 : 5.5))
                .containsExactly(
                        "warning: the loss of the last 20 iterations, now 5.5000 at iteration 120, is more than 10"
                                + " times what it was (0.5000): the training diverges; a lower learning rate, a warm-up or"
                                + " train.clip-norm helps");
    }

    @Test
    void nineteenInARowMayHappen() {
        assertThat(warnings(1000, i -> i > 100 && i % 20 != 0 ? 5.5 : 0.5)).isEmpty();
    }

    @Test
    void aTrainingThatBeginsHighIsNone() {
        assertThat(warnings(300, i -> 8.0 / i)).isEmpty();
        assertThat(warnings(300, i -> i < 8 ? 0.001 : 2)).isEmpty();
    }

    @Test
    void nothingIsTenTimesNothing() {
        assertThat(warnings(300, i -> i <= 100 ? 0 : 1)).isEmpty();
    }
}
