package io.github.resnet4j.faults;

import java.io.IOException;

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
}
