package io.github.resnet4j.finetune.config;

/** What a shortcut does where the shape changes (He et al. 2015, sections 3.3 and 4.1). */
public enum Shortcut {
    /** {@code a}: every second pixel, and zero channels added on both sides; no parameters. */
    A,
    /** {@code a-end}: as {@code a}, all zero channels after the others. */
    A_END,
    /** {@code b}: a strided 1x1 convolution where the shape changes, else the identity. */
    B,
    /** {@code c}: a 1x1 convolution in every shortcut. */
    C;

    /** As the zoo's option {@code shortcut} has it. */
    public String option() {
        return Scalars.kebab(this);
    }
}
