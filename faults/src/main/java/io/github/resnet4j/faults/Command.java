package io.github.resnet4j.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Short commands of the operating system. */
final class Command {
    private Command() {}

    /** Whether a command is there and ends well. What it prints is lost. */
    static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** What a command prints; nothing if it is not there. */
    static List<String> lines(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            List<String> lines;
            try (BufferedReader out = process.inputReader(StandardCharsets.US_ASCII)) {
                lines = out.lines().toList();
            }
            process.waitFor();
            return lines;
        } catch (IOException e) {
            return List.of();
        }
    }
}
