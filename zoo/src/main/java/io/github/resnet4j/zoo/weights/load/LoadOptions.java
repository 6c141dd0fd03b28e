package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.weights.names.NameMapping;

/**
 * How to load weights.
 *
 * @param names a user's rules for names, before the built-in ones
 * @param newHead initialise a new classifier for the network's classes instead of loading the file's; of a body, a new
 *     pyramid
 * @param part the network is a part of the file's: what else the file holds is left out
 */
public record LoadOptions(NameMapping names, boolean newHead, boolean part) {
    /** No rules, the file's own classifier. */
    public static final LoadOptions STRICT = new LoadOptions(NameMapping.NONE, false);

    /** Of a file of this network alone. */
    public LoadOptions(NameMapping names, boolean newHead) {
        this(names, newHead, false);
    }

    LoadOptions ofPart() {
        return new LoadOptions(names, newHead, true);
    }
}
