package io.github.resnet4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

final class ExecutorCheckTest {
    private static final Map<String, String> ANSWER = Map.of(
            "id", "7",
            "host", "node3",
            "resnet4j", "1.0 (aaaaaaaa)",
            "java", "17",
            "spark", "4.2.0 (Scala 2.13.18)",
            "heapLimit", "1");

    @Test
    void anotherBuildIsAProblem() {
        assertThat(ExecutorCheck.info(ANSWER, "1.0 (aaaaaaaa)").problem()).isEmpty();
        assertThat(ExecutorCheck.info(ANSWER, "1.0 (bbbbbbbb)").problem())
                .hasValueSatisfying(problem -> assertThat(problem)
                        .contains("runs resnet4j 1.0 (aaaaaaaa), the driver 1.0 (bbbbbbbb)", "same jars"));
    }

    @Test
    void whatTheExecutorFoundOutIsAProblem() {
        Map<String, String> answer = new TreeMap<>(ANSWER);
        answer.put("problem", "the native libraries do not load there");
        assertThat(ExecutorCheck.info(answer, "1.0 (aaaaaaaa)").problem())
                .contains("the native libraries do not load there");
    }

    @Test
    void anExecutorWithoutTheJarsCannotReadTheQuestion() {
        SparkException failure = new SparkException(
                "Job aborted: java.lang.ClassNotFoundException: io.github.resnet4j.spark.internal.Probe");
        assertThat(ExecutorCheck.failed(failure))
                .isInstanceOf(UnusableExecutorException.class)
                .hasMessageContaining("--jars");
        assertThat(
                        ExecutorCheck.failed(
                                new SparkException(
                                        "java.io.InvalidClassException: io.github.resnet4j.spark.internal.Probe; local class incompatible")))
                .isInstanceOf(UnusableExecutorException.class)
                .hasMessageContaining("another version");
        assertThat(ExecutorCheck.failed(new SparkException("Job 0 cancelled")))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("Job 0 cancelled");
    }

    @Test
    void whatElseAnExecutorCouldNotDoIsSaidWithoutItsTrace() {
        SparkException failure = new SparkException(
                "Job aborted due to stage failure: Could not recover from a failed barrier"
                        + " ResultStage. Most recent failure reason: Stage failed because barrier task ResultTask(0, 1) finished"
                        + " unsuccessfully.\njava.io.IOException: No space left on device\n\tat java.base/sun.nio.ch.write0");
        assertThat(ExecutorCheck.failed(failure))
                .hasMessage("the executors could not be asked: java.io.IOException: No space left on device");
    }
}
