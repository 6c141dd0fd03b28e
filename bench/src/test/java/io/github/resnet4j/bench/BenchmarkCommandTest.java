package io.github.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchmarkCommandTest {
    private static Settings settings(String... args) {
        CommandLine line = BenchmarkCommand.commandLine();
        line.parseArgs(args);
        return line.<BenchmarkCommand>getCommand().settings();
    }

    @Test
    void defaultsToTheAcceptanceMeasurement() {
        int cores = Runtime.getRuntime().availableProcessors();
        assertThat(settings()).isEqualTo(new Settings("resnet20-cifar", 128, 3, 10, cores));
    }

    @Test
    void takesEveryOption() {
        assertThat(settings("--model=resnet50", "--batch=16", "--rounds=5", "--seconds=0.5", "--threads=1", "--stock"))
                .isEqualTo(new Settings("resnet50", 16, 5, 0.5, 1));
    }

    @ParameterizedTest
    @CsvSource({
        "--batch=0, '--batch must be at least 1, got 0'",
        "--rounds=-1, '--rounds must be at least 1, got -1'",
        "--threads=0, '--threads must be at least 1, got 0'",
        "--seconds=0, '--seconds must be above 0'",
        "--seconds=NaN, '--seconds must be above 0'",
        "--model=resnet20cifar, did you mean resnet20-cifar?",
        "--json=no/such/folder/out.json, no folder no/such/folder",
        "--python=no-such-python, --python: no-such-python cannot import torch",
    })
    void refusesWithOneLineAndTheUsageCode(String arg, String message) {
        StringWriter err = new StringWriter();
        int code = BenchmarkCommand.commandLine().setErr(new PrintWriter(err)).execute(arg);
        assertThat(code).isEqualTo(2);
        assertThat(err.toString().lines().filter(line -> line.startsWith("error: ")))
                .singleElement()
                .asString()
                .contains(message);
    }
}
