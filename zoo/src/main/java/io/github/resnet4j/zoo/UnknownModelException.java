package io.github.resnet4j.zoo;

import java.util.Collection;

/** A model name that the zoo does not have. */
public final class UnknownModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownModelException(String name, Collection<String> known) {
        super("unknown model \"" + name + "\""
                + Suggest.nearest(name, known)
                        .map(near -> "; did you mean " + near + "?")
                        .orElse(".")
                + " See `resnet4j list`.");
    }
}
