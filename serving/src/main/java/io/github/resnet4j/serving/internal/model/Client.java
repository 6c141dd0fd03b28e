package io.github.resnet4j.serving.internal.model;

/** Who waits for an answer. */
public interface Client {
    /** Whether nobody waits any more: it left, or it was told that its time is over. */
    boolean isGone();

    /**
     * The computation of an answer begins: from now on its deadline is met.
     *
     * @return false if nobody waits for it any more
     */
    boolean begin();
}
