package io.github.resnet4j.finetune.lesion;

import java.util.Locale;

/** What a study measures. */
public enum LesionPart {
    /** The error without each unit. */
    SINGLE,
    /** The error without random sets of units. */
    RANDOM,
    /** The error with units swapped. */
    PERMUTED,
    /** Gradients at the input by path length. */
    PATHS,
    /** Standard deviations of the layers' outputs. */
    RESPONSES;

    /** As users write it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
