package io.github.resnet4j.zoo.weights.names;

import java.nio.file.Path;
import java.util.List;

/** A file of name rules that cannot be used. The message has one line for every problem. */
public final class BadNameMapException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    BadNameMapException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** One problem of the file as a whole. */
    static BadNameMapException of(Path file, String problem) {
        return new BadNameMapException(List.of(file + ": " + problem));
    }

    /**
     * All problems in the order of the lines, such as {@code names.map:3: there is no ->; a rule is: …}; at most the
     * first hundred.
     */
    public List<String> problems() {
        return problems;
    }
}
