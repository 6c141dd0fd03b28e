package io.github.resnet4j.bench;

import java.util.Locale;

/** What a contestant is told to do over and over on its batch. */
enum Task {
    /** Forward, loss, backward, update. */
    TRAIN,
    /** Forward to the probabilities, with BN's running statistics. */
    INFER;

    /** Its name in the protocol, the table and the JSON. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
