package io.github.resnet4j.finetune.train;

/** The run was asked to stop (Ctrl-C, SIGTERM) and did so at a safe point. */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean begun;

    /** Of a run that has left everything as it should be. */
    public StoppedException() {
        this(true);
    }

    /** @param begun whether there is anything to go on from */
    public StoppedException(boolean begun) {
        super("stopped");
        this.begun = begun;
    }

    /** Whether there is anything to go on from; without, a run that is resumed begins. */
    public boolean begun() {
        return begun;
    }
}
