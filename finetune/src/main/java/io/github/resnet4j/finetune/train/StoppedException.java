package io.github.resnet4j.finetune.train;

/** Somebody asked the run to stop (Ctrl-C, SIGTERM), and it did, at a safe place. */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoppedException() {
        super("stopped");
    }
}
