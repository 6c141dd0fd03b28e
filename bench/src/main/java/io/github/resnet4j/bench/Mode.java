package io.github.resnet4j.bench;

import java.util.Locale;

/** What a contestant does over and over on its batch. */
enum Mode {
    /** Forward, loss, backward, update. */
    TRAIN,
    /** Forward to the probabilities, with BN's running statistics. */
    INFER;

    /** Its name on the command line and in all output. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
