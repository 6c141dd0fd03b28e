package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.weights.names.NameMapping;

/**
 * How to load weights.
 *
 * @param names a user's rules for names, before the built-in ones
 * @param newHead initialise a new classifier for the network's classes instead of loading the file's
 */
public record LoadOptions(NameMapping names, boolean newHead) {
    /** No rules, the file's own classifier. */
    public static final LoadOptions STRICT = new LoadOptions(NameMapping.NONE, false);
}
