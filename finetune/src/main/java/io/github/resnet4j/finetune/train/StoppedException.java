package io.github.resnet4j.finetune.train;

/** The run was asked to stop (Ctrl-C, SIGTERM) and did so at a safe point. */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Of a run that has left everything as it should be. */
    public StoppedException() {
        super("stopped");
    }
}
