package io.github.resnet4j.spark.internal.tar;

import java.io.IOException;

/** A tar file that is cut or damaged: its bytes are at fault, not the storage. */
public final class BadTarException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param problem one line that says what is wrong and at which byte */
    BadTarException(String problem) {
        super(problem);
    }
}
