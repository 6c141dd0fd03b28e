package io.github.resnet4j.zoo;

import java.util.List;

/** A network lacks these options, or does not accept their values. The message is one line with all of them. */
public final class OptionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /** With one or more problems, such as {@code unknown option "shortcuts"; did you mean shortcut?}. */
    public OptionException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    private OptionException(String network, OptionException cause) {
        super(network + ": " + cause.getMessage(), cause);
        problems = cause.problems;
    }

    /** The same, naming whose options they are. */
    OptionException of(String network) {
        return new OptionException(network, this);
    }

    /** The problems, one by one. */
    public List<String> problems() {
        return problems;
    }
}
