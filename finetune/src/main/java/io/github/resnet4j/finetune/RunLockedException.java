package io.github.resnet4j.finetune;

import java.nio.file.Path;

/** Another process is using a run's folder. */
public final class RunLockedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RunLockedException(Path runFolder, String holder) {
        super(runFolder + ": " + holder + " is using this folder; wait until it ends or choose another folder");
    }
}
