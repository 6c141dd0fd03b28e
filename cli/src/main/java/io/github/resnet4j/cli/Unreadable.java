package io.github.resnet4j.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** What cannot be read, named all at once when everything else is done, as far as anybody will read that. */
final class Unreadable {
    private static final int MOST_NAMED = 20;

    private final List<String> problems = new ArrayList<>();

    void add(String problem) {
        problems.add(problem);
    }

    List<String> problems() {
        return problems;
    }

    /** Names them and gives the exit code. */
    int report(CommandLine line) {
        problems.stream().limit(MOST_NAMED).forEach(problem -> Failures.say(line, problem));
        if (problems.size() > MOST_NAMED) {
            Failures.say(line, "and " + (problems.size() - MOST_NAMED) + " more that cannot be read");
        }
        return problems.isEmpty() ? ExitCode.OK : ExitCode.BAD_INPUT;
    }
}
