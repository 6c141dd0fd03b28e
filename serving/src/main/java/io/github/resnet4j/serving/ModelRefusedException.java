package io.github.resnet4j.serving;

/** A model that can be loaded but must not be served: it answers otherwise than DL4J's own layers, or with NaN. */
public final class ModelRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param origin its file or name
     * @param problem worded to follow it
     */
    public ModelRefusedException(String origin, String problem) {
        super(origin + ": " + problem);
    }
}
