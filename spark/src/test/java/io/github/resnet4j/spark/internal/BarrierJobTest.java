package io.github.resnet4j.spark.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class BarrierJobTest {
    /** Static, as tasks run in this process. */
    private static final CountDownLatch RELEASED = new CountDownLatch(1);

    private static final CountDownLatch BUSY = new CountDownLatch(1);

    private static JavaSparkContext context;

    @BeforeAll
    static void start() {
        context = new JavaSparkContext(new SparkConf()
                .setMaster("local[2]")
                .setAppName("test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1"));
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    /** A slot that is there and yet takes no task is that of an executor which registers and cannot start. */
    @Test
    void tasksThatAreNotStartedForWantOfRoomAreGivenUp() throws Exception {
        JavaFutureAction<List<Integer>> other =
                context.parallelize(List.of(1), 1).map(BarrierJobTest::occupy).collectAsync();
        BUSY.await();
        assertThatExceptionOfType(BarrierJob.NotStartedException.class)
                .isThrownBy(() -> BarrierJob.run(context, 2, rank -> rank, Duration.ofSeconds(2)))
                .withMessageContaining("no room for 2 executors at once");
        RELEASED.countDown();
        assertThat(other.get()).containsExactly(1);
        assertThat(BarrierJob.run(context, 2, rank -> rank, Standstill.PATIENCE))
                .containsExactly(0, 1);
    }

    private static int occupy(int value) throws InterruptedException {
        BUSY.countDown();
        RELEASED.await();
        return value;
    }

    /** The patience is with the start, not with the work. */
    @Test
    void tasksMayTakeLongerThanTheyMayWait() {
        BarrierJob.Task<Integer> slow = rank -> {
            try {
                Thread.sleep(7000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return rank;
        };
        assertThat(BarrierJob.run(context, 2, slow, Duration.ofSeconds(5))).containsExactly(0, 1);
    }

    @Test
    void aTaskThatFailsIsSparksException() {
        assertThatExceptionOfType(SparkException.class)
                .isThrownBy(() -> BarrierJob.run(context, 2, rank -> 1 / rank))
                .withMessageContaining("ArithmeticException");
    }

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
