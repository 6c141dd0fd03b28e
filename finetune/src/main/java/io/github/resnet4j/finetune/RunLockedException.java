package io.github.resnet4j.finetune;

import java.nio.file.Path;

/** Another process is working in a run's folder. */
public final class RunLockedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RunLockedException(Path runFolder, String holder) {
        super(runFolder + ": " + holder + " is working in this folder; wait for it or name another run");
    }
}
