package io.github.resnet4j.zoo;

import io.github.resnet4j.files.Suggest;
import java.util.Collection;

/** A name of a model, or of weights for one, that the zoo does not have. */
public final class UnknownModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** One line that names what is missing and what exists. */
    public UnknownModelException(String message) {
        super(message);
    }

    UnknownModelException(String name, Collection<String> known) {
        this("unknown model \"" + name + "\""
                + Suggest.nearest(name, known)
                        .map(near -> "; did you mean " + near + "?")
                        .orElse(".")
                + " See `resnet4j list`.");
    }
}
