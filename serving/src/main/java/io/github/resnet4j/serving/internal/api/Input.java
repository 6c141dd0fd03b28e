package io.github.resnet4j.serving.internal.api;

/** What a client wants classified. */
sealed interface Input {
    /** The content of an image file, for the model's own preprocessing; not copied. */
    record ImageFile(byte[] file) implements Input {}

    /** Values as the network takes them, C×H×W; not copied. */
    record Tensor(float[] values) implements Input {}
}
