package io.github.resnet4j.zoo.spec;

import java.util.Arrays;
import java.util.Optional;

/** How a block's input reaches its sum (He et al. 2015, section 4.1, "Identity vs. projection shortcuts"). */
public enum ShortcutType {
    /** No shortcut at all: a plain network. */
    NONE("none"),
    /** Option A, identity; zero channels on both sides where the width grows. */
    ZERO_PAD("a"),
    /** Option A with all zero channels at the end. */
    ZERO_PAD_END("a-end"),
    /** Option B, a 1×1 convolution where the shape changes, identity elsewhere; torchvision's. */
    PROJECTION("b"),
    /** Option C, a 1×1 convolution on every shortcut. */
    PROJECTION_ALL("c"),
    /** Option B with nothing behind its convolution, where the others have BN; MLPerf Tiny's. */
    PROJECTION_NO_BN("b-nobn");

    private final String option;

    ShortcutType(String option) {
        this.option = option;
    }

    /** The letter of the paper and how it differs, as model cards and the command line write it. */
    public String option() {
        return option;
    }

    /** The type with this {@link #option()}. */
    public static Optional<ShortcutType> of(String option) {
        return Arrays.stream(values())
                .filter(type -> type.option.equals(option))
                .findFirst();
    }
}
