package io.github.resnet4j.spark;

import java.util.Locale;

/** What is computed of every image. */
public enum InferenceTask {
    /** The most probable classes. */
    PREDICT,
    /** The features: what the last layer reads. */
    EMBED,
    /** The most probable classes, and how good they are. */
    EVAL;

    /** Its name in lower case. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
