package io.github.resnet4j.bench;

import java.util.List;
import java.util.Map;

/**
 * What to start as a process.
 *
 * @param command program and arguments
 * @param environment added to this process' own
 */
record Launch(List<String> command, Map<String, String> environment) {
    Launch {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
