package io.github.resnet4j.spark.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

final class BarrierJobTest {
    @Test
    void theReasonIsTheLineBehindTheOneThatATaskFailed() {
        String why = "ExecutorLostFailure (executor 1 exited) Reason: Command exited with code 137";
        assertThat(reason(
                        "Job aborted due to stage failure: Could not recover from a failed barrier ResultStage. Most recent"
                                + " failure reason: Stage failed because barrier task ResultTask(1, 0) finished unsuccessfully.\n"
                                + why + "\n\tat x"))
                .isEqualTo(why);
        assertThat(reason("an executor was lost")).isEqualTo("an executor was lost");
        assertThat(reason("")).isEmpty();
    }

    private static String reason(String message) {
        return BarrierJob.reason(new SparkException(message));
    }
}
