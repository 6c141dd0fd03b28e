package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.engine.BatchMemoryError;
import io.github.resnet4j.engine.EngineUnavailableException;
import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.spark.ClusterException;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class FailuresTest {
    private final StringWriter err = new StringWriter();
    private final CommandLine main = new CommandLine(new Main()).setErr(new PrintWriter(err));
    private final CommandLine line = main.getSubcommands().get("train");

    static Stream<Arguments> failures() {
        Path file = Path.of("x");
        return Stream.of(
                Arguments.of(new UsageException("no\nsuch thing"), 2, "error: no such thing"),
                Arguments.of(thrown(() -> Zoo.find("nothing")), 2, "unknown model"),
                Arguments.of(
                        new UnsupportedGraphException(
                                List.of(new UnsupportedGraphException.UnsupportedReason("lstm1", "LSTM is not known"))),
                        2,
                        "lstm1: LSTM is not known; use --engine auto or --engine dl4j"),
                Arguments.of(
                        new EngineUnavailableException("no oneDNN for this platform", null),
                        2,
                        "no oneDNN for this platform; use --engine auto or --engine dl4j"),
                Arguments.of(new BadDataException(file, "is empty"), 3, "x: is empty"),
                Arguments.of(
                        new BadWeightsException(file, WeightFormat.ARCHIVE, Fault.EMPTY, Location.WHOLE, "is empty"),
                        3,
                        "x"),
                Arguments.of(new IOException("No space left on device"), 6, "error: the disk is full; free some space"),
                Arguments.of(new ClusterException("no master"), 5, "error: no master"),
                Arguments.of(
                        new ClusterException(
                                "the run failed",
                                new IllegalStateException("Job aborted\njava.io.IOException: No space left on device")),
                        6,
                        "error: the run failed"),
                Arguments.of(new UncheckedIOException(new IOException("gone")), 6, "error: gone"),
                Arguments.of(new ClusterException("lost"), 5, "error: lost"),
                Arguments.of(
                        new ClusterException("failed", new IOException("x.tar: No space left on device")), 6, "failed"),
                Arguments.of(new AccessDeniedException("x"), 6, "x: permission denied; choose"),
                Arguments.of(new FileAlreadyExistsException("x"), 6, "x: already exists; move it"),
                Arguments.of(new OutOfMemoryError("Java heap space"), 7, "train.batch-size"),
                Arguments.of(new IllegalStateException(new OutOfMemoryError()), 7, "--set train.batch-size"),
                Arguments.of(
                        new IllegalStateException(new BatchMemoryError(256, 5L << 30, 99, new OutOfMemoryError())),
                        7,
                        "error: out of memory: a batch of 256 needs 5,120 MiB of native memory on top of what is in use:"
                                + " there is room for about 99; use smaller batches (--set train.batch-size=...)"),
                Arguments.of(new IllegalStateException("[ALLOCATOR] allocation failed"), 7, "--set train.batch-size"),
                Arguments.of(new RuntimeException("Failed to allocate 8 bytes"), 7, "--set train.batch-size"),
                Arguments.of(new RuntimeException("std::bad_alloc"), 7, "--set train.batch-size"),
                Arguments.of(
                        new IllegalStateException("oops"),
                        70,
                        "bug in resnet4j: java.lang.IllegalStateException: oops"),
                Arguments.of(new StackOverflowError(), 70, "bug in resnet4j"));
    }

    private static Throwable thrown(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            return e;
        }
        throw new AssertionError("did not throw");
    }

    @ParameterizedTest(name = "{0} ends with {1}")
    @MethodSource("failures")
    void failureIsOneLineAndACode(Throwable failure, int code, String part) {
        assertThat(Failures.report(failure, line, false)).isEqualTo(code);
        assertThat(err.toString()).hasLineCount(1).startsWith("error: ").contains(part);
    }

    @Test
    void debugAddsTheStackTrace() {
        Failures.report(new IllegalStateException("oops"), line, true);
        assertThat(err.toString()).contains("\tat " + FailuresTest.class.getName());
    }
}
