package io.github.resnet4j.finetune.config;

/** What to do with an image that cannot be decoded. */
public enum BadImages {
    /** {@code fail}: stop, and name it. */
    FAIL,
    /** {@code skip}: leave it out, and say so once. */
    SKIP
}
