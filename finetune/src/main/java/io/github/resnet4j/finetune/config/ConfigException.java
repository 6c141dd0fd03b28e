package io.github.resnet4j.finetune.config;

import java.util.List;

/** A configuration that cannot be used. Its message is every problem found, one per line. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    ConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /**
     * The problems, such as {@code configs/x.yaml:7: train.epoch: unknown key; did you mean epochs?}: file and line (or
     * the argument), path, what is wrong. In the order of the files, at
     * most a hundred.
     */
    public List<String> problems() {
        return problems;
    }
}
