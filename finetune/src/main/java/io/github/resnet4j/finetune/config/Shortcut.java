package io.github.resnet4j.finetune.config;

import io.github.resnet4j.zoo.spec.ShortcutType;

/** What a shortcut does where the shape changes (He et al. 2015, sections 3.3 and 4.1). */
public enum Shortcut {
    /** {@code a}: every second pixel, and zero channels added on both sides; no parameters. */
    A(ShortcutType.ZERO_PAD),
    /** {@code a-end}: as {@code a}, all zero channels after the others. */
    A_END(ShortcutType.ZERO_PAD_END),
    /** {@code b}: a strided 1x1 convolution where the shape changes, else the identity. */
    B(ShortcutType.PROJECTION),
    /** {@code c}: a 1x1 convolution in every shortcut. */
    C(ShortcutType.PROJECTION_ALL);

    private final ShortcutType type;

    Shortcut(ShortcutType type) {
        this.type = type;
    }

    /** What the zoo calls it. */
    public ShortcutType type() {
        return type;
    }
}
